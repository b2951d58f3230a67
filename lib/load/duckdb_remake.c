#include "load/duckdb_remake.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/log.h"
#include "load/class.h"
#include "load/ddl.h"
#include "load/table.h"

static int
take_text(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	(void)err;
	nq_list_add(ctx, nq_strndup(value[0].p, value[0].n));
	return 0;
}

/* The statements behind a table or its indexes (duckdb_tables, duckdb_indexes). */
static int
read_statements(const struct nq_duckdb_table *t, const char *from, const char *which,
    struct nq_list *out, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_addf(&sql, "SELECT sql FROM %s()", from);
	nq_duckdb_table_where(&sql, t);
	nq_buf_adds(&sql, which);
	rc = nq_duckdb_ask(t->db, sql.data, take_text, out, err);
	nq_buf_free(&sql);
	return rc;
}

/* Adds what stands behind the name in the statement that made the table. */
static int
add_body(const struct nq_duckdb_table *t, struct nq_buf *body, struct nq_err *err)
{
	struct nq_list text = {NULL, 0};
	struct nq_str part;
	int rc = read_statements(t, "duckdb_tables", "", &text, err);

	if (rc == 0 && text.n == 0)
		rc = nq_err_set(err, NQ_FAIL, "table '%s' is gone", t->name);
	if (rc == 0) {
		part = nq_ddl_body(text.v[0]);
		part.n -= part.n > 0 && part.p[part.n - 1] == ';';
		nq_buf_addstr(body, part);
	}
	nq_list_free_texts(&text);
	return rc;
}

static int
create_with(const struct nq_duckdb_table *t, const struct nq_buf *body, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, t->catalog != NULL ? "CREATE TEMP TABLE " : "CREATE TABLE ");
	nq_duckdb_table_quote(&sql, t);
	nq_buf_addf(&sql, " %s", body->data);
	rc = nq_duckdb_exec(t->db, sql.data, NULL, err);
	nq_buf_free(&sql);
	return rc;
}

/* --- widening ------------------------------------------------------------------------------ */

static int
take_fits(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	(void)err;
	*(bool *)ctx = nq_str_is(value[0], "0");
	return 0;
}

/* Whether a double holds the whole numbers that are in the column. */
static int
fits_double(const struct nq_duckdb_table *t, const char *name, bool *fits, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, "SELECT count(*) FROM ");
	nq_duckdb_table_quote(&sql, t);
	nq_buf_adds(&sql, " WHERE ");
	nq_ddl_quote(&sql, name);
	nq_buf_adds(&sql, " NOT BETWEEN -9007199254740992 AND 9007199254740992");
	rc = nq_duckdb_ask(t->db, sql.data, take_fits, fits, err);
	nq_buf_free(&sql);
	return rc;
}

/* The next type that holds what is there and what comes; NULL and an error if there is none. */
static const char *
wider(const struct nq_duckdb_table *t, const struct nq_column *c, struct nq_err *err)
{
	const uint32_t brings = c->seen & ~NQ_BIT(NQ_C_NULL);
	const uint32_t whole = NQ_BIT(NQ_C_BOOL) | NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_LONG);
	const uint32_t decimal = NQ_BIT(NQ_C_BOOL) | NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_DECIMAL);
	bool fits = c->kind == NQ_D_BOOL;

	if (c->kind == NQ_D_NONE || c->kind == NQ_D_NESTED) {
		nq_err_set(err, NQ_FAIL,
		    "column '%s' of table '%s' is of a type that cannot take it", c->name, t->name);
		return NULL;
	}
	if (c->kind == NQ_D_BOOL && (brings & ~whole) == 0)
		return "BIGINT";
	if ((brings & ~decimal) == 0 && (c->kind == NQ_D_LONG || c->kind == NQ_D_WHOLE) &&
	    fits_double(t, c->name, &fits, err) == -1)
		return NULL;
	return fits && (brings & ~decimal) == 0 ? "DOUBLE" : "VARCHAR";
}

/* A DOUBLE as text has all its digits; where it is a whole number it is written as one. */
static void
add_value(struct nq_buf *sql, const struct nq_column *c, const char *type)
{
	struct nq_buf q = NQ_BUF_INIT;

	nq_ddl_quote(&q, c->name);
	if (c->kind == NQ_D_DOUBLE && strcmp(type, "VARCHAR") == 0)
		nq_buf_addf(sql,
		    "CASE WHEN %s = trunc(%s) AND abs(%s) <= 9007199254740992 "
		    "THEN CAST(CAST(%s AS BIGINT) AS VARCHAR) ELSE CAST(%s AS VARCHAR) END",
		    q.data, q.data, q.data, q.data, q.data);
	else
		nq_buf_addf(sql, "CAST(%s AS %s)", q.data, type);
	nq_buf_free(&q);
}

