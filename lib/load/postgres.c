#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "load/postgres_batch.h"
#include "load/postgres_fit.h"
#include "load/postgres_publish.h"
#include "load/sink.h"
#include "load/table.h"
#include "pg/query.h"

/* postgresql://…, or postgres://…: see postgres_batch.h for how rows get there. */

static bool
replaces(const struct nq_sink *s)
{
	return s->o->mode == NQ_LOAD_REPLACE;
}

/* === opening ================================================================================== */

static void
name_destination(struct nq_sink *s)
{
	struct nq_postgres *q = s->own;
	const struct nq_pg_table *t = &q->target;

	nq_buf_reset(&s->destination);
	nq_buf_addf(&s->destination, "%s#", q->pg.place.data);
	if (t->schema != NULL)
		nq_buf_addf(&s->destination, "%s.", t->schema);
	nq_buf_adds(&s->destination, t->name);
}

static void
wire(struct nq_sink *s)
{
	struct nq_postgres *q = s->own;

	q->started = q->loaded_at = (struct nq_buf)NQ_BUF_INIT;
	q->pg.stop = s->o->stop;
	q->pg.connect_ms = s->o->http.connect_timeout_ms;
	q->pg.lock_ms = s->o->busy_ms;
	q->pg.lock_option = "--busy-timeout";
	q->target.pg = q->staging.pg = &q->pg;
	q->target.keyed = q->staging.keyed = s->o->mode != NQ_LOAD_APPEND && s->columns->nkeys > 0;
	q->staging.temporary = true;
	q->stage = (struct nq_pg_stage){.pg = &q->pg,
	    .table = nq_postgres_written(s),
	    .columns = s->columns,
	    .o = s->o,
	    .copy = NQ_BUF_INIT,
	    .sql = NQ_BUF_INIT};
	q->merge = (struct nq_pg_merge){
	    .stage = &q->stage, .sql = NQ_BUF_INIT, .run_id = s->o->run_id, .insert_first = true};
}

static int
postgres_open(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = nq_calloc(1, sizeof(*q));

	s->own = q;
	q->pg.url = q->pg.place = q->target.quoted = q->staging.quoted = (struct nq_buf)NQ_BUF_INIT;
	wire(s);
	if (s->o->table == NULL || *s->o->table == '\0')
		return nq_err_set(err, NQ_USAGE, "which table? add --table NAME");
	if (nq_pg_table_name(&q->target, s->o->table, err) == -1 ||
	    nq_pg_table_name(&q->staging, "pg_temp._nq_staging", err) == -1)
		return -1;
	if (strncasecmp(q->target.name, "_nq_", 4) == 0)
		return nq_err_set(err, NQ_USAGE,
		    "option '--table': names in '_nq_' are reserved: choose another");
	if (nq_pg_open(&q->pg, s->o->to, s->o->refs, "option '--to'", err) == -1)
		return -1;
	name_destination(s);
	nq_table_meta(s, "time");
	return 0;
}

static int
postgres_probe(struct nq_sink *s, bool *exists, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	q->attempt = 1;
	if (nq_postgres_reach(s, err) == -1 || nq_pg_table_find(&q->target, err) == -1)
		return -1;
	*exists = q->target.exists;
	name_destination(s);
	return 0;
}

static int
postgres_start(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	nq_postgres_now(&q->started);
	q->attempt = 1;
	if (nq_postgres_reach(s, err) == -1 ||
	    nq_pg_table_describe(&q->target, s->columns, err) == -1)
		return -1;
	name_destination(s);
	if (nq_table_may_lack(s, q->target.exists, err) == -1)
		return -1;
	if (!q->target.exists)
		return 0;
	if (q->target.keyed && !replaces(s) &&
	    nq_pg_table_check_key(&q->target, s->columns, err) == -1)
		return -1;
	return replaces(s) ? nq_pg_publish_prepare(&q->target, &q->staging, s->columns, err) : 0;
}

/* === the end ================================================================================== */

static int
publish(struct nq_sink *s, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	if (nq_table_may_empty(s, err) == -1)
		return -1;
	if (!q->staging.exists)
		return 0;
	return nq_pg_publish(&q->target, &q->staging, s->columns, err);
}

/* An empty first load leaves an empty table: the destination is there from now on. */
static int
finish_once(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	struct nq_postgres *q = s->own;
	struct nq_buf lock = NQ_BUF_INIT;
	char version[24];
	int rc = 0;

	if (!q->in_transaction)
		rc = nq_postgres_transact(s, q->target.name, version, err);
	if (rc == 0 && replaces(s))
		rc = publish(s, err);
	else if (rc == 0 && !q->target.exists && q->target.keyed)
		rc = nq_pg_fit(&q->target, s->columns, err);
	if (rc == 0) {
		nq_postgres_lock(&lock, &q->target, "_nq_loads");
		rc = nq_pg_exec(&q->pg, lock.data, err);
	}
	if (rc == 0)
		rc = nq_pg_publish_record(&q->target, s->o, s->counts, tally, q->started.data, err);
	nq_buf_free(&lock);
	return rc == 0 ? nq_postgres_end(s, err) : -1;
}

static int
postgres_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	struct nq_postgres *q = s->own;

	q->attempt = 1;
	while (finish_once(s, tally, err) != 0)
		if (nq_postgres_recover(s, err) == -1 || nq_pg_table_find(&q->target, err) == -1)
			return -1;
	return 0;
}

static void
postgres_close(struct nq_sink *s)
{
	struct nq_postgres *q = s->own;

	if (q == NULL)
		return;
	nq_pg_close(&q->pg);
	nq_pg_stage_free(&q->stage);
	nq_buf_free(&q->merge.sql);
	nq_pg_table_free(&q->target);
	nq_pg_table_free(&q->staging);
	nq_buf_free(&q->started);
	nq_buf_free(&q->loaded_at);
	free(q->done);
	free(q);
	s->own = NULL;
}

#define OPS(prefix)                                                                               \
	{                                                                                         \
		.scheme = (prefix), .form = "postgresql://HOST/DB", .folds = true,                \
		.receipt = true, .batch = NQ_DB_BATCH, .modes = {true, true, true, true},         \
		.open = postgres_open, .probe = postgres_probe, .start = postgres_start,          \
		.begin = nq_postgres_begin, .write = nq_postgres_write,                           \
		.commit = nq_postgres_commit, .finish = postgres_finish, .close = postgres_close, \
	}

const struct nq_sink_ops nq_sink_postgresql = OPS("postgresql:");
const struct nq_sink_ops nq_sink_postgres = OPS("postgres:");
