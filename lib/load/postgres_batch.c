#include "load/postgres_batch.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/time.h"
#include "http/client.h"
#include "http/retry.h"
#include "load/postgres_fit.h"
#include "load/postgres_suspect.h"
#include "load/table.h"
#include "pg/query.h"

static bool
replaces(const struct nq_sink *s)
{
	return s->o->mode == NQ_LOAD_REPLACE;
}

struct nq_pg_table *
nq_postgres_written(struct nq_sink *s)
{
	struct nq_postgres *q = s->own;

	return replaces(s) ? &q->staging : &q->target;
}

void
nq_postgres_now(struct nq_buf *b)
{
	struct nq_time now = nq_time_now();

	now.atto = now.atto / 1000000000000000 * 1000000000000000;
	nq_buf_reset(b);
	nq_time_format(now, b);
}

/* === connecting =============================================================================== */

static bool
stopped(const struct nq_sink *s)
{
	return s->o->stop != NULL && *s->o->stop != 0;
}

/* Waits before the next attempt, or says that there is none: false. */
static bool
wait_to_retry(struct nq_sink *s, const struct nq_err *why)
{
	struct nq_postgres *q = s->own;
	const struct nq_http_options *o = &s->o->http;
	int64_t ms;
	struct timespec ts = {0, 50000000};

	if (why->status != NQ_TEMPFAIL || q->attempt >= o->attempts || stopped(s))
		return false;
	ms = nq_retry_backoff((unsigned)q->attempt, o->retry_min_ms, o->retry_max_ms);
	ms += nq_retry_jitter(ms);
	q->attempt++;
	nq_log(NQ_LOG_WARN, "load", "%s, attempt %llu of %llu, waiting %lld.%lld s", why->msg,
	    (unsigned long long)q->attempt, (unsigned long long)o->attempts, (long long)ms / 1000,
	    (long long)ms % 1000 / 100);
	for (; ms > 0 && !stopped(s); ms -= 50)
		nanosleep(&ts, NULL);
	return !stopped(s);
}

/*
 * A batch is joined with the table by the index of the key. Left alone, the planner would read a
 * middling table from end to end for each batch, and the time would grow with its square.
 */
static const char by_index[] = "SET enable_hashjoin = off; SET enable_mergejoin = off";

int
nq_postgres_reach(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	q->in_transaction = false;
	nq_pg_stage_lost(&q->stage);
	while (nq_pg_connect(&q->pg, err) == -1)
		if (!wait_to_retry(s, err))
			return -1;
	return nq_pg_exec(&q->pg, by_index, err);
}

/* === transactions ============================================================================= */

