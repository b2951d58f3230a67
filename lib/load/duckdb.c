#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "load/ddl.h"
#include "load/duckdb_merge.h"
#include "load/duckdb_publish.h"
#include "load/duckdb_remake.h"
#include "load/place.h"
#include "load/sink.h"
#include "load/table.h"

/*
 * duckdb:FILE. A batch is staged in a temporary table and merged from there in one transaction.
 * append and replace collect their rows in a temporary table of the target's shape, and publish
 * them in one transaction at the end, so that a killed run leaves nothing behind.
 *
 * DuckDB knows no savepoints: a row that is refused spoils the transaction. It is rolled back, and
 * before the next rows come those that were accepted are merged again. Where rejects are allowed
 * there may be many, so then what is left of the batch goes in in pieces, each a transaction; the
 * rows that a constraint is known to refuse are tried alone, which saves closing in on them.
 */
struct range {
	uint32_t from, to;
};

struct duckdb {
	struct nq_duckdb db;
	char *path;
	struct nq_duckdb_table target, staging;
	struct nq_duckdb_stage stage;
	struct nq_duckdb_merge merge;
	const struct nq_batch *batch; /* between begin and commit */
	struct range *in;	      /* what is accepted of the batch */
	uint32_t nin, capin;
	struct nq_counts counts; /* of the transaction in hand */
	uint32_t safe;		 /* rows that were staged before it */
	bool in_transaction, pieces, suspected;
	struct nq_buf started;
};

static bool
collects(const struct nq_sink *s)
{
	return s->o->mode == NQ_LOAD_REPLACE || s->o->mode == NQ_LOAD_APPEND;
}

static struct nq_duckdb_table *
table_of(const struct nq_sink *s)
{
	struct duckdb *q = s->own;

	return collects(s) ? &q->staging : &q->target;
}

static int
duckdb_open(struct nq_sink *s, struct nq_err *err)
{
	struct duckdb *q = nq_calloc(1, sizeof(*q));
	const char *table = s->o->table;

	s->own = q;
	q->started = (struct nq_buf)NQ_BUF_INIT;
	if (table == NULL || *table == '\0')
		return nq_err_set(err, NQ_USAGE, "which table? add --table NAME");
	if (strncasecmp(table, "_nq_", 4) == 0)
		return nq_err_set(err, NQ_USAGE,
		    "option '--table': names in '_nq_' are reserved: choose another");
	q->path = nq_place_absolute(s->o->to + strlen(s->ops->scheme), "duckdb:nq.duckdb", err);
	if (q->path == NULL)
		return -1;
	nq_buf_addf(&s->destination, "duckdb:%s#%s", q->path, table);
	q->db.stop = s->o->stop;
	q->db.memory = s->o->duckdb_memory;
	q->target = (struct nq_duckdb_table){.db = &q->db,
	    .name = table,
	    .keyed = s->o->mode != NQ_LOAD_APPEND && s->columns->nkeys > 0};
	q->staging = q->target;
	q->staging.catalog = "temp";
	q->staging.name = "_nq_staging";
	q->stage = (struct nq_duckdb_stage){
	    .db = &q->db, .table = table_of(s), .columns = s->columns, .newer_by = s->o->newer_by};
	q->merge = (struct nq_duckdb_merge){
	    .stage = &q->stage, .table = table_of(s), .o = s->o, .all_new = true};
	nq_table_meta(s, "text");
	return 0;
}

