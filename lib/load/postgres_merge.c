#include "load/postgres_merge.h"

#include <stdlib.h>
#include <string.h>

#include "load/class.h"
#include "load/table.h"
#include "pg/query.h"

static const char batch[] = "pg_temp._nq_batch";

static const struct nq_column *
column(const struct nq_pg_merge *m, uint32_t i)
{
	return &m->stage->columns->v[m->stage->col[i]];
}

static void
add_name(struct nq_buf *sql, const char *prefix, const char *name)
{
	nq_buf_adds(sql, prefix);
	nq_pg_quote(sql, name);
}

/* t."id" = s.c0 AND … */
static void
add_match(struct nq_pg_merge *m)
{
	const struct nq_columns *cols = m->stage->columns;

	for (uint32_t i = 0; i < cols->nkeys; i++) {
		add_name(&m->sql, i == 0 ? "t." : " AND t.", cols->v[cols->key[i]].name);
		nq_buf_addf(&m->sql, " = s.c%u", cols->key[i]);
	}
}

/* Starts a statement that joins the table with the staged rows. */
static void
add_join(struct nq_pg_merge *m, const char *start, const char *between)
{
	nq_buf_reset(&m->sql);
	nq_buf_addf(
	    &m->sql, "%s%s%s%s s WHERE ", start, m->stage->table->quoted.data, between, batch);
	add_match(m);
}

static void
add_values_only(struct nq_pg_merge *m)
{
	nq_buf_adds(&m->sql, m->stage->deletes > 0 ? " AND NOT s.d" : "");
}

/* How the new value is written: s.c3 beside the staged rows, excluded."name" in a conflict. */
static void
add_new(struct nq_pg_merge *m, uint32_t i, bool conflict)
{
	if (conflict)
		add_name(&m->sql, "excluded.", column(m, i)->name);
	else
		nq_buf_addf(&m->sql, "s.c%u", m->stage->col[i]);
}

/* Whether the record has the member. In a conflict its row has to be found again. */
static void
add_present(struct nq_pg_merge *m, uint32_t i, bool conflict)
{
	const struct nq_columns *cols = m->stage->columns;
	uint32_t place = m->stage->place[m->stage->col[i]];

	if (!conflict) {
		nq_buf_addf(&m->sql, "pg_catalog.substr(s.h, %u, 1) = '1'", place);
		return;
	}
	nq_buf_addf(
	    &m->sql, "(SELECT pg_catalog.substr(s.h, %u, 1) = '1' FROM %s s WHERE ", place, batch);
	for (uint32_t k = 0; k < cols->nkeys; k++) {
		add_name(
		    &m->sql, k == 0 ? "excluded." : " AND excluded.", cols->v[cols->key[k]].name);
		nq_buf_addf(&m->sql, " = s.c%u", cols->key[k]);
	}
	add_values_only(m);
	nq_buf_addc(&m->sql, ')');
}

/* json has no equality, other types one that does not look at the spelling. */
static const char *
comparable(int kind)
{
	return kind == NQ_PK_JSON || kind == NQ_PK_OTHER ? "::text"
	       : kind == NQ_PK_TEXT			 ? " COLLATE \"C\""
							 : "";
}

static bool
has_values(const struct nq_pg_merge *m)
{
	for (uint32_t i = 0; i < m->stage->ncol; i++)
		if (!column(m, i)->key)
			return true;
	return false;
}

static void
add_set(struct nq_pg_merge *m, bool conflict)
{
	const char *comma = " SET ";

	for (uint32_t i = 0; i < m->stage->ncol; i++) {
		if (column(m, i)->key)
			continue;
		add_name(&m->sql, comma, column(m, i)->name);
		nq_buf_adds(&m->sql, " = ");
		comma = ", ";
		if (m->stage->place[m->stage->col[i]] == 0) {
			add_new(m, i, conflict);
			continue;
		}
		nq_buf_adds(&m->sql, "CASE WHEN ");
		add_present(m, i, conflict);
		nq_buf_adds(&m->sql, " THEN ");
		add_new(m, i, conflict);
		add_name(&m->sql, " ELSE t.", column(m, i)->name);
		nq_buf_adds(&m->sql, " END");
	}
	if (m->stage->o->meta)
		nq_buf_adds(&m->sql, ", _nq_run_id = $1, _nq_loaded_at = $2::timestamptz");
}