void
nq_postgres_lock(struct nq_buf *sql, const struct nq_pg_table *t, const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *p = t->schema; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	h = (h ^ '.') * 16777619u;
	for (const char *p = name; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	nq_buf_addf(sql, "SELECT pg_catalog.pg_advisory_xact_lock(28273, %d); ", (int32_t)h);
}

int
nq_postgres_transact(struct nq_sink *s, const char *lock, char version[24], struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	struct nq_buf sql = NQ_BUF_INIT;
	struct nq_pg_rows rows;
	const char *v;
	int rc;

	nq_buf_adds(&sql, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; ");
	if (lock != NULL)
		nq_postgres_lock(&sql, &q->target, lock);
	nq_buf_adds(&sql, "SELECT pg_catalog.txid_current(), (SELECT c.xmin FROM "
			  "pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(");
	nq_pg_literal(&sql, q->target.quoted.data);
	nq_buf_adds(&sql, "))");
	rc = nq_pg_query(&q->pg, sql.data, NULL, 0, &rows, err);
	q->in_transaction = rc == 0;
	if (rc == 0) {
		v = nq_pg_get(&rows, 0, 1);
		snprintf(q->xid, sizeof(q->xid), "%s", nq_pg_get(&rows, 0, 0));
		snprintf(version, 24, "%s", v != NULL ? v : "");
	}
	nq_pg_rows_free(&rows);
	nq_buf_free(&sql);
	return rc;
}

/* Changing a table needs the lock also in the modes that do without it. */
static int
fit(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = 0;

	if (!nq_pg_fit_needed(nq_postgres_written(s), s->columns))
		return 0;
	if (s->o->mode == NQ_LOAD_APPEND) {
		nq_postgres_lock(&sql, &q->target, q->target.name);
		rc = nq_pg_exec(&q->pg, sql.data, err);
		nq_buf_free(&sql);
		if (rc == 0)
			rc = nq_pg_table_describe(&q->target, s->columns, err);
	}
	return rc == 0 ? nq_pg_fit(nq_postgres_written(s), s->columns, err) : -1;
}

static int
begin_batch(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	bool alone = s->o->mode == NQ_LOAD_MERGE || s->o->mode == NQ_LOAD_INSERT;
	char version[24];

	if (!q->in_transaction) {
		if (nq_postgres_transact(s, alone ? q->target.name : NULL, version, err) == -1)
			return -1;
		/* Somebody else has changed the table since we looked. */
		if (!replaces(s) && strcmp(version, q->target.version) != 0 &&
		    nq_pg_table_describe(&q->target, s->columns, err) == -1)
			return -1;
	}
	if (fit(s, err) == -1)
		return -1;
	s->columns->known = nq_postgres_written(s)->exists;
	return 0;
}

/* === rows ===================================================================================== */

/* After a failure in the data: all of the range is undone. */
static enum nq_write
refused(struct nq_sink *s, uint32_t from, uint32_t to, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	struct nq_err ignored = NQ_ERR_INIT;

	if (nq_pg_stage_undo(&q->stage, &ignored) == -1) {
		*err = ignored;
		return NQ_WRITE_FAILED;
	}
	return to - from == 1 ? NQ_WRITE_ROW : NQ_WRITE_SOME;
}

/* Once: OK, ROW, SOME or FAILED; *again: the INSERT alone was the wrong guess. */
static enum nq_write
try_range(struct nq_sink *s, uint32_t from, uint32_t to, bool *again, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	bool guessed = q->merge.insert_first;
	struct nq_counts done;
	int rc;

	*again = false;
	rc = nq_pg_stage_load(&q->stage, q->batch, from, to, err);
	if (rc == 0)
		rc = nq_pg_suspect(&q->stage, err);
	if (rc == 1)
		return refused(s, from, to, err);
	if (rc == 0)
		rc = nq_pg_merge_run(&q->merge, q->batch, &done, err);
	if (rc == 0) {
		nq_table_count(s, &done);
		return NQ_WRITE_OK;
	}
	if (rc == -1 && q->pg.fault != NQ_PG_ROW)
		return NQ_WRITE_FAILED;
	if (rc == 1 || (guessed && s->o->mode == NQ_LOAD_MERGE)) {
		q->merge.insert_first = false;
		*again = true;
	} else {
		nq_err_at(err, "the table refuses it: ");
	}
	return refused(s, from, to, err);
}

static enum nq_write
put_range(struct nq_sink *s, uint32_t from, uint32_t to, struct nq_err *err)
{
	bool again;
	enum nq_write rc = try_range(s, from, to, &again, err);

	if (again && rc != NQ_WRITE_FAILED)
		rc = try_range(s, from, to, &again, err);
	return rc;
}

/* === once more ================================================================================ */

static void
note_done(struct nq_postgres *q, uint32_t from, uint32_t to)
{
	if (q->ndone == q->capdone) {
		q->capdone = q->capdone == 0 ? 16 : q->capdone * 2;
		q->done = nq_reallocarray(q->done, q->capdone, sizeof(*q->done));
	}
	q->done[q->ndone++] = (struct nq_pg_range){from, to};
}

/* Does again what of the batch was done before. */
static int
replay(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	s->counts->inserted = q->before.inserted;
	s->counts->updated = q->before.updated;
	s->counts->unchanged = q->before.unchanged;
	s->counts->deleted = q->before.deleted;
	if (nq_pg_table_describe(&q->target, s->columns, err) == -1 || begin_batch(s, err) == -1)
		return -1;
	for (uint32_t i = 0; i < q->ndone; i++)
		if (put_range(s, q->done[i].from, q->done[i].to, err) != NQ_WRITE_OK) {
			err->status = q->pg.fault == NQ_PG_ROW ? NQ_FAIL : err->status;
			return -1;
		}
	return 0;
}

int
nq_postgres_recover(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	struct nq_err next = NQ_ERR_INIT;

	if ((q->pg.fault != NQ_PG_LOST && q->pg.fault != NQ_PG_AGAIN) ||
	    s->o->mode == NQ_LOAD_APPEND || replaces(s) || !wait_to_retry(s, err))
		return -1;
	if (q->pg.fault == NQ_PG_AGAIN && nq_pg_exec(&q->pg, "ROLLBACK", &next) == 0) {
		q->in_transaction = false;
		nq_pg_stage_lost(&q->stage);
		return 0;
	}
	return nq_postgres_reach(s, err);
}

/* Brings the batch to where it was, however often that takes. */
static int
mend(struct nq_sink *s, struct nq_err *err)
{
	do {
		if (nq_postgres_recover(s, err) == -1)
			return -1;
	} while (replay(s, err) == -1);
	return 0;
}

int
nq_postgres_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	q->batch = b;
	q->before = *s->counts;
	q->ndone = 0;
	q->attempt = 1;
	nq_postgres_now(&q->loaded_at);
	q->merge.loaded_at = q->loaded_at.data;
	return begin_batch(s, err) == 0 ? 0 : mend(s, err);
}

/* The rows before the first one that PostgreSQL cannot hold at all. */
static uint32_t
sound(struct nq_sink *s, uint32_t from, uint32_t to, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	while (from < to && nq_pg_stage_check(&q->stage, q->batch, &q->batch->row[from], err) == 0)
		from++;
	return from;
}

enum nq_write
nq_postgres_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    uint32_t *done, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	struct nq_err unsound = NQ_ERR_INIT;
	uint32_t end = sound(s, from, to, &unsound);
	enum nq_write rc = NQ_WRITE_OK;

	(void)b;
	*done = from;
	if (end > from) {
		while ((rc = put_range(s, from, end, err)) == NQ_WRITE_FAILED)
			if (mend(s, err) == -1)
				return NQ_WRITE_FAILED;
		if (rc == NQ_WRITE_OK)
			note_done(q, from, end);
	}
	if (rc != NQ_WRITE_OK || end == to)
		return rc;
	*done = end;
	*err = unsound;
	return NQ_WRITE_ROW;
}

