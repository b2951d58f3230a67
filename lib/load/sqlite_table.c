#include "load/sqlite_table.h"

#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/log.h"
#include "load/ddl.h"
#include "load/value.h"

#define WHOLE	 (NQ_BIT(NQ_C_BOOL) | NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_LONG))
#define ANYTHING (NQ_BIT(NQ_C_JSON + 1) - 1)

/*
 * By kind: what a column holds without changing it. A numeric affinity leaves text alone that does
 * not look like a number, so dates and JSON in columns declared DATE or JSON stay what they are.
 */
static const uint32_t takes[] = {
    [NQ_K_INT] = WHOLE,
    [NQ_K_REAL] = NQ_BIT(NQ_C_BOOL) | NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_DECIMAL),
    [NQ_K_NUMERIC] = WHOLE | NQ_BIT(NQ_C_DECIMAL) | NQ_BIT(NQ_C_TEXT) | NQ_BIT(NQ_C_JSON),
    [NQ_K_ANY] = WHOLE | NQ_CLASS_NUMBERS,
    [NQ_K_FREE] = ANYTHING,
    [NQ_K_TEXT] = ANYTHING,
    [NQ_K_BLOB] = 0,
};

static bool
has(const char *type, const char *part)
{
	size_t n = strlen(part);

	for (; *type != '\0'; type++)
		if (strncasecmp(type, part, n) == 0)
			return true;
	return false;
}

/* The rules of SQLite, in its order (datatype3, 3.1); STRICT knows a few names only. */
static enum nq_kind
kind_of(const char *type, bool strict)
{
	if (strict && strcasecmp(type, "ANY") == 0)
		return NQ_K_ANY;
	if (has(type, "INT"))
		return NQ_K_INT;
	if (has(type, "CHAR") || has(type, "CLOB") || has(type, "TEXT"))
		return NQ_K_TEXT;
	if (*type == '\0' || has(type, "BLOB"))
		return strict ? NQ_K_BLOB : NQ_K_FREE;
	if (has(type, "REAL") || has(type, "FLOA") || has(type, "DOUB"))
		return NQ_K_REAL;
	return NQ_K_NUMERIC;
}

void
nq_table_quote(struct nq_buf *b, const struct nq_table *t)
{
	nq_db_quote(b, t->schema);
	nq_buf_addc(b, '.');
	nq_db_quote(b, t->name);
}

static int
prepare_named(const struct nq_table *t, const char *sql, sqlite3_stmt **st, struct nq_err *err)
{
	if (nq_db_prepare(t->db, sql, st, err) == -1)
		return -1;
	sqlite3_bind_text(*st, 1, t->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(*st, 2, t->schema, -1, SQLITE_STATIC);
	return 0;
}

/* A step that gives a row, ends, or fails: 1, 0, -1. */
static int
step(const struct nq_table *t, sqlite3_stmt *st, struct nq_err *err)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : nq_db_fail(t->db, err);
}

static int
find(struct nq_table *t, struct nq_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = prepare_named(
	    t, "SELECT type, strict FROM pragma_table_list(?1) WHERE schema = ?2", &st, err);

	if (rc == 0)
		rc = step(t, st, err);
	t->exists = rc == 1;
	if (rc == 1 && strcmp((const char *)sqlite3_column_text(st, 0), "table") != 0)
		rc = nq_err_set(err, NQ_FAIL, "'%s' is a %s, not a table", t->name,
		    (const char *)sqlite3_column_text(st, 0));
	t->strict = !t->exists || (rc == 1 && sqlite3_column_int(st, 1) != 0);
	sqlite3_finalize(st);
	return rc == -1 ? -1 : 0;
}

static void
describe_column(const struct nq_table *t, struct nq_columns *cols, sqlite3_stmt *st)
{
	const char *name = (const char *)sqlite3_column_text(st, 0);
	const char *type = (const char *)sqlite3_column_text(st, 1);
	struct nq_column *c = &cols->v[nq_columns_named(cols, nq_str(name))];

	free(c->name);
	c->name = nq_strdup(name);
	c->exists = true;
	c->kind = (int)kind_of(type, t->strict);
	c->takes = takes[c->kind];
}

int
nq_table_describe(struct nq_table *t, struct nq_columns *cols, struct nq_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = find(t, err);

	if (rc == -1 || !t->exists)
		return rc;
	/* Generated columns are not ours to write. */
	rc = prepare_named(
	    t, "SELECT name, type FROM pragma_table_xinfo(?1, ?2) WHERE hidden = 0", &st, err);
	while (rc == 0 && (rc = step(t, st, err)) == 1) {
		describe_column(t, cols, st);
		rc = 0;
	}
	sqlite3_finalize(st);
	cols->known = rc == 0;
	return rc;
}

