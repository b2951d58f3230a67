#include "load/duckdb_merge.h"

#include <string.h>

#include "load/ddl.h"

struct range {
	uint32_t from, to;
	uint64_t rows, deletes; /* how many do either */
};

static const struct nq_column *
column(const struct nq_duckdb_merge *m, uint32_t pos)
{
	return &m->stage->columns->v[m->stage->col[pos]];
}

static void
add_name(const struct nq_duckdb_merge *m, uint32_t pos, struct nq_buf *sql)
{
	nq_ddl_quote(sql, column(m, pos)->name);
}

/* Adds whether the row brings the member. */
static void
add_has(uint32_t pos, struct nq_buf *sql)
{
	nq_buf_addf(sql, "((s.m%u >> %u) & 1) = 1", pos / 64, pos % 64);
}

static void
add_range(const struct range *r, bool deletes, struct nq_buf *sql)
{
	nq_buf_addf(
	    sql, "s.r >= %u AND s.r < %u AND %s s.del", r->from, r->to, deletes ? "" : "NOT");
}

static void
add_match(const struct nq_duckdb_merge *m, struct nq_buf *sql)
{
	const char *and = "";

	for (uint32_t i = 0; i < m->stage->n; i++) {
		if (!column(m, i)->key)
			continue;
		nq_buf_addf(sql, "%st.", and);
		add_name(m, i, sql);
		nq_buf_adds(sql, " = ");
		nq_duckdb_stage_value(m->stage, i, sql);
		and = " AND ";
	}
}

static void
add_newer(const struct nq_duckdb_merge *m, struct nq_buf *sql)
{
	struct nq_buf q = NQ_BUF_INIT;

	for (uint32_t i = 0; m->o->newer_by != NULL && i < m->stage->n; i++) {
		if (strcmp(column(m, i)->member, m->o->newer_by) != 0)
			continue;
		add_name(m, i, &q);
		nq_buf_addf(sql, " AND (t.%s IS NULL OR nq_newer(CAST(", q.data);
		nq_duckdb_stage_value(m->stage, i, sql);
		nq_buf_addf(sql, " AS VARCHAR), CAST(t.%s AS VARCHAR)))", q.data);
	}
	nq_buf_free(&q);
}

static void
add_run(const struct nq_duckdb_merge *m, struct nq_buf *sql)
{
	if (m->o->run_id != NULL)
		nq_duckdb_literal(sql, nq_str(m->o->run_id));
	else
		nq_buf_adds(sql, "NULL");
}

/* What an insert gives a column: the value, or where the record has none the default. */
static void
add_inserted(const struct nq_duckdb_merge *m, uint32_t pos, struct nq_buf *sql)
{
	const char *standard = m->table->column[m->stage->col[pos]].standard;

	if (!m->stage->partial[pos] || standard == NULL) {
		nq_duckdb_stage_value(m->stage, pos, sql);
		return;
	}
	nq_buf_adds(sql, "CASE WHEN ");
	add_has(pos, sql);
	nq_buf_adds(sql, " THEN ");
	nq_duckdb_stage_value(m->stage, pos, sql);
	nq_buf_addf(
	    sql, " ELSE CAST(%s AS %s) END", standard, m->table->column[m->stage->col[pos]].type);
}

/* Leaves out the keys that are there, and of those that come twice (insert folds nothing) the rest.
 */
static void
add_unknown(const struct nq_duckdb_merge *m, const struct range *r, struct nq_buf *sql)
{
	const char *comma = "";

	nq_buf_adds(sql, " ANTI JOIN ");
	nq_duckdb_table_quote(sql, m->table);
	nq_buf_adds(sql, " t ON ");
	add_match(m, sql);
	nq_buf_adds(sql, " WHERE ");
	add_range(r, false, sql);
	if (m->o->mode != NQ_LOAD_INSERT)
		return;
	nq_buf_adds(sql, " QUALIFY row_number() OVER (PARTITION BY ");
	for (uint32_t i = 0; i < m->stage->n; i++) {
		if (!column(m, i)->key)
			continue;
		nq_buf_addf(sql, "%ss.c%u", comma, i);
		comma = ", ";
	}
	nq_buf_adds(sql, " ORDER BY s.r) = 1");
}

