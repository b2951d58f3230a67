#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "load/ddl.h"
#include "load/place.h"
#include "load/sink.h"
#include "load/table.h"
#include "load/sqlite_remake.h"
#include "load/sqlite_rows.h"

/*
 * sqlite:FILE. One transaction for some batches; append is one for the whole run. replace loads a
 * temporary table, so that the database stays unlocked while the stream comes in and a killed run
 * leaves nothing behind, and publishes it by delete-and-insert in one transaction.
 */
struct sqlite {
	struct nq_db db;
	char *path;
	struct nq_sqlite_table target, staging;
	struct nq_sqlite_rows rows;
	bool in_transaction;
	int schema_version;
	struct nq_buf started;
};

static bool
replaces(const struct nq_sink *s)
{
	return s->o->mode == NQ_LOAD_REPLACE;
}

static int
sqlite_open(struct nq_sink *s, struct nq_err *err)
{
	struct sqlite *q = nq_calloc(1, sizeof(*q));
	const char *table = s->o->table;

	s->own = q;
	q->started = (struct nq_buf)NQ_BUF_INIT;
	if (table == NULL || *table == '\0')
		return nq_err_set(err, NQ_USAGE, "which table? add --table NAME");
	if (strncasecmp(table, "sqlite_", 7) == 0 || strncasecmp(table, "_nq_", 4) == 0)
		return nq_err_set(err, NQ_USAGE,
		    "option '--table': names in '%.*s' are reserved: choose another",
		    *table == '_' ? 4 : 7, table);
	q->path = nq_place_absolute(s->o->to + strlen(s->ops->scheme), "sqlite:nq.db", err);
	if (q->path == NULL)
		return -1;
	nq_buf_addf(&s->destination, "sqlite:%s#%s", q->path, table);
	q->target = (struct nq_sqlite_table){&q->db, "main", table, false, true,
	    s->o->mode != NQ_LOAD_APPEND && s->columns->nkeys > 0};
	q->staging = q->target;
	q->staging.schema = "temp";
	q->staging.name = "_nq_staging";
	q->db.stop = s->o->stop;
	q->rows = (struct nq_sqlite_rows){.db = &q->db,
	    .table = replaces(s) ? &q->staging : &q->target,
	    .o = s->o,
	    .columns = s->columns,
	    .insert_first = true};
	nq_table_meta(s, "text");
	return 0;
}