/* The type for a new column, or a wider one for column c. */
static const char *
type_for(const struct nq_table *t, const struct nq_column *c)
{
	uint32_t seen = c->seen & ~NQ_BIT(NQ_C_NULL);

	if (!c->exists && c->as != NULL && strcmp(c->as, "decimal") == 0 &&
	    (seen & NQ_CLASS_TEXTS) == 0)
		return t->strict ? "ANY" : "";
	if (!c->exists && c->as != NULL &&
	    (strcmp(c->as, "text") == 0 || strcmp(c->as, "json") == 0))
		return "TEXT";
	if ((seen & NQ_CLASS_TEXTS) != 0 || (seen == 0 && c->as == NULL) || c->kind == NQ_K_BLOB)
		return "TEXT";
	if (!c->exists && (seen & ~WHOLE) == 0)
		return "INTEGER";
	return t->strict ? "ANY" : "";
}

static bool
wanted(const struct nq_column *c)
{
	return c->key || c->as != NULL || (c->seen & ~NQ_BIT(NQ_C_NULL)) != 0;
}

static void
now_has(const struct nq_table *t, struct nq_column *c, const char *type)
{
	c->exists = true;
	c->kind = (int)kind_of(type, t->strict);
	c->takes = takes[c->kind];
}

static int
create(struct nq_table *t, struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *type;
	int rc;

	nq_buf_adds(&sql, "CREATE TABLE ");
	nq_table_quote(&sql, t);
	nq_buf_adds(&sql, " (");
	for (uint32_t i = 0; i < cols->n; i++) {
		if (!wanted(&cols->v[i]))
			continue;
		type = type_for(t, &cols->v[i]);
		nq_buf_adds(&sql, sql.data[sql.len - 1] == '(' ? "\n  " : ",\n  ");
		nq_db_quote(&sql, cols->v[i].name);
		nq_buf_addf(&sql, " %s%s", type, t->keyed && cols->v[i].key ? " NOT NULL" : "");
		now_has(t, &cols->v[i], type);
	}
	for (uint32_t i = 0; t->keyed && i < cols->nkeys; i++) {
		nq_buf_adds(&sql, i == 0 ? ",\n  PRIMARY KEY (" : ", ");
		nq_db_quote(&sql, cols->v[cols->key[i]].name);
	}
	nq_buf_adds(&sql, t->keyed && cols->nkeys > 0 ? ")\n) STRICT" : "\n) STRICT");
	rc = nq_db_exec(t->db, sql.data, err);
	t->exists = t->strict = true;
	nq_buf_free(&sql);
	return rc;
}

static int
add_column(struct nq_table *t, struct nq_column *c, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *type = type_for(t, c);
	int rc;

	nq_buf_adds(&sql, "ALTER TABLE ");
	nq_table_quote(&sql, t);
	nq_buf_adds(&sql, " ADD COLUMN ");
	nq_db_quote(&sql, c->name);
	nq_buf_addf(&sql, " %s", type);
	rc = nq_db_exec(t->db, sql.data, err);
	nq_buf_free(&sql);
	if (rc == -1)
		return -1;
	nq_log(NQ_LOG_INFO, "load", "table '%s': new column '%s' %s", t->name, c->name, type);
	now_has(t, c, type);
	return 0;
}

static bool
too_narrow(const struct nq_column *c)
{
	return c->exists && (c->seen & ~c->takes & ~NQ_BIT(NQ_C_NULL)) != 0;
}

/* The statement that made the table; the caller frees. NULL and an error where there is none. */
static char *
create_text(const struct nq_table *t, struct nq_err *err)
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
		if (step(t, st, err) == 1)
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
create_widened(const struct nq_table *t, const struct nq_table *to, const struct nq_columns *cols,
    struct nq_err *err)
{
	char *text = create_text(t, err);
	struct nq_buf body = NQ_BUF_INIT, next = NQ_BUF_INIT, sql = NQ_BUF_INIT;
	int rc = text == NULL ? -1 : 0;