/* all: without a look at what is there. */
static void
insert_sql(const struct nq_duckdb_merge *m, const struct range *r, bool all, struct nq_buf *sql)
{
	nq_buf_adds(sql, "INSERT INTO ");
	nq_duckdb_table_quote(sql, m->table);
	nq_buf_adds(sql, " (");
	for (uint32_t i = 0; i < m->stage->n; i++) {
		nq_buf_adds(sql, i == 0 ? "" : ", ");
		add_name(m, i, sql);
	}
	nq_buf_adds(sql, m->o->meta ? ", \"_nq_run_id\", \"_nq_loaded_at\") SELECT " : ") SELECT ");
	for (uint32_t i = 0; i < m->stage->n; i++) {
		nq_buf_adds(sql, i == 0 ? "" : ", ");
		add_inserted(m, i, sql);
	}
	if (m->o->meta) {
		nq_buf_adds(sql, ", ");
		add_run(m, sql);
		nq_buf_addf(sql, ", '%s'", m->loaded_at);
	}
	nq_buf_adds(sql, " FROM " NQ_DUCKDB_STAGE " s");
	if (!all) {
		add_unknown(m, r, sql);
		return;
	}
	nq_buf_adds(sql, " WHERE ");
	add_range(r, false, sql);
}

/* What an update gives a column, and whether that is anything new. */
static void
add_assignment(const struct nq_duckdb_merge *m, uint32_t pos, struct nq_buf *sql)
{
	const bool partial = m->stage->partial[pos];

	add_name(m, pos, sql);
	nq_buf_adds(sql, " = ");
	if (partial) {
		nq_buf_adds(sql, "CASE WHEN ");
		add_has(pos, sql);
		nq_buf_adds(sql, " THEN ");
	}
	nq_duckdb_stage_value(m->stage, pos, sql);
	if (partial) {
		nq_buf_adds(sql, " ELSE t.");
		add_name(m, pos, sql);
		nq_buf_adds(sql, " END");
	}
}

static void
add_difference(const struct nq_duckdb_merge *m, uint32_t pos, struct nq_buf *sql)
{
	if (m->stage->partial[pos]) {
		add_has(pos, sql);
		nq_buf_adds(sql, " AND ");
	}
	nq_buf_adds(sql, "t.");
	add_name(m, pos, sql);
	/* A collation of the column may take texts for one that are not. */
	nq_buf_adds(sql, column(m, pos)->kind == NQ_D_TEXT ? " COLLATE \"c\"" : "");
	nq_buf_adds(sql, " IS DISTINCT FROM ");
	nq_duckdb_stage_value(m->stage, pos, sql);
}

/* False: there is nothing but the key. */
static bool
update_sql(const struct nq_duckdb_merge *m, const struct range *r, struct nq_buf *sql)
{
	struct nq_buf differs = NQ_BUF_INIT;
	const char *comma = "";

	nq_buf_adds(sql, "UPDATE ");
	nq_duckdb_table_quote(sql, m->table);
	nq_buf_adds(sql, " AS t SET ");
	for (uint32_t i = 0; i < m->stage->n; i++) {
		if (column(m, i)->key)
			continue;
		nq_buf_adds(sql, comma);
		add_assignment(m, i, sql);
		nq_buf_adds(&differs, differs.len == 0 ? "" : " OR ");
		add_difference(m, i, &differs);
		comma = ", ";
	}
	if (m->o->meta) {
		nq_buf_addf(sql, "%s\"_nq_run_id\" = ", comma);
		add_run(m, sql);
		nq_buf_addf(sql, ", \"_nq_loaded_at\" = '%s'", m->loaded_at);
	}
	nq_buf_adds(sql, " FROM " NQ_DUCKDB_STAGE " s WHERE ");
	add_range(r, false, sql);
	nq_buf_adds(sql, " AND ");
	add_match(m, sql);
	nq_buf_addf(sql, " AND (%s)", differs.data);
	add_newer(m, sql);
	nq_buf_free(&differs);
	return *comma != '\0';
}