/* body: with the new types; insert: what fills it; both by column, in one pass. */
static int
plan(const struct nq_duckdb_table *t, const struct nq_columns *cols, const char **type,
    struct nq_buf *body, struct nq_buf *values, struct nq_err *err)
{
	struct nq_buf next = NQ_BUF_INIT;
	int rc = add_body(t, body, err);

	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (!cols->v[i].exists)
			continue;
		nq_buf_adds(values, values->len == 0 ? "" : ", ");
		if (!nq_column_too_narrow(&cols->v[i])) {
			nq_ddl_quote(values, cols->v[i].name);
			continue;
		}
		type[i] = wider(t, &cols->v[i], err);
		if (type[i] == NULL) {
			rc = -1;
			break;
		}
		add_value(values, &cols->v[i], type[i]);
		nq_buf_reset(&next);
		rc = nq_ddl_retype(nq_buf_str(body), cols->v[i].name, type[i], &next);
		if (rc == -1)
			nq_err_set(err, NQ_FAIL, "cannot widen column '%s' of table '%s'",
			    cols->v[i].name, t->name);
		nq_buf_reset(body);
		nq_buf_addstr(body, nq_buf_str(&next));
	}
	nq_buf_free(&next);
	return rc;
}

static int
copy_rows(const struct nq_duckdb_table *t, const struct nq_duckdb_table *to,
    const struct nq_columns *cols, const struct nq_buf *values, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, "INSERT INTO ");
	nq_duckdb_table_quote(&sql, to);
	nq_buf_adds(&sql, " (");
	nq_table_names(&sql, cols);
	nq_buf_addf(&sql, ") SELECT %s FROM ", values->data);
	nq_duckdb_table_quote(&sql, t);
	rc = nq_duckdb_exec(t->db, sql.data, NULL, err);
	nq_buf_free(&sql);
	return rc;
}

static int
swap(const struct nq_duckdb_table *t, const struct nq_duckdb_table *fresh, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, "DROP TABLE ");
	nq_duckdb_table_quote(&sql, t);
	nq_buf_adds(&sql, "; ALTER TABLE ");
	nq_duckdb_table_quote(&sql, fresh);
	nq_buf_adds(&sql, " RENAME TO ");
	nq_ddl_quote(&sql, t->name);
	rc = nq_duckdb_exec(t->db, sql.data, NULL, err);
	nq_buf_free(&sql);
	return rc;
}

static int
rebuild(const struct nq_duckdb_table *t, const struct nq_columns *cols, const struct nq_buf *body,
    const struct nq_buf *values, struct nq_err *err)
{
	struct nq_duckdb_table fresh = *t;
	struct nq_list indexes = {NULL, 0};
	int rc = read_statements(t, "duckdb_indexes", "", &indexes, err);

	fresh.name = "_nq_rebuild";
	if (rc == 0 &&
	    (create_with(&fresh, body, err) == -1 ||
		copy_rows(t, &fresh, cols, values, err) == -1 || swap(t, &fresh, err) == -1))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < indexes.n; i++)
		rc = nq_duckdb_exec(t->db, indexes.v[i], NULL, err);
	nq_list_free_texts(&indexes);
	return rc;
}

int
nq_duckdb_widen(struct nq_duckdb_table *t, struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf body = NQ_BUF_INIT, values = NQ_BUF_INIT;
	const char **type = nq_calloc(cols->n, sizeof(*type));
	struct nq_err ignored = NQ_ERR_INIT;
	int rc = plan(t, cols, type, &body, &values, err);

	if (rc == 0 && nq_duckdb_exec(t->db, "BEGIN", NULL, err) == -1)
		rc = -1;
	else if (rc == 0) {
		rc = rebuild(t, cols, &body, &values, err);
		if (rc == 0)
			rc = nq_duckdb_exec(t->db, "COMMIT", NULL, err);
		else
			nq_duckdb_exec(t->db, "ROLLBACK", NULL, &ignored);
	}
	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (type[i] == NULL)
			continue;
		nq_log(NQ_LOG_INFO, "load", "table '%s': column '%s' is now %s", t->name,
		    cols->v[i].name, type[i]);
		nq_duckdb_now_has(t, cols, i, type[i]);
	}
	free(type);
	nq_buf_free(&body);
	nq_buf_free(&values);
	return rc == -1 ? nq_err_at(err, "cannot widen table '%s': ", t->name) : 0;
}

/* --- copies -------------------------------------------------------------------------------- */

int
nq_duckdb_copy_shape(
    const struct nq_duckdb_table *t, const struct nq_duckdb_table *copy, struct nq_err *err)
{
	struct nq_list indexes = {NULL, 0};
	struct nq_buf body = NQ_BUF_INIT, sql = NQ_BUF_INIT;
	int rc = add_body(t, &body, err);

	if (rc == 0)
		rc = create_with(copy, &body, err);
	if (rc == 0)
		rc = read_statements(t, "duckdb_indexes", " AND is_unique", &indexes, err);
	for (size_t i = 0; rc == 0 && i < indexes.n; i++) {
		nq_buf_reset(&sql);
		nq_buf_addf(&sql, "CREATE UNIQUE INDEX \"%s_%zu\" ON ", copy->name, i);
		nq_duckdb_table_quote(&sql, copy);
		nq_buf_addstr(&sql, nq_ddl_body(indexes.v[i]));
		rc = nq_duckdb_exec(t->db, sql.data, NULL, err);
	}
	nq_list_free_texts(&indexes);
	nq_buf_free(&body);
	nq_buf_free(&sql);
	return rc;
}
