#include "state/postgres.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "pg/query.h"
#include "state/damage.h"
#include "state/guard.h"
#include "state/lease.h"
#include "state/lock.h"
#include "state/outside.h"
#include "state/postgres_table.h"

#define KEY "connector_name = $1 AND stream_name = $2"

enum {
	HOLD_WAIT_MS = 30000,
	ANSWER_MS = 60000,
	ATTEMPTS = 3,
	AGAIN_MS = 250,
	MAX_PARAMS = NQ_ROW_FIELDS + 1
};

struct postgres {
	struct nq_outside outside;
	struct nq_pg pg;
	bool connected;
	bool unsure; /* a commit whose answer did not come may have been done */
	struct nq_guard guard;
};

/* === the connection ======================================================================== */

static int
pg_open(struct nq_store *s, struct nq_err *err)
{
	struct postgres *p = nq_calloc(1, sizeof(*p));

	s->own = p;
	p->pg.url = p->pg.place = (struct nq_buf)NQ_BUF_INIT;
	p->pg.lock_ms = HOLD_WAIT_MS;
	p->pg.answer_ms = ANSWER_MS;
	nq_guard_init(&p->guard);
	if (nq_outside_open(&p->outside, s->opt, err) == -1)
		return -1;
	return nq_pg_open(&p->pg, s->where, &p->outside.refs, "--state", err);
}

static void
pg_close(struct nq_store *s)
{
	struct postgres *p = s->own;

	nq_pg_close(&p->pg);
	nq_outside_close(&p->outside);
	free(p);
	s->own = NULL;
}

static int
connected(struct postgres *p, struct nq_err *err)
{
	if (!p->connected && nq_postgres_connect(&p->pg, err) == -1)
		return -1;
	p->connected = true;
	return 0;
}

/* One statement whose first two parameters are the key. */
static int
query(struct nq_store *s, struct nq_key k, const char *sql, const char *third,
    struct nq_pg_rows *rows, struct nq_err *err)
{
	struct postgres *p = s->own;
	const char *params[] = {k.connector, k.stream, third};

	*rows = (struct nq_pg_rows){NULL, 0, 0};
	if (connected(p, err) == -1)
		return -1;
	return nq_pg_query(&p->pg, sql, params, strstr(sql, "$3") != NULL ? 3 : 2, rows, err);
}

static int
run(struct nq_store *s, struct nq_key k, const char *sql, const char *third, uint64_t *affected,
    struct nq_err *err)
{
	struct nq_pg_rows rows;
	int rc = query(s, k, sql, third, &rows, err);

	if (affected != NULL)
		*affected = rows.affected;
	nq_pg_rows_free(&rows);
	return rc;
}

/* === exclusive changes ===================================================================== */

/* What made the transaction fail is not forgotten for its end. */
static void
roll_back(struct postgres *p)
{
	enum nq_pg_fault fault = p->pg.fault;
	struct nq_err ignored;

	if (fault != NQ_PG_LOST)
		nq_pg_exec(&p->pg, "ROLLBACK", &ignored);
	p->pg.fault = fault;
}

/* A process that stops in the middle must not keep others waiting for ever. */
static int
begin_transaction(struct postgres *p, struct nq_err *err)
{
	return nq_pg_exec(&p->pg,
	    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
	    "SET LOCAL idle_in_transaction_session_timeout = '10s'",
	    err);
}

/* 1: locked, and both tables are there; 0: there is no such row; -2: a table is missing; -1. */
static int
lock_row(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	struct postgres *p = s->own;
	struct nq_pg_rows rows;
	int rc = query(s, k,
	    "SELECT to_regclass('nq_runs') IS NOT NULL FROM nq_state WHERE " KEY " FOR UPDATE",
	    NULL, &rows, err);

	if (rc == 0 && rows.n == 1)
		rc = nq_pg_is(&rows, 0, 0, "t") ? 1 : -2;
	else if (rc == -1 && nq_postgres_missing(&p->pg))
		rc = -2;
	nq_pg_rows_free(&rows);
	return rc;
}