static void
add_differs(struct nq_pg_merge *m, bool conflict)
{
	const char *between = "(";
	const struct nq_column *c;

	for (uint32_t i = 0; i < m->stage->ncol; i++) {
		c = column(m, i);
		if (c->key)
			continue;
		nq_buf_addf(&m->sql, "%s(", between);
		between = " OR ";
		if (m->stage->place[m->stage->col[i]] != 0) {
			add_present(m, i, conflict);
			nq_buf_adds(&m->sql, " AND ");
		}
		add_name(&m->sql, "t.", c->name);
		nq_buf_addf(&m->sql, "%s IS DISTINCT FROM ", comparable(c->kind));
		add_new(m, i, conflict);
		nq_buf_addf(&m->sql, "%s)", comparable(c->kind));
	}
	nq_buf_addc(&m->sql, ')');
}

static int
run(struct nq_pg_merge *m, bool meta, uint64_t *n, struct nq_err *err)
{
	const char *params[] = {m->run_id, m->loaded_at};
	struct nq_pg_rows rows;
	int rc = nq_pg_query(
	    m->stage->pg, m->sql.data, params, meta && m->stage->o->meta ? 2 : 0, &rows, err);

	*n += rows.affected;
	nq_pg_rows_free(&rows);
	return rc;
}

static int
update(struct nq_pg_merge *m, uint64_t *n, struct nq_err *err)
{
	if (!has_values(m))
		return 0;
	nq_buf_reset(&m->sql);
	nq_buf_addf(&m->sql, "UPDATE %s t", m->stage->table->quoted.data);
	add_set(m, false);
	nq_buf_addf(&m->sql, " FROM %s s WHERE ", batch);
	add_match(m);
	add_values_only(m);
	nq_buf_adds(&m->sql, " AND ");
	add_differs(m, false);
	return run(m, true, n, err);
}

/* === inserting ================================================================================ */

/* Where the column has a default, rows that lack the member have to be inserted without it. */
static bool
fills(const struct nq_pg_merge *m, uint32_t i)
{
	uint32_t col = m->stage->col[i];

	return m->stage->place[col] != 0 && m->stage->table->col[col].fills;
}

static void
add_columns(struct nq_pg_merge *m, const char *have, bool values)
{
	const char *comma = values ? " SELECT " : " (";

	for (uint32_t i = 0; i < m->stage->ncol; i++) {
		if (fills(m, i) && *have++ == '0')
			continue;
		if (values)
			nq_buf_addf(&m->sql, "%ss.c%u", comma, m->stage->col[i]);
		else
			add_name(&m->sql, comma, column(m, i)->name);
		comma = ", ";
	}
	if (m->stage->o->meta)
		nq_buf_adds(&m->sql,
		    values ? ", $1::text, $2::timestamptz" : ", _nq_run_id, _nq_loaded_at");
	nq_buf_adds(&m->sql, values ? "" : ")");
}

static void
add_have(struct nq_pg_merge *m, const char *have)
{
	for (uint32_t i = 0; i < m->stage->ncol; i++)
		if (fills(m, i))
			nq_buf_addf(&m->sql, " AND pg_catalog.substr(s.h, %u, 1) = '%c'",
			    m->stage->place[m->stage->col[i]], *have++);
}

static void
add_conflict(struct nq_pg_merge *m, bool update_too)
{
	if (m->stage->columns->nkeys == 0 || m->stage->o->mode == NQ_LOAD_APPEND)
		return;
	nq_buf_adds(&m->sql, " ON CONFLICT (");
	nq_table_key(&m->sql, m->stage->columns);
	if (!update_too || !has_values(m)) {
		nq_buf_adds(&m->sql, ") DO NOTHING");
		return;
	}
	/* Somebody else was between the UPDATE and this statement. */
	nq_buf_adds(&m->sql, ") DO UPDATE");
	add_set(m, true);
	nq_buf_adds(&m->sql, " WHERE ");
	add_differs(m, true);
}

