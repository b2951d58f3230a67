#include "load/sqlite_remake.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/log.h"
#include "load/ddl.h"
#include "load/class.h"
#include "load/table.h"

/* The statement that made the table; the caller frees. NULL and an error where there is none. */
static char *
create_text(const struct nq_sqlite_table *t, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	sqlite3_stmt *st = NULL;
	char *text = NULL;

	nq_buf_addf(&sql,
	    "SELECT sql FROM \"%s\".sqlite_schema WHERE type = 'table' "
	    "AND name = ?1 COLLATE NOCASE",
	    t->schema);
	if (nq_db_prepare(t->db, sql.data, &st, err) == 0) {
		sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
		if (nq_sqlite_table_step(t, st, err) == 1)
			text = nq_strdup((const char *)sqlite3_column_text(st, 0));
		else
			nq_err_set(err, NQ_FAIL, "table '%s' is gone", t->name);
	}
	sqlite3_finalize(st);
	nq_buf_free(&sql);
	return text;
}

/* The same table with other types, under the name of to. */
static int
create_widened(const struct nq_sqlite_table *t, const struct nq_sqlite_table *to,
    const struct nq_columns *cols, struct nq_err *err)
{
	char *text = create_text(t, err);
	struct nq_buf body = NQ_BUF_INIT, next = NQ_BUF_INIT, sql = NQ_BUF_INIT;
	int rc = text == NULL ? -1 : 0;

	if (rc == 0)
		nq_buf_addstr(&body, nq_ddl_body(text));
	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (!nq_column_too_narrow(&cols->v[i]))
			continue;
		nq_buf_reset(&next);
		rc = nq_ddl_retype(nq_buf_str(&body), cols->v[i].name,
		    nq_sqlite_table_type(t, &cols->v[i]), &next);
		if (rc == -1)
			nq_err_set(err, NQ_FAIL, "cannot widen column '%s' of table '%s'",
			    cols->v[i].name, t->name);
		nq_buf_reset(&body);
		nq_buf_addstr(&body, nq_buf_str(&next));
	}
	nq_buf_adds(&sql, "CREATE TABLE ");
	nq_sqlite_table_quote(&sql, to);
	nq_buf_addf(&sql, " %s", body.data);
	if (rc == 0)
		rc = nq_db_exec(t->db, sql.data, err);
	free(text);
	nq_buf_free(&body);
	nq_buf_free(&next);
	nq_buf_free(&sql);
	return rc;
}

/* A REAL as text: 15 digits where they are the value, else the 17 that always are. */
static void
add_as_text(struct nq_buf *sql, const char *name)
{
	struct nq_buf q = NQ_BUF_INIT;

	nq_ddl_quote(&q, name);
	nq_buf_addf(sql,
	    "CASE WHEN typeof(%s) <> 'real' THEN %s "
	    "WHEN CAST(CAST(%s AS TEXT) AS REAL) = %s THEN CAST(%s AS TEXT) "
	    "ELSE printf('%%!.17g', %s) END",
	    q.data, q.data, q.data, q.data, q.data, q.data);
	nq_buf_free(&q);
}

static int
copy_rows(const struct nq_sqlite_table *t, const struct nq_sqlite_table *to,
    const struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *comma = "";
	int rc;

	nq_buf_adds(&sql, "INSERT INTO ");
	nq_sqlite_table_quote(&sql, to);
	nq_buf_adds(&sql, " (");
	nq_table_names(&sql, cols);
	nq_buf_adds(&sql, ") SELECT ");
	for (uint32_t i = 0; i < cols->n; i++) {
		if (!cols->v[i].exists)
			continue;
		nq_buf_adds(&sql, comma);
		if (nq_column_too_narrow(&cols->v[i]) &&
		    strcmp(nq_sqlite_table_type(t, &cols->v[i]), "TEXT") == 0)
			add_as_text(&sql, cols->v[i].name);
		else
			nq_ddl_quote(&sql, cols->v[i].name);
		comma = ", ";
	}
	nq_buf_adds(&sql, " FROM ");
	nq_sqlite_table_quote(&sql, t);
	rc = nq_db_exec(t->db, sql.data, err);
	nq_buf_free(&sql);
	return rc;
}

/* The statements behind the table's indexes and triggers, to be said again. */
static int
read_companions(
    const struct nq_sqlite_table *t, struct nq_list *out, const char *which, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	sqlite3_stmt *st = NULL;
	int rc;

	nq_buf_addf(&sql,
	    "SELECT sql FROM \"%s\".sqlite_schema WHERE tbl_name = ?1 COLLATE NOCASE "
	    "AND sql IS NOT NULL AND %s",
	    t->schema, which);
	rc = nq_db_prepare(t->db, sql.data, &st, err);
	if (rc == 0)
		sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
	while (rc == 0 && (rc = nq_sqlite_table_step(t, st, err)) == 1) {
		nq_list_add(out, nq_strdup((const char *)sqlite3_column_text(st, 0)));
		rc = 0;
	}
	sqlite3_finalize(st);
	nq_buf_free(&sql);
	return rc;
}

