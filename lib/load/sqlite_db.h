#ifndef NQ_LOAD_SQLITE_DB_H
#define NQ_LOAD_SQLITE_DB_H

#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * One SQLite connection, set up so that a commit survives a power cut (synchronous=EXTRA, or FULL
 * where the database is in WAL mode) and that a database file made by somebody else cannot make
 * us run anything: defensive mode, untrusted schema, no extensions, no attached databases, no
 * strings in double quotes, no symbolic link as the file.
 */
struct nq_db {
	sqlite3 *db;
	const char *path;
	int64_t busy_ms, waiting_since;
	const volatile sig_atomic_t *stop; /* ends the wait for a lock */
};

/* Opens the file; create: makes it (0600) where it is not there. */
int nq_db_open(struct nq_db *, const char *path, bool create, int64_t busy_ms, struct nq_err *);
void nq_db_close(struct nq_db *);

/* Fills the error from the connection: locked is NQ_TEMPFAIL, the rest NQ_FAIL. Returns -1. */
int nq_db_fail(struct nq_db *, struct nq_err *);

int nq_db_exec(struct nq_db *, const char *sql, struct nq_err *);
int nq_db_prepare(struct nq_db *, const char *sql, sqlite3_stmt **, struct nq_err *);

#endif