/* The rows whose defaulted members are those of have; others: only those that are not there. */
static int
insert_group(struct nq_pg_merge *m, const char *have, bool others, uint64_t *n, struct nq_err *err)
{
	const char *table = m->stage->table->quoted.data;

	nq_buf_reset(&m->sql);
	nq_buf_addf(&m->sql, "INSERT INTO %s AS t", table);
	add_columns(m, have, false);
	add_columns(m, have, true);
	nq_buf_addf(&m->sql, " FROM %s s WHERE true", batch);
	add_values_only(m);
	add_have(m, have);
	if (others) {
		nq_buf_addf(&m->sql, " AND NOT EXISTS (SELECT 1 FROM %s t WHERE ", table);
		add_match(m);
		nq_buf_addc(&m->sql, ')');
	}
	if (m->stage->o->mode != NQ_LOAD_MERGE || m->stage->columns->nkeys == 0)
		nq_buf_adds(&m->sql, " ORDER BY s.n");
	add_conflict(m, others);
	return run(m, true, n, err);
}

/* The sets of defaulted members that the rows bring, a '1' or '0' for each. */
static int
find_groups(struct nq_pg_merge *m, struct nq_pg_rows *groups, struct nq_err *err)
{
	nq_buf_reset(&m->sql);
	nq_buf_adds(&m->sql, "SELECT DISTINCT ''");
	for (uint32_t i = 0; i < m->stage->ncol; i++)
		if (fills(m, i))
			nq_buf_addf(&m->sql, " || pg_catalog.substr(s.h, %u, 1)",
			    m->stage->place[m->stage->col[i]]);
	nq_buf_addf(&m->sql, " FROM %s s WHERE true", batch);
	add_values_only(m);
	return nq_pg_query(m->stage->pg, m->sql.data, NULL, 0, groups, err);
}

static int
insert(struct nq_pg_merge *m, bool others, uint64_t *n, struct nq_err *err)
{
	struct nq_pg_rows groups = {NULL, 0, 0};
	bool several = false;
	int rc;

	for (uint32_t i = 0; i < m->stage->ncol; i++)
		several = several || fills(m, i);
	if (!several)
		return insert_group(m, "", others, n, err);
	rc = find_groups(m, &groups, err);
	for (int i = 0; rc == 0 && i < groups.n; i++)
		rc = insert_group(m, nq_pg_get(&groups, i, 0), others, n, err);
	nq_pg_rows_free(&groups);
	return rc;
}

/* === deleting, versions ======================================================================= */

static int
delete_rows(struct nq_pg_merge *m, struct nq_counts *done, struct nq_err *err)
{
	if (m->stage->deletes == 0)
		return 0;
	add_join(m, "DELETE FROM ", " t USING ");
	nq_buf_adds(&m->sql, " AND s.d");
	if (run(m, false, &done->deleted, err) == -1)
		return -1;
	done->unchanged += m->stage->deletes - done->deleted;
	return 0;
}

static uint32_t
newer_column(const struct nq_pg_merge *m)
{
	for (uint32_t i = 0; m->stage->o->newer_by != NULL && i < m->stage->ncol; i++)
		if (strcmp(column(m, i)->member, m->stage->o->newer_by) == 0)
			return i;
	return UINT32_MAX;
}

static struct nq_str
version_of(const struct nq_batch *b, const struct nq_batch_row *row, uint32_t col)
{
	for (uint32_t i = 0; i < row->ncells; i++)
		if (b->cell[row->cells + i].col == col)
			return nq_batch_slice(
			    b, b->cell[row->cells + i].text, b->cell[row->cells + i].textlen);
	return nq_str("");
}

/* The numbers of the staged rows that are older, as an SQL array; the others go from rows. */
static void
add_older(const struct nq_batch *b, const struct nq_pg_rows *rows, uint32_t col, struct nq_buf *out)
{
	unsigned long r;

	nq_buf_adds(out, "{");
	for (int i = 0; i < rows->n; i++) {
		r = strtoul(nq_pg_get(rows, i, 0), NULL, 10);
		if (!nq_class_newer(version_of(b, &b->row[r], col), nq_str(nq_pg_get(rows, i, 1))))
			nq_buf_addf(out, "%s%lu", out->len > 1 ? "," : "", r);
	}
	nq_buf_addc(out, '}');
}