/* The old table goes, the new one takes its name; views and triggers that name it stay as text. */
static int
swap(const struct nq_sqlite_table *t, const struct nq_sqlite_table *fresh, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, "DROP TABLE ");
	nq_sqlite_table_quote(&sql, t);
	nq_buf_adds(&sql, "; ALTER TABLE ");
	nq_sqlite_table_quote(&sql, fresh);
	nq_buf_adds(&sql, " RENAME TO ");
	nq_ddl_quote(&sql, t->name);
	sqlite3_db_config(t->db->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, NULL);
	rc = nq_db_exec(t->db, sql.data, err);
	sqlite3_db_config(t->db->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, NULL);
	nq_buf_free(&sql);
	return rc;
}

int
nq_remake_widen(struct nq_sqlite_table *t, struct nq_columns *cols, struct nq_err *err)
{
	const struct nq_sqlite_table fresh = {
	    t->db, t->schema, "_nq_rebuild", true, t->strict, false};
	struct nq_list companions = {NULL, 0};
	const char *type;
	int rc = read_companions(t, &companions, "type IN ('index', 'trigger')", err);

	if (rc == 0 && (create_widened(t, &fresh, cols, err) == -1 ||
			   copy_rows(t, &fresh, cols, err) == -1 || swap(t, &fresh, err) == -1))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < companions.n; i++)
		rc = nq_db_exec(t->db, companions.v[i], err);
	nq_list_free_texts(&companions);
	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (!nq_column_too_narrow(&cols->v[i]))
			continue;
		type = nq_sqlite_table_type(t, &cols->v[i]);
		nq_log(NQ_LOG_INFO, "load", "table '%s': column '%s' is now %s", t->name,
		    cols->v[i].name, *type == '\0' ? "of no type" : type);
		nq_sqlite_table_now_has(t, &cols->v[i], type);
	}
	return rc == -1 ? nq_err_at(err, "cannot widen table '%s': ", t->name) : 0;
}

int
nq_remake_copy_shape(
    const struct nq_sqlite_table *t, const struct nq_sqlite_table *copy, struct nq_err *err)
{
	struct nq_list indexes = {NULL, 0};
	struct nq_buf sql = NQ_BUF_INIT;
	char *text = create_text(t, err);
	int rc = text == NULL ? -1
			      : read_companions(t, &indexes,
				    "type = 'index' AND sql LIKE 'CREATE UNIQUE%'", err);

	if (rc == 0) {
		nq_buf_adds(&sql, "CREATE TABLE ");
		nq_sqlite_table_quote(&sql, copy);
		nq_buf_addstr(&sql, nq_ddl_body(text));
		rc = nq_db_exec(t->db, sql.data, err);
	}
	for (size_t i = 0; rc == 0 && i < indexes.n; i++) {
		nq_buf_reset(&sql);
		nq_buf_addf(
		    &sql, "CREATE UNIQUE INDEX \"%s\".\"%s_%zu\" ON ", copy->schema, copy->name, i);
		nq_ddl_quote(&sql, copy->name);
		nq_buf_addstr(&sql, nq_ddl_body(indexes.v[i]));
		rc = nq_db_exec(t->db, sql.data, err);
	}
	free(text);
	nq_list_free_texts(&indexes);
	nq_buf_free(&sql);
	return rc;
}

static uint32_t
holds(int kind)
{
	return kind == NQ_K_INT	  ? NQ_BIT(NQ_C_INT)
	       : kind == NQ_K_ANY ? NQ_BIT(NQ_C_BIG)
				  : NQ_BIT(NQ_C_TEXT);
}

/* Gives the table the columns and types that the staging table came to have. */
static int
follow(struct nq_sqlite_table *t, const struct nq_columns *staged, struct nq_err *err)
{
	struct nq_columns own;
	bool changed;
	int rc;

	nq_columns_init(&own);
	own.folds = true;
	rc = nq_sqlite_table_describe(t, &own, err);
	nq_table_follow(&own, staged, holds);
	if (rc == 0)
		rc = nq_sqlite_table_fit(t, &own, &changed, err);
	nq_columns_free(&own);
	return rc;
}

int
nq_remake_publish(struct nq_sqlite_table *t, const struct nq_sqlite_table *staging,
    const struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = nq_sqlite_table_find(t, err);

	if (rc == 0)
		rc = t->exists ? follow(t, cols, err) : nq_remake_copy_shape(staging, t, err);
	nq_buf_adds(&sql, "DELETE FROM ");
	nq_sqlite_table_quote(&sql, t);
	nq_buf_adds(&sql, "; INSERT INTO ");
	nq_sqlite_table_quote(&sql, t);
	nq_buf_adds(&sql, " (");
	nq_table_names(&sql, cols);
	nq_buf_adds(&sql, ") SELECT ");
	nq_table_names(&sql, cols);
	nq_buf_adds(&sql, " FROM ");
	nq_sqlite_table_quote(&sql, staging);
	if (rc == 0)
		rc = nq_db_exec(t->db, sql.data, err);
	nq_buf_free(&sql);
	return rc;
}