static int
make_row(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	int rc = lock_row(s, k, err);

	if (rc != 0)
		return rc;
	if (run(s, k,
		"INSERT INTO nq_state (connector_name, stream_name) VALUES ($1, $2) "
		"ON CONFLICT DO NOTHING",
		NULL, NULL, err) == -1)
		return -1;
	return lock_row(s, k, err);
}

static int
hold(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	struct postgres *p = s->own;
	int rc = -2;

	for (int i = 0; i < 2 && rc == -2; i++) {
		if (connected(p, err) == -1 || (i > 0 && nq_postgres_create(&p->pg, err) == -1) ||
		    begin_transaction(p, err) == -1)
			return -1;
		rc = make_row(s, k, err);
		if (rc != 1)
			roll_back(p);
	}
	if (rc == -2 || rc == 0)
		nq_err_set(err, NQ_FAIL, "nq_state or nq_runs: somebody removes it as it is made");
	return rc == 1 ? 0 : -1;
}

static int
doubtful(const struct postgres *p, struct nq_err *err)
{
	if (p->unsure)
		nq_err_add(err, ": whether it was done is not known, doing it again is harmless");
	return -1;
}

static int
pg_hold(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	return hold(s, k, err) == 0 ? 0 : doubtful(s->own, err);
}

static int
pg_release(struct nq_store *s, bool keep, struct nq_err *err)
{
	struct postgres *p = s->own;

	if (!keep) {
		roll_back(p);
		if (p->pg.fault == NQ_PG_LOST)
			doubtful(p, err);
		return 0;
	}
	if (nq_pg_exec(&p->pg, "COMMIT", err) == 0)
		return 0;
	p->unsure = p->unsure || p->pg.fault == NQ_PG_LOST;
	return doubtful(p, err);
}

/* A server that cannot be reached has been waited for already. */
static bool
pg_again(struct nq_store *s, int attempt, const struct nq_err *why)
{
	struct postgres *p = s->own;

	if (!p->connected || attempt > ATTEMPTS ||
	    (p->pg.fault != NQ_PG_LOST && p->pg.fault != NQ_PG_AGAIN))
		return false;
	nq_log(NQ_LOG_WARN, "postgresql", "%s, attempt %d of %d", why->msg, attempt, ATTEMPTS);
	nq_clock_sleep(AGAIN_MS);
	p->connected = p->pg.fault != NQ_PG_LOST;
	return true;
}

/* === the row =============================================================================== */

#define COLUMNS                                                                                  \
	"connector_name, stream_name, cursor_type, committed_cursor_value, committed_at_utc, "   \
	"status, started_at_utc, completed_at_utc, records_processed, error_summary, metadata, " \
	"updated_at_utc, updated_by, run_id, lower_bound, destination"

static int
read_row(const struct nq_pg_rows *rows, struct nq_row *row, struct nq_err *err)
{
	const char *value, *version = nq_pg_get(rows, 0, NQ_ROW_FIELDS);

	for (int f = 0; f < NQ_ROW_FIELDS; f++) {
		value = nq_pg_get(rows, 0, f);
		nq_row_set(row, (enum nq_field)f, nq_str(value != NULL ? value : ""));
	}
	if (version == NULL || strtol(version, NULL, 10) != NQ_POSTGRES_VERSION)
		return nq_err_set(err, NQ_FAIL, "version %s, this nq-cursor knows %d",
		    version != NULL ? version : "unknown", NQ_POSTGRES_VERSION);
	return nq_row_check(row, err);
}

static int
damaged(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	struct postgres *p = s->own;
	struct nq_buf what = NQ_BUF_INIT;
	int rc;

	nq_buf_addf(&what, "%s nq_state %s/%s", p->pg.place.data, k.connector, k.stream);
	rc = nq_damage_explain(s, k, what.data, err);
	nq_buf_free(&what);
	return rc;
}

