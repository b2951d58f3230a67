#ifndef NQ_LOAD_DUCKDB_DB_H
#define NQ_LOAD_DUCKDB_DB_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "load/duckdb_api.h"

/*
 * One DuckDB database, opened by us alone: DuckDB keeps other processes out while a file is open.
 * Nothing in a database made by somebody else can make it read other files, load an extension or
 * reach the network, and the configuration is locked; memory and threads are bounded, what does
 * not fit goes to FILE.tmp. A commit is durable when it returns (the log is synced).
 */
struct nq_duckdb {
	const struct nq_duckdb_api *api;
	struct nq_duckdb_database *db;
	struct nq_duckdb_connection *con;
	const char *path;
	uint64_t memory;
	mode_t mask;			   /* of the process, before the file was open */
	bool masked;			   /* what DuckDB makes gets the mode of the file */
	bool json;			   /* the library knows the type JSON */
	const volatile sig_atomic_t *stop; /* ends the wait for a lock */
};

/* Opens the file, and makes it (0600) where it is not there. path is borrowed. */
int nq_duckdb_open(struct nq_duckdb *, const char *path, int64_t busy_ms, struct nq_err *);
void nq_duckdb_close(struct nq_duckdb *);

/* Whether DuckDB refused the data with this error, or something else failed. */
bool nq_duckdb_refused(const char *error);

/* Fills the error from DuckDB's text, of which the first line counts. Returns -1. */
int nq_duckdb_fail(const struct nq_duckdb *, const char *error, struct nq_err *);

/* Says SQL. *changed, where it is not NULL, is the number of rows. */
int nq_duckdb_exec(struct nq_duckdb *, const char *sql, uint64_t *changed, struct nq_err *);

/*
 * Asks, and hands each row to take, all values as text; those that are NULL have no p. take
 * returns 0 to go on.
 */
typedef int nq_duckdb_take(void *ctx, const struct nq_str *value, struct nq_err *);
int nq_duckdb_ask(
    struct nq_duckdb *, const char *sql, nq_duckdb_take *take, void *ctx, struct nq_err *);

/* Adds a text as a literal. */
void nq_duckdb_literal(struct nq_buf *, struct nq_str);

#endif
