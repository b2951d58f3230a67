#include "load/duckdb_publish.h"

#include <string.h>

#include "load/ddl.h"
#include "load/duckdb_remake.h"
#include "load/place.h"
#include "load/table.h"

int
nq_duckdb_prepare(struct nq_duckdb_table *target, const struct nq_duckdb_table *staging,
    const struct nq_columns *staged, struct nq_err *err)
{
	struct nq_columns own;
	bool changed;
	int rc;

	if (!target->exists) {
		target->exists = true;
		return nq_duckdb_copy_shape(staging, target, err);
	}
	nq_columns_init(&own);
	own.folds = true;
	nq_duckdb_table_free(target);
	rc = nq_duckdb_table_describe(target, &own, err);
	nq_table_follow(&own, staged, nq_duckdb_kind_holds);
	if (rc == 0)
		rc = nq_duckdb_table_fit(target, &own, &changed, err);
	nq_columns_free(&own);
	return rc;
}

static void
add_insert(const struct nq_duckdb_table *to, const struct nq_duckdb_table *from,
    const struct nq_columns *cols, struct nq_buf *sql)
{
	nq_buf_adds(sql, "INSERT INTO ");
	nq_duckdb_table_quote(sql, to);
	nq_buf_adds(sql, " (");
	nq_table_names(sql, cols);
	nq_buf_adds(sql, ") SELECT ");
	nq_table_names(sql, cols);
	nq_buf_adds(sql, " FROM ");
	nq_duckdb_table_quote(sql, from);
}

int
nq_duckdb_publish(struct nq_duckdb_table *target, const struct nq_duckdb_table *staging,
    const struct nq_columns *cols, bool replace, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	/*
	 * A unique index that was not looked at since the file was opened does not see what goes,
	 * and finds it again in what comes: an insert of nothing makes DuckDB (1.5) look at it.
	 */
	if (replace) {
		add_insert(target, target, cols, &sql);
		nq_buf_adds(&sql, " WHERE false; DELETE FROM ");
		nq_duckdb_table_quote(&sql, target);
		nq_buf_adds(&sql, "; ");
	}
	add_insert(target, staging, cols, &sql);
	rc = nq_duckdb_exec(target->db, sql.data, NULL, err);
	nq_buf_free(&sql);
	return rc;
}

static void
add_text(struct nq_buf *sql, const char *text)
{
	if (text != NULL)
		nq_duckdb_literal(sql, nq_str(text));
	else
		nq_buf_adds(sql, "NULL");
}

int
nq_duckdb_record(struct nq_duckdb *d, const struct nq_sink *s, const struct nq_tally *tally,
    const char *started, struct nq_err *err)
{
	const struct nq_counts *c = s->counts;
	const uint64_t numbers[] = {
	    c->records, c->inserted, c->updated, c->unchanged, c->deleted, c->folded, c->rejected};
	const char *mark = tally->watermark.len > 0 ? tally->watermark.data : NULL;
	struct nq_buf sql = NQ_BUF_INIT, now = NQ_BUF_INIT;
	int rc;

	nq_place_add_now(&now);
	nq_buf_adds(&sql,
	    "CREATE TABLE IF NOT EXISTS main._nq_loads (run_id VARCHAR, table_name VARCHAR, "
	    "mode VARCHAR, started_at VARCHAR, finished_at VARCHAR, records BIGINT, "
	    "inserted BIGINT, updated BIGINT, unchanged BIGINT, deleted BIGINT, folded BIGINT, "
	    "rejected BIGINT, cursor_type VARCHAR, watermark VARCHAR); "
	    "INSERT INTO main._nq_loads VALUES (");
	add_text(&sql, s->o->run_id);
	nq_buf_adds(&sql, ", ");
	add_text(&sql, s->o->table);
	nq_buf_addf(&sql, ", '%s', '%s', '%s'", nq_load_mode_name(s->o->mode), started, now.data);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		nq_buf_addf(&sql, ", %llu", (unsigned long long)numbers[i]);
	nq_buf_adds(&sql, ", ");
	add_text(&sql, nq_cursor_type_name(tally->cursor_type));
	nq_buf_adds(&sql, ", ");
	add_text(&sql, mark);
	nq_buf_addc(&sql, ')');
	rc = nq_duckdb_exec(d, sql.data, NULL, err);
	nq_buf_free(&sql);
	nq_buf_free(&now);
	return rc;
}
