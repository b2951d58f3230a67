#include "load/sqlite_table.h"

#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/log.h"
#include "load/sqlite_remake.h"
#include "load/class.h"
#include "load/ddl.h"
#include "load/table.h"

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
    [NQ_K_ANY] = NQ_BIT(NQ_C_BOOL) | NQ_CLASS_NUMBERS,
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
nq_sqlite_table_quote(struct nq_buf *b, const struct nq_sqlite_table *t)
{
	nq_ddl_quote(b, t->schema);
	nq_buf_addc(b, '.');
	nq_ddl_quote(b, t->name);
}

static int
prepare_named(
    const struct nq_sqlite_table *t, const char *sql, sqlite3_stmt **st, struct nq_err *err)
{
	if (nq_db_prepare(t->db, sql, st, err) == -1)
		return -1;
	sqlite3_bind_text(*st, 1, t->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(*st, 2, t->schema, -1, SQLITE_STATIC);
	return 0;
}

int
nq_sqlite_table_step(const struct nq_sqlite_table *t, sqlite3_stmt *st, struct nq_err *err)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : nq_db_fail(t->db, err);
}

int
nq_sqlite_table_find(struct nq_sqlite_table *t, struct nq_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = prepare_named(
	    t, "SELECT type, strict FROM pragma_table_list(?1) WHERE schema = ?2", &st, err);

	if (rc == 0)
		rc = nq_sqlite_table_step(t, st, err);
	t->exists = rc == 1;
	if (rc == 1 && strcmp((const char *)sqlite3_column_text(st, 0), "table") != 0)
		rc = nq_err_set(err, NQ_FAIL, "'%s' is a %s, not a table", t->name,
		    (const char *)sqlite3_column_text(st, 0));
	t->strict = !t->exists || (rc == 1 && sqlite3_column_int(st, 1) != 0);
	sqlite3_finalize(st);
	return rc == -1 ? -1 : 0;
}

static void
describe_column(const struct nq_sqlite_table *t, struct nq_columns *cols, sqlite3_stmt *st)
{
	const char *name = (const char *)sqlite3_column_text(st, 0);
	const char *type = (const char *)sqlite3_column_text(st, 1);
	struct nq_column *c = nq_columns_get(cols, nq_str(name));

	free(c->name);
	c->name = nq_strdup(name);
	c->exists = true;
	c->kind = (int)kind_of(type, t->strict);
	c->takes = takes[c->kind];
}

int
nq_sqlite_table_describe(struct nq_sqlite_table *t, struct nq_columns *cols, struct nq_err *err)
{
	sqlite3_stmt *st = NULL;
	int rc = nq_sqlite_table_find(t, err);

	if (rc == -1 || !t->exists)
		return rc;
	/* Generated columns are not ours to write. */
	rc = prepare_named(
	    t, "SELECT name, type FROM pragma_table_xinfo(?1, ?2) WHERE hidden = 0", &st, err);
	while (rc == 0 && (rc = nq_sqlite_table_step(t, st, err)) == 1) {
		describe_column(t, cols, st);
		rc = 0;
	}
	sqlite3_finalize(st);
	cols->known = rc == 0;
	return rc;
}

/* The type for a new column, or a wider one for column c. */
const char *
nq_sqlite_table_type(const struct nq_sqlite_table *t, const struct nq_column *c)
{
	uint32_t seen = c->seen & ~NQ_BIT(NQ_C_NULL);

	if (!c->exists && c->as != NULL && strcmp(c->as, "decimal") == 0 &&
	    (seen & NQ_CLASS_TEXTS) == 0)
		return t->strict ? "ANY" : "";
	if (!c->exists && c->as != NULL &&
	    (strcmp(c->as, "text") == 0 || strcmp(c->as, "json") == 0))
		return "TEXT";
	if (seen == 0 && c->as == NULL) /* a key of an empty load: whatever comes later */
		return t->strict ? "ANY" : "";
	if ((seen & NQ_CLASS_TEXTS) != 0 || c->kind == NQ_K_BLOB)
		return "TEXT";
	if (!c->exists && (seen & ~WHOLE) == 0)
		return "INTEGER";
	return t->strict ? "ANY" : "";
}

void
nq_sqlite_table_now_has(const struct nq_sqlite_table *t, struct nq_column *c, const char *type)
{
	c->exists = true;
	c->kind = (int)kind_of(type, t->strict);
	c->takes = takes[c->kind];
}

static int
create(struct nq_sqlite_table *t, struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *type;
	int rc;

	nq_buf_adds(&sql, "CREATE TABLE ");
	nq_sqlite_table_quote(&sql, t);
	nq_buf_adds(&sql, " (");
	for (uint32_t i = 0; i < cols->n; i++) {
		if (!nq_column_wanted(&cols->v[i]))
			continue;
		type = nq_sqlite_table_type(t, &cols->v[i]);
		nq_buf_adds(&sql, sql.data[sql.len - 1] == '(' ? "\n  " : ",\n  ");
		nq_ddl_quote(&sql, cols->v[i].name);
		nq_buf_addf(&sql, " %s%s", type, t->keyed && cols->v[i].key ? " NOT NULL" : "");
		nq_sqlite_table_now_has(t, &cols->v[i], type);
	}
	if (t->keyed) {
		nq_buf_adds(&sql, ",\n  PRIMARY KEY (");
		nq_table_key(&sql, cols);
		nq_buf_addc(&sql, ')');
	}
	nq_buf_adds(&sql, "\n) STRICT");
	rc = nq_db_exec(t->db, sql.data, err);
	t->exists = t->strict = true;
	nq_buf_free(&sql);
	return rc;
}

static int
add_column(struct nq_sqlite_table *t, struct nq_column *c, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *type = nq_sqlite_table_type(t, c);
	int rc;

	nq_buf_adds(&sql, "ALTER TABLE ");
	nq_sqlite_table_quote(&sql, t);
	nq_buf_adds(&sql, " ADD COLUMN ");
	nq_ddl_quote(&sql, c->name);
	nq_buf_addf(&sql, " %s", type);
	rc = nq_db_exec(t->db, sql.data, err);
	nq_buf_free(&sql);
	if (rc == -1)
		return -1;
	nq_log(NQ_LOG_INFO, "load", "table '%s': new column '%s' %s", t->name, c->name, type);
	nq_sqlite_table_now_has(t, c, type);
	return 0;
}

int
nq_sqlite_table_fit(
    struct nq_sqlite_table *t, struct nq_columns *cols, bool *changed, struct nq_err *err)
{
	bool narrow = false;

	*changed = !t->exists && nq_columns_wanted(cols);
	if (!t->exists)
		return *changed ? create(t, cols, err) : 0;
	for (uint32_t i = 0; i < cols->n; i++) {
		narrow = narrow || nq_column_too_narrow(&cols->v[i]);
		if (cols->v[i].exists || !nq_column_wanted(&cols->v[i]))
			continue;
		*changed = true;
		if (add_column(t, &cols->v[i], err) == -1)
			return -1;
	}
	*changed = *changed || narrow;
	return narrow ? nq_remake_widen(t, cols, err) : 0;
}