/* Whether the transaction whose commit was not answered is in. -1: nobody can tell. */
static int
ask_outcome(struct nq_sink *s, bool *in, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	const char *params[] = {q->xid};
	struct nq_pg_rows rows;
	bool open = true;
	int rc = 0;

	while (rc == 0 && open) {
		rc = nq_pg_query(
		    &q->pg, "SELECT pg_catalog.txid_status($1::bigint)", params, 1, &rows, err);
		open = rc == 0 && nq_pg_is(&rows, 0, 0, "in progress");
		*in = rc == 0 && nq_pg_is(&rows, 0, 0, "committed");
		nq_pg_rows_free(&rows);
		if (open && !wait_to_retry(s, &(struct nq_err){NQ_TEMPFAIL, "still committing"}))
			rc = nq_err_set(
			    err, NQ_TEMPFAIL, "'%s': a commit does not end", q->pg.place.data);
	}
	return rc;
}

static int
end_transaction(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	if (nq_pg_exec(&q->pg, "COMMIT", err) == -1)
		return -1;
	q->in_transaction = false;
	nq_pg_stage_committed(&q->stage);
	return 0;
}

int
nq_postgres_end(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	bool in = false;

	if (end_transaction(s, err) == 0)
		return 0;
	if (q->pg.fault != NQ_PG_LOST)
		return 1;
	do {
		if (!wait_to_retry(s, err) || nq_postgres_reach(s, err) == -1)
			return -1;
	} while (ask_outcome(s, &in, err) == -1 && q->pg.fault == NQ_PG_LOST);
	if (in)
		nq_log(NQ_LOG_INFO, "load", "the commit had got through");
	q->pg.fault = NQ_PG_LOST;
	return in ? 0 : 1;
}

int
nq_postgres_commit(struct nq_sink *s, struct nq_err *err)
{
	int rc;

	if (s->o->mode == NQ_LOAD_APPEND)
		return 0;
	/* What a replace has staged is lost with the connection, committed or not. */
	if (replaces(s))
		return end_transaction(s, err);
	while ((rc = nq_postgres_end(s, err)) == 1)
		if (mend(s, err) == -1)
			return -1;
	return rc;
}