static int
duckdb_probe(struct nq_sink *s, bool *exists, struct nq_err *err)
{
	struct duckdb *q = s->own;
	struct nq_columns ignored;
	int rc;

	if (nq_duckdb_api(err) == NULL)
		return -1;
	if (access(q->path, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (nq_duckdb_open(&q->db, q->path, s->o->busy_ms, err) == -1)
		return -1;
	nq_columns_init(&ignored);
	ignored.folds = true;
	rc = nq_duckdb_table_describe(&q->target, &ignored, err);
	*exists = q->target.exists;
	nq_columns_free(&ignored);
	return rc;
}

/* -1: no unique index or key is on just the columns of the key. */
static int
check_key(const struct nq_sink *s, const struct nq_duckdb_table *t, struct nq_err *err)
{
	struct duckdb *q = s->own;
	struct nq_buf names = NQ_BUF_INIT, sql = NQ_BUF_INIT;
	int rc = nq_table_has_key(s->o->table, s->columns, err);

	nq_table_key(&names, s->columns);
	nq_buf_adds(&sql, "EXPLAIN INSERT INTO ");
	nq_duckdb_table_quote(&sql, t);
	nq_buf_addf(&sql, " (%s) SELECT %s FROM ", names.data, names.data);
	nq_duckdb_table_quote(&sql, t);
	nq_buf_addf(&sql, " ON CONFLICT (%s) DO NOTHING", names.data);
	if (rc == 0 && nq_duckdb_exec(&q->db, sql.data, NULL, err) == -1)
		rc = nq_table_no_key(s->o->table, s->columns, err);
	nq_buf_free(&names);
	nq_buf_free(&sql);
	return rc;
}

/* The rows are collected under the constraints of the table itself, which judge each of them. */
static int
make_staging(struct nq_sink *s, struct nq_err *err)
{
	struct duckdb *q = s->own;
	struct nq_err none = NQ_ERR_INIT;
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = q->staging.keyed ? nq_table_has_key(s->o->table, s->columns, err) : 0;

	if (rc == 0 && nq_duckdb_copy_shape(&q->target, &q->staging, err) == -1)
		rc = nq_err_at(err,
		    "cannot collect rows for table '%s', as append and replace do (--mode merge "
		    "does not): ",
		    s->o->table);
	if (rc == 0)
		rc = nq_duckdb_table_describe(&q->staging, s->columns, err);
	if (rc == 0 && q->staging.keyed && check_key(s, &q->staging, &none) == -1) {
		nq_buf_adds(&sql, "CREATE UNIQUE INDEX _nq_key ON temp.main._nq_staging (");
		nq_table_key(&sql, s->columns);
		nq_buf_addc(&sql, ')');
		rc = nq_duckdb_exec(&q->db, sql.data, NULL, err);
	}
	nq_buf_free(&sql);
	return rc;
}

static int
duckdb_start(struct nq_sink *s, struct nq_err *err)
{
	struct duckdb *q = s->own;

	nq_place_add_now(&q->started);
	if (nq_duckdb_open(&q->db, q->path, s->o->busy_ms, err) == -1 ||
	    nq_duckdb_table_describe(&q->target, s->columns, err) == -1)
		return -1;
	if (nq_table_may_lack(s, q->target.exists, err) == -1)
		return -1;
	if (!q->target.exists)
		return 0;
	if (collects(s))
		return make_staging(s, err);
	return q->target.keyed ? check_key(s, &q->target, err) : 0;
}

/* Columns are added and widened before the transaction of the batch: DuckDB is at ease so. */
static int
duckdb_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	struct duckdb *q = s->own;
	struct nq_buf now = NQ_BUF_INIT;
	bool changed;
	int rc = nq_duckdb_table_fit(table_of(s), s->columns, &changed, err);

	nq_place_add_now(&now);
	snprintf(q->merge.loaded_at, sizeof(q->merge.loaded_at), "%s", now.data);
	nq_buf_free(&now);
	s->columns->known = rc == 0 && table_of(s)->exists;
	q->batch = b;
	q->pieces = q->suspected = false;
	q->nin = 0;
	return rc == 0 ? nq_duckdb_stage_begin(&q->stage, b, err) : -1;
}

/* Merges rows, in several goes where a key is written again after it was deleted. */
static int
merge_rows(
    struct duckdb *q, const struct nq_batch *b, struct range r, bool *refused, struct nq_err *err)
{
	uint32_t end;
	int rc = 0;

	for (; rc == 0 && r.from < r.to; r.from = end) {
		for (end = r.from + 1; end < r.to && !b->row[end].again; end++)
			;
		rc = nq_duckdb_merge(&q->merge, b, r.from, end, &q->counts, refused, err);
	}
	return rc;
}

static void
roll_back(struct duckdb *q)
{
	struct nq_err ignored = NQ_ERR_INIT;

	if (!q->in_transaction)
		return;
	nq_duckdb_exec(&q->db, "ROLLBACK", NULL, &ignored);
	nq_duckdb_stage_cut(&q->stage, q->safe);
	q->in_transaction = false;
}

/* Within a transaction that holds all rows accepted so far, and with all rows staged. */
static int
get_ready(struct duckdb *q, const struct nq_batch *b, struct nq_err *err)
{
	bool refused;

	if (nq_duckdb_stage_add(&q->stage, b, err) == -1)
		return -1;
	if (q->in_transaction)
		return 0;
	if (nq_duckdb_exec(&q->db, "BEGIN", NULL, err) == -1)
		return -1;
	q->in_transaction = true;
	q->safe = b->nrows;
	memset(&q->counts, 0, sizeof(q->counts));
	q->merge.all_new = q->merge.all_new && q->nin == 0;
	for (uint32_t i = 0; i < q->nin; i++)
		if (merge_rows(q, b, q->in[i], &refused, err) == -1)
			return -1;
	return 0;
}

/* Merges more rows; a refusal that may only mean that a key is known is looked into. */
static int
merge_range(
    struct duckdb *q, const struct nq_batch *b, struct range r, bool *refused, struct nq_err *err)
{
	int rc = merge_rows(q, b, r, refused, err);

	if (rc == 0 || !*refused || !q->merge.all_new)
		return rc;
	roll_back(q);
	*refused = q->merge.all_new = false;
	if (get_ready(q, b, err) == -1)
		return -1;
	return merge_rows(q, b, r, refused, err);
}

/* Ranges stay apart: a key that comes in two of them is one that no statement may see twice. */
static void
accept(struct duckdb *q, struct range r)
{
	if (q->nin == q->capin) {
		q->capin = q->capin == 0 ? 16 : q->capin * 2;
		q->in = nq_reallocarray(q->in, q->capin, sizeof(*q->in));
	}
	q->in[q->nin++] = r;
}

static void
say_bad(const struct nq_sink *s, uint32_t bad, struct nq_err *err)
{
	const struct duckdb *q = s->own;
	uint32_t col;

	if (bad == NQ_DUCKDB_EMPTY) {
		nq_err_set(err, NQ_FAIL, "the record has no member with a value");
		return;
	}
	col = q->stage.col[bad - 1];
	nq_err_set(err, NQ_FAIL, "column '%s' is %s, which does not hold the value as it is",
	    s->columns->v[col].name, q->stage.table->column[col].type);
}

static int
end_transaction(struct nq_sink *s, struct nq_err *err)
{
	struct duckdb *q = s->own;
	const struct nq_counts *c = &q->counts;

	if (nq_duckdb_exec(&q->db, "COMMIT", NULL, err) == -1)
		return -1;
	q->in_transaction = false;
	q->nin = 0;
	q->merge.all_new = !q->pieces && c->updated + c->unchanged + c->deleted == 0;
	nq_table_count(s, c);
	return 0;
}

/* Behind the rows that go in together: they end before one that cannot, or is to be tried alone. */
static uint32_t
run_end(const struct duckdb *q, uint32_t from, uint32_t to)
{
	const uint32_t *bad = q->stage.bad;

	if (from < to && bad[from] == NQ_DUCKDB_SUSPECT)
		return from + 1;
	while (from < to && bad[from] == 0)
		from++;
	return from;
}

/* What follows from a refusal: the first one of a batch has its rows looked at. */
static enum nq_write
refused_run(struct nq_sink *s, struct range r)
{
	struct duckdb *q = s->own;

	q->pieces = collects(s) || s->o->max_rejects != NULL;
	if (!q->suspected)
		nq_duckdb_stage_suspect(&q->stage);
	q->suspected = true;
	return r.to - r.from == 1 ? NQ_WRITE_ROW : NQ_WRITE_SOME;
}

static enum nq_write
duckdb_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    uint32_t *done, struct nq_err *err)
{
	struct duckdb *q = s->own;
	struct range r = {from, from};
	bool refused = false;

	do {
		*done = r.from = r.to;
		if (get_ready(q, b, err) == -1)
			return NQ_WRITE_FAILED;
		r.to = run_end(q, r.from, to);
		if (merge_range(q, b, r, &refused, err) == -1) {
			roll_back(q);
			return refused ? refused_run(s, r) : NQ_WRITE_FAILED;
		}
		if (r.to > r.from)
			accept(q, r);
		if (q->pieces && end_transaction(s, err) == -1)
			return NQ_WRITE_FAILED;
	} while (r.to < to && run_end(q, r.to, to) > r.to);
	if (r.to == to)
		return NQ_WRITE_OK;
	*done = r.to;
	say_bad(s, q->stage.bad[r.to], err);
	return NQ_WRITE_ROW;
}