	if (rc == 0)
		nq_buf_addstr(&body, nq_ddl_body(text));
	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (!too_narrow(&cols->v[i]))
			continue;
		nq_buf_reset(&next);
		rc = nq_ddl_retype(
		    nq_buf_str(&body), cols->v[i].name, type_for(t, &cols->v[i]), &next);
		if (rc == -1)
			nq_err_set(err, NQ_FAIL, "cannot widen column '%s' of table '%s'",
			    cols->v[i].name, t->name);
		nq_buf_reset(&body);
		nq_buf_addstr(&body, nq_buf_str(&next));
	}
	nq_buf_adds(&sql, "CREATE TABLE ");
	nq_table_quote(&sql, to);
	nq_buf_addf(&sql, " %s", body.data);
	if (rc == 0)
		rc = nq_db_exec(t->db, sql.data, err);
	free(text);
	nq_buf_free(&body);
	nq_buf_free(&next);
	nq_buf_free(&sql);
	return rc;
}

static void
add_names(struct nq_buf *sql, const struct nq_columns *cols)
{
	const char *comma = "";

	for (uint32_t i = 0; i < cols->n; i++) {
		if (!cols->v[i].exists)
			continue;
		nq_buf_adds(sql, comma);
		nq_db_quote(sql, cols->v[i].name);
		comma = ", ";
	}
}

/* A REAL as text: 15 digits where they are the value, else the 17 that always are. */
static void
add_as_text(struct nq_buf *sql, const char *name)
{
	struct nq_buf q = NQ_BUF_INIT;

	nq_db_quote(&q, name);
	nq_buf_addf(sql,
	    "CASE WHEN typeof(%s) <> 'real' THEN %s "
	    "WHEN CAST(CAST(%s AS TEXT) AS REAL) = %s THEN CAST(%s AS TEXT) "
	    "ELSE printf('%%!.17g', %s) END",
	    q.data, q.data, q.data, q.data, q.data, q.data);
	nq_buf_free(&q);
}

static int
copy_rows(const struct nq_table *t, const struct nq_table *to, const struct nq_columns *cols,
    struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *comma = "";
	int rc;

	nq_buf_adds(&sql, "INSERT INTO ");
	nq_table_quote(&sql, to);
	nq_buf_adds(&sql, " (");
	add_names(&sql, cols);
	nq_buf_adds(&sql, ") SELECT ");
	for (uint32_t i = 0; i < cols->n; i++) {
		if (!cols->v[i].exists)
			continue;
		nq_buf_adds(&sql, comma);
		if (too_narrow(&cols->v[i]) && strcmp(type_for(t, &cols->v[i]), "TEXT") == 0)
			add_as_text(&sql, cols->v[i].name);
		else
			nq_db_quote(&sql, cols->v[i].name);
		comma = ", ";
	}
	nq_buf_adds(&sql, " FROM ");
	nq_table_quote(&sql, t);
	rc = nq_db_exec(t->db, sql.data, err);
	nq_buf_free(&sql);
	return rc;
}

/* The statements behind the table's indexes and triggers, to be said again. */
static int
read_companions(
    const struct nq_table *t, struct nq_list *out, const char *which, struct nq_err *err)
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
	while (rc == 0 && (rc = step(t, st, err)) == 1) {
		nq_list_add(out, nq_strdup((const char *)sqlite3_column_text(st, 0)));
		rc = 0;
	}
	sqlite3_finalize(st);
	nq_buf_free(&sql);
	return rc;
}

static void
free_texts(struct nq_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((void *)(uintptr_t)l->v[i]);
	nq_list_free(l);
}

/* The old table goes, the new one takes its name; views and triggers that name it stay as text. */
static int
swap(const struct nq_table *t, const struct nq_table *fresh, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_adds(&sql, "DROP TABLE ");
	nq_table_quote(&sql, t);
	nq_buf_adds(&sql, "; ALTER TABLE ");
	nq_table_quote(&sql, fresh);
	nq_buf_adds(&sql, " RENAME TO ");
	nq_db_quote(&sql, t->name);
	sqlite3_db_config(t->db->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1, NULL);
	rc = nq_db_exec(t->db, sql.data, err);
	sqlite3_db_config(t->db->db, SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 0, NULL);
	nq_buf_free(&sql);
	return rc;
}