/* Takes rows out of the batch that are older than those in the table: these stay unchanged. */
static int
drop_older(
    struct nq_pg_merge *m, const struct nq_batch *b, struct nq_counts *done, struct nq_err *err)
{
	uint32_t i = newer_column(m);
	struct nq_buf older = NQ_BUF_INIT, name = NQ_BUF_INIT;
	const char *params[1];
	struct nq_pg_rows rows;
	int rc;

	if (i == UINT32_MAX)
		return 0;
	add_name(&name, "t.", column(m, i)->name);
	nq_buf_reset(&m->sql);
	nq_buf_addf(&m->sql, "SELECT s.n, %s::text FROM %s t, %s s WHERE %s IS NOT NULL AND ",
	    name.data, m->stage->table->quoted.data, batch, name.data);
	add_match(m);
	nq_buf_adds(&m->sql, " FOR UPDATE OF t");
	rc = nq_pg_query(m->stage->pg, m->sql.data, NULL, 0, &rows, err);
	if (rc == 0)
		add_older(b, &rows, m->stage->col[i], &older);
	nq_pg_rows_free(&rows);
	params[0] = older.data;
	if (rc == 0 && older.len > 2) {
		rc = nq_pg_query(m->stage->pg,
		    "WITH x AS (DELETE FROM pg_temp._nq_batch WHERE n = ANY ($1::int[]) RETURNING "
		    "d IS TRUE AS d) SELECT count(*), count(*) FILTER (WHERE d) FROM x",
		    params, 1, &rows, err);
		if (rc == 0) {
			uint64_t all = strtoull(nq_pg_get(&rows, 0, 0), NULL, 10);
			uint64_t del = strtoull(nq_pg_get(&rows, 0, 1), NULL, 10);

			done->unchanged += all;
			m->stage->deletes -= del;
			m->stage->values -= all - del;
		}
		nq_pg_rows_free(&rows);
	}
	nq_buf_free(&older);
	nq_buf_free(&name);
	return rc;
}

/* === the whole ================================================================================ */

/* An INSERT judges NOT NULL before the key, so it can stand first only where nothing lacks. */
static bool
may_insert_first(const struct nq_pg_merge *m)
{
	const struct nq_pg_table *t = m->stage->table;

	if (!m->insert_first)
		return false;
	for (uint32_t i = 0; i < t->ncol; i++)
		if (t->col[i].not_null && !t->col[i].fills &&
		    (i >= m->stage->ncount || m->stage->count[i] < m->stage->values))
			return false;
	return true;
}

static int
merge(struct nq_pg_merge *m, struct nq_counts *done, struct nq_err *err)
{
	uint64_t values = m->stage->values;

	if (values == 0)
		return 0;
	if (may_insert_first(m)) {
		if (insert(m, false, &done->inserted, err) == -1)
			return -1;
		m->insert_first = done->inserted == values;
		return m->insert_first ? 0 : 1;
	}
	if (update(m, &done->updated, err) == -1)
		return -1;
	if (done->updated < values && insert(m, true, &done->inserted, err) == -1)
		return -1;
	m->insert_first = done->inserted == values;
	done->unchanged += values - done->updated - done->inserted;
	return 0;
}

int
nq_pg_merge_run(
    struct nq_pg_merge *m, const struct nq_batch *b, struct nq_counts *done, struct nq_err *err)
{
	const struct nq_load_options *o = m->stage->o;

	memset(done, 0, sizeof(*done));
	if (m->stage->columns->nkeys == 0 || o->mode == NQ_LOAD_APPEND ||
	    o->mode == NQ_LOAD_INSERT) {
		if (insert(m, false, &done->inserted, err) == -1)
			return -1;
		done->unchanged = m->stage->values - done->inserted;
		return 0;
	}
	if (drop_older(m, b, done, err) == -1 || delete_rows(m, done, err) == -1)
		return -1;
	return merge(m, done, err);
}