static int
sqlite_probe(struct nq_sink *s, bool *exists, struct nq_err *err)
{
	struct sqlite *q = s->own;
	struct nq_columns ignored;
	int rc;

	if (access(q->path, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (nq_db_open(&q->db, q->path, false, s->o->busy_ms, err) == -1)
		return -1;
	nq_columns_init(&ignored);
	rc = nq_sqlite_table_describe(&q->target, &ignored, err);
	*exists = q->target.exists;
	nq_columns_free(&ignored);
	return rc;
}

/* nq_newer(new, old), for --newer-by. */
static void
newer(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct nq_str s[2];

	(void)n;
	for (int i = 0; i < 2; i++) {
		s[i].p = (const char *)sqlite3_value_text(v[i]);
		s[i].n = (size_t)sqlite3_value_bytes(v[i]);
		s[i] = s[i].p == NULL ? nq_str("") : s[i];
	}
	sqlite3_result_int(ctx, nq_class_newer(s[0], s[1]));
}

static int
check_key(struct nq_sink *s, struct nq_err *err)
{
	struct sqlite *q = s->own;
	struct nq_buf names = NQ_BUF_INIT, sql = NQ_BUF_INIT;
	sqlite3_stmt *st = NULL;
	int rc = nq_table_has_key(s->o->table, s->columns, err);

	nq_table_key(&names, s->columns);
	nq_buf_adds(&sql, "INSERT INTO ");
	nq_sqlite_table_quote(&sql, &q->target);
	nq_buf_addf(&sql, " (%s) SELECT %s FROM ", names.data, names.data);
	nq_sqlite_table_quote(&sql, &q->target);
	nq_buf_addf(&sql, " WHERE true ON CONFLICT (%s) DO NOTHING", names.data);
	if (rc == 0 && nq_db_prepare(&q->db, sql.data, &st, err) == -1) {
		rc = -1;
		if (strstr(err->msg, "ON CONFLICT clause") != NULL)
			nq_table_no_key(s->o->table, s->columns, err);
	}
	sqlite3_finalize(st);
	nq_buf_free(&names);
	nq_buf_free(&sql);
	return rc;
}

static int
schema_version(struct sqlite *q, int *version, struct nq_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = nq_db_prepare(&q->db, "PRAGMA main.schema_version", &st, err);

	if (rc == 0 && sqlite3_step(st) != SQLITE_ROW)
		rc = nq_db_fail(&q->db, err);
	*version = rc == 0 ? sqlite3_column_int(st, 0) : 0;
	sqlite3_finalize(st);
	return rc;
}

/* A replace works on a copy of the shape, so that the table's own constraints judge each row. */
static int
make_staging(struct nq_sink *s, struct nq_err *err)
{
	struct sqlite *q = s->own;
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = nq_table_has_key(s->o->table, s->columns, err);

	if (rc == 0)
		rc = nq_remake_copy_shape(&q->target, &q->staging, err);
	q->staging.exists = rc == 0;
	q->staging.strict = q->target.strict;
	if (rc == 0 && s->columns->nkeys > 0) {
		nq_buf_adds(&sql, "CREATE UNIQUE INDEX temp._nq_key ON _nq_staging (");
		nq_table_key(&sql, s->columns);
		nq_buf_addc(&sql, ')');
		rc = nq_db_exec(&q->db, sql.data, err);
	}
	nq_buf_free(&sql);
	return rc;
}

static int
sqlite_start(struct nq_sink *s, struct nq_err *err)
{
	struct sqlite *q = s->own;

	nq_place_add_now(&q->started);
	if (nq_db_open(&q->db, q->path, true, s->o->busy_ms, err) == -1)
		return -1;
	sqlite3_create_function(q->db.db, "nq_newer", 2,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, newer, NULL, NULL);
	if (schema_version(q, &q->schema_version, err) == -1 ||
	    nq_sqlite_table_describe(&q->target, s->columns, err) == -1)
		return -1;
	if (nq_table_may_lack(s, q->target.exists, err) == -1)
		return -1;
	if (!q->target.exists)
		return 0;
	if (replaces(s))
		return make_staging(s, err);
	return q->target.keyed ? check_key(s, err) : 0;
}

static int
begin_transaction(struct nq_sink *s, const char *sql, struct nq_err *err)
{
	struct sqlite *q = s->own;
	int version;

	if (q->in_transaction)
		return 0;
	if (nq_db_exec(&q->db, sql, err) == -1)
		return -1;
	q->in_transaction = true;
	if (replaces(s) || schema_version(q, &version, err) == -1)
		return replaces(s) ? 0 : -1;
	if (version == q->schema_version)
		return 0;
	/* Somebody else has changed the schema since we looked. */
	nq_sqlite_rows_forget(&q->rows);
	for (uint32_t i = 0; i < s->columns->n; i++)
		s->columns->v[i].exists = false;
	q->schema_version = version;
	return nq_sqlite_table_describe(&q->target, s->columns, err);
}

static int
sqlite_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	struct sqlite *q = s->own;
	struct nq_buf now = NQ_BUF_INIT;
	bool changed = false;
	int rc = begin_transaction(s, replaces(s) ? "BEGIN" : "BEGIN IMMEDIATE", err);

	(void)b;
	nq_place_add_now(&now);
	snprintf(q->rows.loaded_at, sizeof(q->rows.loaded_at), "%s", now.data);
	nq_buf_free(&now);
	if (rc == 0)
		rc = nq_sqlite_table_fit(
		    replaces(s) ? &q->staging : &q->target, s->columns, &changed, err);
	s->columns->known = rc == 0 && q->rows.table->exists;
	if (rc == 0 && changed) {
		nq_sqlite_rows_forget(&q->rows);
		rc = schema_version(q, &q->schema_version, err);
	}
	return rc;
}

static void
count(const struct nq_sink *s, enum nq_row_outcome what)
{
	const struct nq_counts one = {.inserted = what == NQ_ROW_INSERTED,
	    .updated = what == NQ_ROW_UPDATED,
	    .unchanged = what == NQ_ROW_UNCHANGED,
	    .deleted = what == NQ_ROW_DELETED};

	nq_table_count(s, &one);
}

static enum nq_write
sqlite_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    uint32_t *done, struct nq_err *err)
{
	struct sqlite *q = s->own;
	enum nq_row_outcome what;

	for (uint32_t i = from; i < to; i++) {
		what = nq_sqlite_rows_write(&q->rows, b, &b->row[i], err);
		*done = i;
		if (what == NQ_ROW_FAILED)
			return NQ_WRITE_FAILED;
		if (what == NQ_ROW_REFUSED)
			return NQ_WRITE_ROW;
		count(s, what);
	}
	return NQ_WRITE_OK;
}