static int
widen(struct nq_table *t, struct nq_columns *cols, struct nq_err *err)
{
	const struct nq_table fresh = {t->db, t->schema, "_nq_rebuild", true, t->strict, false};
	struct nq_list companions = {NULL, 0};
	const char *type;
	int rc = read_companions(t, &companions, "type IN ('index', 'trigger')", err);

	if (rc == 0 && (create_widened(t, &fresh, cols, err) == -1 ||
			   copy_rows(t, &fresh, cols, err) == -1 || swap(t, &fresh, err) == -1))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < companions.n; i++)
		rc = nq_db_exec(t->db, companions.v[i], err);
	free_texts(&companions);
	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (!too_narrow(&cols->v[i]))
			continue;
		type = type_for(t, &cols->v[i]);
		nq_log(NQ_LOG_INFO, "load", "table '%s': column '%s' is now %s", t->name,
		    cols->v[i].name, *type == '\0' ? "of no type" : type);
		now_has(t, &cols->v[i], type);
	}
	return rc == -1 ? nq_err_at(err, "cannot widen table '%s': ", t->name) : 0;
}

int
nq_table_fit(struct nq_table *t, struct nq_columns *cols, bool *changed, struct nq_err *err)
{
	bool narrow = false;

	*changed = !t->exists;
	if (!t->exists)
		return create(t, cols, err);
	for (uint32_t i = 0; i < cols->n; i++) {
		narrow = narrow || too_narrow(&cols->v[i]);
		if (cols->v[i].exists || !wanted(&cols->v[i]))
			continue;
		*changed = true;
		if (add_column(t, &cols->v[i], err) == -1)
			return -1;
	}
	*changed = *changed || narrow;
	return narrow ? widen(t, cols, err) : 0;
}

int
nq_table_copy_shape(const struct nq_table *t, const struct nq_table *copy, struct nq_err *err)
{
	struct nq_list indexes = {NULL, 0};
	struct nq_buf sql = NQ_BUF_INIT;
	char *text = create_text(t, err);
	int rc = text == NULL ? -1
			      : read_companions(t, &indexes,
				    "type = 'index' AND sql LIKE 'CREATE UNIQUE%'", err);

	if (rc == 0) {
		nq_buf_adds(&sql, "CREATE TABLE ");
		nq_table_quote(&sql, copy);
		nq_buf_addstr(&sql, nq_ddl_body(text));
		rc = nq_db_exec(t->db, sql.data, err);
	}
	for (size_t i = 0; rc == 0 && i < indexes.n; i++) {
		nq_buf_reset(&sql);
		nq_buf_addf(
		    &sql, "CREATE UNIQUE INDEX \"%s\".\"%s_%zu\" ON ", copy->schema, copy->name, i);
		nq_db_quote(&sql, copy->name);
		nq_buf_addstr(&sql, nq_ddl_body(indexes.v[i]));
		rc = nq_db_exec(t->db, sql.data, err);
	}
	free(text);
	free_texts(&indexes);
	nq_buf_free(&sql);
	return rc;
}

/* Gives the table the columns and types that the staging table came to have. */
static int
follow(struct nq_table *t, const struct nq_columns *staged, struct nq_err *err)
{
	struct nq_columns own;
	struct nq_column *c;
	bool changed;
	int rc;

	nq_columns_init(&own);
	own.folds = true;
	rc = nq_table_describe(t, &own, err);
	for (uint32_t i = 0; rc == 0 && i < staged->n; i++) {
		if (!staged->v[i].exists)
			continue;
		c = &own.v[nq_columns_named(&own, nq_str(staged->v[i].name))];
		if (c->exists && c->kind == staged->v[i].kind)
			continue;
		c->seen = staged->v[i].kind == NQ_K_INT	  ? NQ_BIT(NQ_C_INT)
			  : staged->v[i].kind == NQ_K_ANY ? NQ_BIT(NQ_C_BIG)
							  : NQ_BIT(NQ_C_TEXT);
	}
	if (rc == 0)
		rc = nq_table_fit(t, &own, &changed, err);
	nq_columns_free(&own);
	return rc;
}

int
nq_table_publish(struct nq_table *t, const struct nq_table *staging, const struct nq_columns *cols,
    struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc = find(t, err);

	if (rc == 0)
		rc = t->exists ? follow(t, cols, err) : nq_table_copy_shape(staging, t, err);
	nq_buf_adds(&sql, "DELETE FROM ");
	nq_table_quote(&sql, t);
	nq_buf_adds(&sql, "; INSERT INTO ");
	nq_table_quote(&sql, t);
	nq_buf_adds(&sql, " (");
	add_names(&sql, cols);
	nq_buf_adds(&sql, ") SELECT ");
	add_names(&sql, cols);
	nq_buf_adds(&sql, " FROM ");
	nq_table_quote(&sql, staging);
	if (rc == 0)
		rc = nq_db_exec(t->db, sql.data, err);
	nq_buf_free(&sql);
	return rc;
}
