#include "load/postgres_publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "load/class.h"
#include "load/postgres_fit.h"
#include "load/table.h"
#include "pg/query.h"

int
nq_pg_publish_prepare(const struct nq_pg_table *target, struct nq_pg_table *staging,
    struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	if (nq_table_has_key(target->name, cols, err) == -1)
		return -1;
	nq_buf_addf(&sql,
	    "CREATE TEMPORARY TABLE _nq_staging (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS "
	    "INCLUDING INDEXES INCLUDING GENERATED INCLUDING IDENTITY)",
	    target->quoted.data);
	if (staging->keyed) {
		nq_buf_adds(&sql, "; CREATE UNIQUE INDEX ON pg_temp._nq_staging (");
		nq_table_key(&sql, cols);
		nq_buf_addc(&sql, ')');
	}
	rc = nq_pg_exec(target->pg, sql.data, err);
	nq_buf_free(&sql);
	return rc == 0 ? nq_pg_table_describe(staging, cols, err) : -1;
}

/* Rows that others would lose with ours: the rule is theirs, and they were not asked. */
static int
check_followers(const struct nq_pg_table *t, struct nq_err *err)
{
	static const char sql[] =
	    "SELECT conrelid::pg_catalog.regclass, CASE confdeltype WHEN 'c' THEN 'CASCADE' "
	    "WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END FROM pg_catalog.pg_constraint "
	    "WHERE confrelid = pg_catalog.to_regclass($1) AND contype = 'f' "
	    "AND confdeltype IN ('c', 'n', 'd') LIMIT 1";
	const char *params[] = {t->quoted.data};
	struct nq_pg_rows rows;
	int rc = nq_pg_query(t->pg, sql, params, 1, &rows, err);

	if (rc == 0 && rows.n > 0)
		rc = nq_err_set(err, NQ_FAIL,
		    "refusing to replace table '%s': '%s' refers to it ON DELETE %s and would "
		    "lose rows or values (--mode merge does not)",
		    t->name, nq_pg_get(&rows, 0, 0), nq_pg_get(&rows, 0, 1));
	nq_pg_rows_free(&rows);
	return rc;
}

static uint32_t
holds(int kind)
{
	switch (kind) {
	case NQ_PK_BOOL:
		return NQ_BIT(NQ_C_BOOL);
	case NQ_PK_INT:
		return NQ_BIT(NQ_C_INT);
	case NQ_PK_FLOAT8:
		return NQ_BIT(NQ_C_DECIMAL);
	case NQ_PK_NUMERIC:
		return NQ_BIT(NQ_C_BIG);
	case NQ_PK_JSON:
		return NQ_BIT(NQ_C_JSON);
	default:
		return NQ_BIT(NQ_C_TEXT);
	}
}

/* Gives the table the columns and types that the staging table came to have. */
static int
follow(struct nq_pg_table *t, const struct nq_columns *staged, struct nq_err *err)
{
	struct nq_columns own;
	int rc;

	nq_columns_init(&own);
	own.folds = true;
	rc = nq_pg_table_describe(t, &own, err);
	nq_table_follow(&own, staged, holds);
	if (rc == 0)
		rc = nq_pg_fit(t, &own, err);
	nq_columns_free(&own);
	return rc;
}

static int
make_like(struct nq_pg_table *t, const struct nq_pg_table *staging, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_addf(
	    &sql, "CREATE TABLE %s (LIKE %s INCLUDING ALL)", t->quoted.data, staging->quoted.data);
	rc = nq_pg_exec(t->pg, sql.data, err);
	t->exists = rc == 0;
	nq_buf_free(&sql);
	return rc;
}

/* Defaults that no record overruled are the table's to compute. */
static void
add_names(struct nq_buf *sql, const struct nq_pg_table *staging, const struct nq_columns *cols)
{
	const char *comma = "";

	for (uint32_t i = 0; i < cols->n; i++) {
		if (!cols->v[i].exists || i >= staging->ncol ||
		    (staging->col[i].fills && !cols->v[i].bound && !cols->v[i].key))
			continue;
		nq_buf_adds(sql, comma);
		nq_pg_quote(sql, cols->v[i].name);
		comma = ", ";
	}
}