static int
end_transaction(struct sqlite *q, struct nq_err *err)
{
	if (nq_db_exec(&q->db, "COMMIT", err) == -1)
		return -1;
	q->in_transaction = false;
	return 0;
}

static int
sqlite_commit(struct nq_sink *s, struct nq_err *err)
{
	return s->o->mode == NQ_LOAD_APPEND ? 0 : end_transaction(s->own, err);
}

static int
publish(struct nq_sink *s, struct nq_err *err)
{
	struct sqlite *q = s->own;

	if (nq_table_may_empty(s, err) == -1)
		return -1;
	nq_sqlite_rows_forget(&q->rows);
	if (!q->staging.exists)
		return 0;
	return nq_remake_publish(&q->target, &q->staging, s->columns, err);
}

/* What _nq_loads keeps of this run: a column each, in this order. */
static int
record_load(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	static const char make[] =
	    "CREATE TABLE IF NOT EXISTS main._nq_loads (run_id TEXT, table_name TEXT NOT NULL, "
	    "mode TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT NOT NULL, "
	    "records INTEGER, inserted INTEGER, updated INTEGER, unchanged INTEGER, "
	    "deleted INTEGER, folded INTEGER, rejected INTEGER, cursor_type TEXT, watermark TEXT) "
	    "STRICT";
	static const char add[] = "INSERT INTO main._nq_loads VALUES "
				  "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
	struct sqlite *q = s->own;
	const struct nq_counts *c = s->counts;
	const uint64_t numbers[] = {
	    c->records, c->inserted, c->updated, c->unchanged, c->deleted, c->folded, c->rejected};
	const char *mark = tally->watermark.len > 0 ? tally->watermark.data : NULL;
	struct nq_buf now = NQ_BUF_INIT;
	sqlite3_stmt *st = NULL;
	int rc = nq_db_exec(&q->db, make, err);

	nq_place_add_now(&now);
	if (rc == 0)
		rc = nq_db_prepare(&q->db, add, &st, err);
	sqlite3_bind_text(st, 1, s->o->run_id, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, s->o->table, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, nq_load_mode_name(s->o->mode), -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, q->started.data, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, now.data, -1, SQLITE_STATIC);
	for (int i = 0; i < 7; i++)
		sqlite3_bind_int64(st, 6 + i, (int64_t)numbers[i]);
	sqlite3_bind_text(st, 13, nq_cursor_type_name(tally->cursor_type), -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 14, mark, -1, SQLITE_STATIC);
	if (rc == 0 && sqlite3_step(st) != SQLITE_DONE)
		rc = nq_db_fail(&q->db, err);
	sqlite3_finalize(st);
	nq_buf_free(&now);
	return rc;
}

/* An empty first load leaves an empty table: the destination is there from now on. */
static int
sqlite_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	struct sqlite *q = s->own;
	bool changed;
	int rc = begin_transaction(s, "BEGIN IMMEDIATE", err);

	if (rc == 0 && replaces(s))
		rc = publish(s, err);
	else if (rc == 0 && !q->target.exists && q->target.keyed)
		rc = nq_sqlite_table_fit(&q->target, s->columns, &changed, err);
	if (rc == 0)
		rc = record_load(s, tally, err);
	return rc == 0 ? end_transaction(q, err) : -1;
}

static void
sqlite_close(struct nq_sink *s)
{
	struct sqlite *q = s->own;

	if (q == NULL)
		return;
	nq_sqlite_rows_free(&q->rows);
	if (q->in_transaction && q->db.db != NULL && sqlite3_get_autocommit(q->db.db) == 0)
		sqlite3_exec(q->db.db, "ROLLBACK", NULL, NULL, NULL);
	nq_db_close(&q->db);
	nq_buf_free(&q->started);
	free(q->path);
	free(q);
	s->own = NULL;
}

const struct nq_sink_ops nq_sink_sqlite = {
    .scheme = "sqlite:",
    .form = "sqlite:FILE",
    .folds = true,
    .receipt = true,
    .batch = NQ_DB_BATCH,
    .together = NQ_MAX_TOGETHER,
    .modes = {true, true, true, true},
    .open = sqlite_open,
    .probe = sqlite_probe,
    .start = sqlite_start,
    .begin = sqlite_begin,
    .write = sqlite_write,
    .commit = sqlite_commit,
    .finish = sqlite_finish,
    .close = sqlite_close,
};