static void
delete_sql(const struct nq_duckdb_merge *m, const struct range *r, struct nq_buf *sql)
{
	nq_buf_adds(sql, "DELETE FROM ");
	nq_duckdb_table_quote(sql, m->table);
	nq_buf_adds(sql, " AS t USING " NQ_DUCKDB_STAGE " s WHERE ");
	add_range(r, true, sql);
	nq_buf_adds(sql, " AND ");
	add_match(m, sql);
	add_newer(m, sql);
}

/* Says it, and tells a refusal of the data from a failure of the database. */
static int
say(const struct nq_duckdb_merge *m, const struct nq_buf *sql, uint64_t *changed, bool *refused,
    struct nq_err *err)
{
	struct nq_duckdb *d = m->stage->db;
	struct nq_duckdb_result r;
	const char *error, *colon;
	int rc = d->api->query(d->con, sql->data, &r);

	error = rc != 0 ? d->api->result_error(&r) : NULL;
	if (error != NULL && nq_duckdb_refused(error)) {
		*refused = true;
		colon = strstr(error, ": ");
		nq_err_set(err, NQ_FAIL, "the table refuses it: %.*s",
		    (int)strcspn(colon == NULL ? error : colon + 2, "\n"),
		    colon == NULL ? error : colon + 2);
	} else if (rc != 0)
		nq_duckdb_fail(d, error, err);
	else
		*changed = d->api->rows_changed(&r);
	d->api->destroy_result(&r);
	return rc == 0 ? 0 : -1;
}

static int
insert(const struct nq_duckdb_merge *m, const struct range *r, bool all, uint64_t *n, bool *refused,
    struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	insert_sql(m, r, all, &sql);
	rc = say(m, &sql, n, refused, err);
	nq_buf_free(&sql);
	return rc;
}

static int
update(const struct nq_duckdb_merge *m, const struct range *r, uint64_t *n, bool *refused,
    struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = 0;

	if (update_sql(m, r, &sql))
		rc = say(m, &sql, n, refused, err);
	nq_buf_free(&sql);
	return rc;
}

static int
write_rows(const struct nq_duckdb_merge *m, const struct range *r, struct nq_counts *c,
    bool *refused, struct nq_err *err)
{
	const bool keyed = m->stage->columns->nkeys > 0 && m->o->mode != NQ_LOAD_APPEND;
	const bool all = !keyed || m->all_new;
	uint64_t inserted = 0, updated = 0;
	int rc = 0;

	if (!all && m->o->mode != NQ_LOAD_INSERT)
		rc = update(m, r, &updated, refused, err);
	if (rc == 0)
		rc = insert(m, r, all, &inserted, refused, err);
	c->inserted += inserted;
	c->updated += updated;
	c->unchanged += r->rows - inserted - updated;
	return rc;
}

static int
delete_rows(const struct nq_duckdb_merge *m, const struct range *r, struct nq_counts *c,
    bool *refused, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	uint64_t deleted = 0;
	int rc;

	delete_sql(m, r, &sql);
	rc = say(m, &sql, &deleted, refused, err);
	nq_buf_free(&sql);
	c->deleted += deleted;
	c->unchanged += r->deletes - deleted;
	return rc;
}

int
nq_duckdb_merge(const struct nq_duckdb_merge *m, const struct nq_batch *b, uint32_t from,
    uint32_t to, struct nq_counts *c, bool *refused, struct nq_err *err)
{
	struct range r = {from, to, 0, 0};
	int rc = 0;

	for (uint32_t i = from; i < to; i++) {
		r.rows += !b->row[i].delete;
		r.deletes += b->row[i].delete;
	}
	if (r.deletes > 0)
		rc = delete_rows(m, &r, c, refused, err);
	if (rc == 0 && r.rows > 0)
		rc = write_rows(m, &r, c, refused, err);
	return rc;
}