static int
pg_load(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct postgres *p = s->own;
	struct nq_pg_rows rows;
	int rc = query(
	    s, k, "SELECT " COLUMNS ", version FROM nq_state WHERE " KEY, NULL, &rows, err);

	if (rc == -1 && nq_postgres_missing(&p->pg))
		rc = 0;
	else if (rc == 0 && rows.n == 1 && nq_pg_get(&rows, 0, NQ_F_STATUS) != NULL)
		rc = read_row(&rows, row, err) == -1 ? -2 : 1;
	nq_pg_rows_free(&rows);
	if (rc == -2)
		rc = damaged(s, k, err);
	if (rc != 1)
		nq_row_idle(row, k.connector, k.stream);
	return rc;
}

/* $1 and $2 are the key, $3 and so on the other fields; NULL for an empty one. */
static int
fill(const struct nq_row *row, const char **params, struct nq_err *err)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++) {
		params[f] = nq_row_has(row, (enum nq_field)f) ? row->value[f].data : NULL;
		if (strlen(row->value[f].data) != row->value[f].len)
			return nq_err_set(err, NQ_FAIL,
			    "the %s holds a NUL character, which PostgreSQL cannot keep",
			    nq_row_field_name((enum nq_field)f));
	}
	return 0;
}

static void
add_update(enum nq_change change, struct nq_buf *sql)
{
	nq_buf_addf(sql, "UPDATE nq_state SET version = %d", NQ_POSTGRES_VERSION);
	for (int f = NQ_F_CURSOR_TYPE; f < NQ_ROW_FIELDS; f++)
		nq_buf_addf(sql, ", %s = $%d", nq_row_field_name((enum nq_field)f), f + 1);
	if (change == NQ_BEGUN)
		nq_buf_addf(sql,
		    ", fence = CASE WHEN lease_token = $%d AND lease_until > clock_timestamp()"
		    " THEN lease_token END",
		    MAX_PARAMS);
	if (change == NQ_RESET)
		nq_buf_adds(sql, ", fence = NULL");
	nq_buf_adds(sql, " WHERE " KEY);
	if (change == NQ_COMPLETED)
		nq_buf_adds(sql, " AND (fence IS NULL OR"
				 " fence = lease_token AND lease_until > clock_timestamp())");
}

static int
pg_save(struct nq_store *s, struct nq_key k, struct nq_row *row, enum nq_change change,
    const char *reason, struct nq_err *err)
{
	struct postgres *p = s->own;
	const char *params[MAX_PARAMS];
	struct nq_buf sql = NQ_BUF_INIT;
	struct nq_pg_rows rows = {NULL, 0, 0};
	int rc = -1;

	(void)reason;
	(void)k;
	if (fill(row, params, err) == -1)
		return -1;
	params[NQ_ROW_FIELDS] = nq_lock_own();
	add_update(change, &sql);
	rc = nq_pg_query(
	    &p->pg, sql.data, params, change == NQ_BEGUN ? MAX_PARAMS : NQ_ROW_FIELDS, &rows, err);
	if (rc == 0 && rows.affected != 1)
		rc = nq_err_set(err, NQ_TEMPFAIL,
		    "run '%s' has lost the lock that it began under, and cannot complete: the "
		    "next one will repeat its work",
		    row->value[NQ_F_RUN_ID].data);
	nq_pg_rows_free(&rows);
	nq_buf_free(&sql);
	return rc;
}

/* === the history =========================================================================== */

static int
pg_record(struct nq_store *s, struct nq_key k, struct nq_str line, struct nq_err *err)
{
	if (run(s, k, "INSERT INTO nq_runs (connector_name, stream_name, line) VALUES ($1, $2, $3)",
		line.p, NULL, err) == -1)
		return -1;
	return run(s, k,
	    "DELETE FROM nq_runs WHERE " KEY " AND id <= (SELECT id FROM nq_runs WHERE " KEY
	    " ORDER BY id DESC OFFSET 10000 LIMIT 1)",
	    NULL, NULL, err);
}

