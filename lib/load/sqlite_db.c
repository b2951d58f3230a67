#include "load/sqlite_db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

/* SQLite asks whether to try the lock again; short waits first. */
static int
on_busy(void *ctx, int tries)
{
	struct nq_db *d = ctx;
	struct timespec ts = {0, tries < 10 ? 2000000 : 25000000};

	if (tries == 0)
		d->waiting_since = nq_clock_ms();
	if ((d->stop != NULL && *d->stop != 0) || nq_clock_ms() - d->waiting_since >= d->busy_ms)
		return 0;
	nanosleep(&ts, NULL);
	return 1;
}

int
nq_db_fail(struct nq_db *d, struct nq_err *err)
{
	switch (sqlite3_errcode(d->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return nq_err_set(err, NQ_TEMPFAIL,
		    "'%s' is locked by another program, gave up after %lld.%lld s (--busy-timeout)",
		    d->path, (long long)d->busy_ms / 1000, (long long)d->busy_ms % 1000 / 100);
	case SQLITE_NOMEM:
		return nq_err_set(err, NQ_TEMPFAIL, "'%s': out of memory", d->path);
	default:
		return nq_err_set(err, NQ_FAIL, "'%s': %s", d->path, sqlite3_errmsg(d->db));
	}
}

int
nq_db_exec(struct nq_db *d, const char *sql, struct nq_err *err)
{
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : nq_db_fail(d, err);
}

int
nq_db_prepare(struct nq_db *d, const char *sql, sqlite3_stmt **st, struct nq_err *err)
{
	if (sqlite3_prepare_v2(d->db, sql, -1, st, NULL) == SQLITE_OK)
		return 0;
	return nq_db_fail(d, err);
}

/* The file is made before SQLite sees it, for SQLite would use the umask's mode. */
static int
make_file(const char *path, bool create, struct nq_err *err)
{
	int fd = open(path, (create ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1 && errno == EROFS)
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 && errno == ELOOP)
		return nq_err_set(
		    err, NQ_FAIL, "cannot open '%s': it is a symbolic link; name the file", path);
	if (fd == -1)
		return nq_err_set(err, NQ_FAIL, "cannot open '%s':", path);
	close(fd);
	return 0;
}

static int
harden(struct nq_db *d, struct nq_err *err)
{
	static const struct {
		int op, on;
	} settings[] = {
	    {SQLITE_DBCONFIG_DEFENSIVE, 1},
	    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_DQS_DML, 0},
	    {SQLITE_DBCONFIG_DQS_DDL, 0},
	    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (sqlite3_db_config(d->db, settings[i].op, settings[i].on, NULL) != SQLITE_OK)
			return nq_db_fail(d, err);
	sqlite3_limit(d->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_extended_result_codes(d->db, 1);
	sqlite3_busy_handler(d->db, on_busy, d);
	return 0;
}

/*
 * In the rollback modes the last commit can vanish with the directory entry of the journal unless
 * synchronous is EXTRA; in WAL mode FULL is enough.
 */
static int
make_durable(struct nq_db *d, struct nq_err *err)
{
	sqlite3_stmt *st = NULL;
	const char *mode;
	int rc = nq_db_prepare(d, "PRAGMA main.journal_mode", &st, err);

	if (rc == 0 && sqlite3_step(st) != SQLITE_ROW)
		rc = nq_db_fail(d, err);
	if (rc == 0) {
		mode = (const char *)sqlite3_column_text(st, 0);
		rc = nq_db_exec(d,
		    mode != NULL && strcmp(mode, "wal") == 0 ? "PRAGMA main.synchronous=FULL"
							     : "PRAGMA main.synchronous=EXTRA",
		    err);
	}
	sqlite3_finalize(st);
	return rc;
}

/* A batch in no order of its keys touches pages all over the index. */
static int
set_up(struct nq_db *d, struct nq_err *err)
{
	char sql[80];

	snprintf(sql, sizeof(sql), "PRAGMA foreign_keys=OFF; PRAGMA main.cache_size=-%u",
	    NQ_SQLITE_CACHE >> 10);
	return nq_db_exec(d, sql, err);
}

int
nq_db_open(struct nq_db *d, const char *path, bool create, int64_t busy_ms, struct nq_err *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE |
			  SQLITE_OPEN_NOMUTEX;

	d->path = path;
	d->busy_ms = busy_ms;
	if (make_file(path, create, err) == -1)
		return -1;
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* a lock for each piece of memory */
	if (sqlite3_open_v2(path, &d->db, flags, NULL) != SQLITE_OK)
		return nq_db_fail(d, err);
	if (harden(d, err) == -1 || make_durable(d, err) == -1)
		return -1;
	return set_up(d, err);
}

void
nq_db_close(struct nq_db *d)
{
	sqlite3_close(d->db);
	d->db = NULL;
}