int
nq_pg_publish(struct nq_pg_table *t, const struct nq_pg_table *staging,
    const struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = nq_pg_table_find(t, err);

	if (rc == 0)
		rc = t->exists ? follow(t, cols, err) : make_like(t, staging, err);
	if (rc == 0)
		rc = check_followers(t, err);
	nq_buf_addf(&sql,
	    "LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE; DELETE FROM %s; INSERT INTO %s (",
	    t->quoted.data, t->quoted.data, t->quoted.data);
	add_names(&sql, staging, cols);
	nq_buf_adds(&sql, ") SELECT ");
	add_names(&sql, staging, cols);
	nq_buf_addf(&sql, " FROM %s", staging->quoted.data);
	if (rc == 0)
		rc = nq_pg_exec(t->pg, sql.data, err);
	nq_buf_free(&sql);
	return rc;
}

/* === _nq_loads ================================================================================ */

static void
add_loads(struct nq_buf *sql, const struct nq_pg_table *t)
{
	nq_pg_quote(sql, t->schema);
	nq_buf_adds(sql, "._nq_loads");
}

/* A column each, in this order. */
static int
add_record(const struct nq_pg_table *t, const struct nq_load_options *o, const struct nq_counts *c,
    const struct nq_tally *tally, const char *started, struct nq_err *err)
{
	const uint64_t numbers[] = {
	    c->records, c->inserted, c->updated, c->unchanged, c->deleted, c->folded, c->rejected};
	char text[7][24];
	const char *params[13] = {o->run_id, t->name, nq_load_mode_name(o->mode), started};
	struct nq_buf sql = NQ_BUF_INIT;
	struct nq_pg_rows rows;
	int rc;

	for (int i = 0; i < 7; i++) {
		snprintf(text[i], sizeof(text[i]), "%llu", (unsigned long long)numbers[i]);
		params[4 + i] = text[i];
	}
	params[11] = nq_cursor_type_name(tally->cursor_type);
	params[12] = tally->watermark.len > 0 ? tally->watermark.data : NULL;
	nq_buf_adds(&sql, "INSERT INTO ");
	add_loads(&sql, t);
	nq_buf_adds(&sql, " VALUES ($1, $2, $3, $4, pg_catalog.clock_timestamp(), $5, $6, $7, $8, "
			  "$9, $10, $11, $12, $13)");
	rc = nq_pg_query(t->pg, sql.data, params, 13, &rows, err);
	nq_pg_rows_free(&rows);
	nq_buf_free(&sql);
	return rc;
}

static int
make_loads(const struct nq_pg_table *t, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, "SAVEPOINT nq_loads; CREATE TABLE IF NOT EXISTS ");
	add_loads(&sql, t);
	nq_buf_adds(&sql, " (run_id text, table_name text NOT NULL, mode text NOT NULL, "
			  "started_at timestamptz NOT NULL, finished_at timestamptz NOT NULL, "
			  "records bigint, inserted bigint, updated bigint, unchanged bigint, "
			  "deleted bigint, folded bigint, rejected bigint, cursor_type text, "
			  "watermark text)");
	rc = nq_pg_exec(t->pg, sql.data, err);
	nq_buf_free(&sql);
	return rc;
}

int
nq_pg_publish_record(const struct nq_pg_table *t, const struct nq_load_options *o,
    const struct nq_counts *c, const struct nq_tally *tally, const char *started,
    struct nq_err *err)
{
	if (make_loads(t, err) == 0 && add_record(t, o, c, tally, started, err) == 0)
		return 0;
	if (strcmp(t->pg->state, "42501") != 0)
		return -1;
	nq_log(NQ_LOG_WARN, "load", "no record in '%s._nq_loads': %s", t->schema, err->msg);
	return nq_pg_exec(t->pg, "ROLLBACK TO SAVEPOINT nq_loads", err);
}