static int
pg_history(struct nq_store *s, struct nq_key k, bool all, nq_store_line_fn fn, void *ctx,
    struct nq_err *err)
{
	struct postgres *p = s->own;
	struct nq_pg_rows rows;
	int rc = query(s, k,
	    all ? "SELECT line FROM nq_runs WHERE " KEY " ORDER BY id"
		: "SELECT line FROM nq_runs WHERE " KEY " ORDER BY id DESC LIMIT 1",
	    NULL, &rows, err);

	if (rc == -1 && nq_postgres_missing(&p->pg))
		rc = 0;
	for (int i = 0; rc == 0 && i < rows.n; i++)
		rc = fn(ctx, nq_str(nq_pg_get(&rows, i, 0)), err);
	nq_pg_rows_free(&rows);
	return rc;
}

static int
pg_list(struct nq_store *s, nq_store_key_fn fn, void *ctx, struct nq_err *err)
{
	struct postgres *p = s->own;
	struct nq_pg_rows rows = {NULL, 0, 0};
	int rc = connected(p, err);

	if (rc == 0)
		rc = nq_pg_query(&p->pg,
		    "SELECT connector_name, stream_name FROM nq_state WHERE status IS NOT NULL "
		    "ORDER BY connector_name COLLATE \"C\", stream_name COLLATE \"C\"",
		    NULL, 0, &rows, err);
	if (rc == -1 && nq_postgres_missing(&p->pg))
		rc = 0;
	for (int i = 0; rc == 0 && i < rows.n; i++)
		rc = fn(ctx, (struct nq_key){nq_pg_get(&rows, i, 0), nq_pg_get(&rows, i, 1)}, err);
	nq_pg_rows_free(&rows);
	return rc;
}

/* === the lock ============================================================================== */

/* The lock that we run under is not ours any more; who has it, if anybody. */
static int
lost(struct nq_key k, const char *why, const char *who, struct nq_err *err)
{
	return nq_err_set(err, NQ_TEMPFAIL, "the lock of '%s/%s' is lost: %s%s%s", k.connector,
	    k.stream, why, *who != '\0' ? ": " : "", who);
}

/*
 * Inside a hold. A lock of this stream that we run under must still be ours, also where somebody
 * had it meanwhile and nobody has it now.
 */
static int
pg_busy(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	struct postgres *p = s->own;
	struct nq_pg_rows rows;
	struct nq_buf who = NQ_BUF_INIT;
	bool ours, valid;
	int rc = query(s, k, "SELECT " NQ_LEASE_COLUMNS " FROM nq_state WHERE " KEY, nq_lock_own(),
	    &rows, err);

	if (rc == 0 && rows.n == 1) {
		nq_lease_read(&rows, &ours, &valid, &who);
		if (ours && !valid)
			rc = lost(k, "it was not renewed in time", "", err);
		else if (!ours && nq_lease_own(&p->pg, k))
			rc = lost(k, "somebody else took it meanwhile", who.data, err);
		else if (!ours && valid)
			rc = (nq_lock_elsewhere(k, who.data, err), 1);
	}
	nq_buf_free(&who);
	nq_pg_rows_free(&rows);
	return rc;
}

static int
pg_lock(struct nq_store *s, struct nq_key k, int64_t wait_ms, struct nq_err *err)
{
	struct postgres *p = s->own;

	return nq_guard_start(&p->guard, &p->pg, k, wait_ms, err);
}

static int
pg_guard(struct nq_store *s, char *const *command, struct nq_err *err)
{
	struct postgres *p = s->own;

	umask(s->umask);
	return nq_guard_run(&p->guard, command, err);
}

#define OPS(name)                                                                             \
	{                                                                                     \
		.prefix = (name), .atomic = true, .open = pg_open, .close = pg_close,         \
		.hold = pg_hold, .release = pg_release, .again = pg_again, .load = pg_load,   \
		.save = pg_save, .record = pg_record, .history = pg_history, .list = pg_list, \
		.busy = pg_busy, .lock = pg_lock, .guard = pg_guard                           \
	}

const struct nq_store_ops nq_postgresql_store = OPS("postgresql://");
const struct nq_store_ops nq_postgres_store = OPS("postgres://");