static int
duckdb_commit(struct nq_sink *s, struct nq_err *err)
{
	struct duckdb *q = s->own;

	if (q->nin == 0) {
		roll_back(q);
		return 0;
	}
	return get_ready(q, q->batch, err) == -1 ? -1 : end_transaction(s, err);
}

/* An empty first load leaves an empty table: the destination is there from now on. */
static int
duckdb_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	struct duckdb *q = s->own;
	bool changed;
	int rc = 0;

	if (s->o->mode == NQ_LOAD_REPLACE && nq_table_may_empty(s, err) == -1)
		return -1;
	if (collects(s) && q->staging.exists)
		rc = nq_duckdb_prepare(&q->target, &q->staging, s->columns, err);
	else if (!q->target.exists && q->target.keyed)
		rc = nq_duckdb_table_fit(&q->target, s->columns, &changed, err);
	if (rc == 0)
		rc = nq_duckdb_exec(&q->db, "BEGIN", NULL, err);
	q->in_transaction = rc == 0;
	if (rc == 0 && collects(s) && q->staging.exists)
		rc = nq_duckdb_publish(
		    &q->target, &q->staging, s->columns, s->o->mode == NQ_LOAD_REPLACE, err);
	if (rc == 0)
		rc = nq_duckdb_record(&q->db, s, tally, q->started.data, err);
	if (rc == 0)
		rc = nq_duckdb_exec(&q->db, "COMMIT", NULL, err);
	q->in_transaction = q->in_transaction && rc == -1;
	return rc;
}

static void
duckdb_close(struct nq_sink *s)
{
	struct duckdb *q = s->own;

	if (q == NULL)
		return;
	roll_back(q);
	nq_duckdb_close(&q->db);
	nq_duckdb_stage_free(&q->stage);
	nq_duckdb_table_free(&q->target);
	nq_duckdb_table_free(&q->staging);
	nq_buf_free(&q->started);
	free(q->in);
	free(q->path);
	free(q);
	s->own = NULL;
}

const struct nq_sink_ops nq_sink_duckdb = {
    .scheme = "duckdb:",
    .form = "duckdb:FILE",
    .folds = true,
    .receipt = true,
    .batch = NQ_MAX_BATCH_CAP, /* each one reads the keys of the table: few and large */
    .batch_bytes = NQ_DUCKDB_BATCH,
    .modes = {true, true, true, true},
    .open = duckdb_open,
    .probe = duckdb_probe,
    .start = duckdb_start,
    .begin = duckdb_begin,
    .write = duckdb_write,
    .commit = duckdb_commit,
    .finish = duckdb_finish,
    .close = duckdb_close,
};
