#include "load/postgres_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "json/text.h"
#include "load/class.h"
#include "load/table.h"
#include "pg/query.h"

#define WHOLE	 (NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_LONG))
#define ANYTHING (NQ_BIT(NQ_C_JSON + 1) - 1)

enum { MAX_IDENTIFIER = 63 }; /* NAMEDATALEN - 1, in bytes; the server would cut it silently */

/* By kind: what a column holds without changing it. */
const uint32_t nq_pg_takes[] = {
    [NQ_PK_OPEN] = 0,
    [NQ_PK_BOOL] = NQ_BIT(NQ_C_BOOL),
    [NQ_PK_INT] = WHOLE,
    [NQ_PK_FLOAT4] = 0,
    [NQ_PK_FLOAT8] = NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_DECIMAL),
    [NQ_PK_NUMERIC] = NQ_CLASS_NUMBERS,
    [NQ_PK_TEXT] = ANYTHING,
    [NQ_PK_JSON] = ANYTHING,
    [NQ_PK_OTHER] = ANYTHING,
};

static const struct {
	const char *name; /* pg_type.typname */
	enum nq_pg_kind kind;
} kinds[] = {
    {"bool", NQ_PK_BOOL},
    {"int2", NQ_PK_INT},
    {"int4", NQ_PK_INT},
    {"int8", NQ_PK_INT},
    {"float4", NQ_PK_FLOAT4},
    {"float8", NQ_PK_FLOAT8},
    {"numeric", NQ_PK_NUMERIC},
    {"text", NQ_PK_TEXT},
    {"varchar", NQ_PK_TEXT},
    {"bpchar", NQ_PK_TEXT},
    {"json", NQ_PK_JSON},
    {"jsonb", NQ_PK_JSON},
};

/* Marks the column of kind OPEN. */
const char nq_pg_open_mark[] = "nq: no value yet, the first one decides the type";

static enum nq_pg_kind
kind_of(const char *typname)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, typname) == 0)
			return kinds[i].kind;
	return NQ_PK_OTHER;
}

/* === names ==================================================================================== */

/* One part of the name; returns what is behind it. */
static const char *
read_part(const char *s, struct nq_buf *part)
{
	const char *start = s;

	nq_buf_reset(part);
	if (*s == '"') {
		for (s++; *s != '\0' && (*s != '"' || s[1] == '"'); s++) {
			nq_buf_addc(part, *s);
			s += *s == '"';
		}
		if (*s == '"' && (s[1] == '\0' || s[1] == '.'))
			return s + 1;
		nq_buf_reset(part);
	}
	s = start + strcspn(start, ".");
	nq_buf_add(part, start, (size_t)(s - start));
	return s;
}

int
nq_pg_table_check_length(const char *what, const char *name, struct nq_err *err)
{
	if (strlen(name) <= MAX_IDENTIFIER)
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "the name of the %s '%s' has %zu bytes, and PostgreSQL takes %d: rename it (nq-map)",
	    what, name, strlen(name), MAX_IDENTIFIER);
}

static void
quote_name(struct nq_pg_table *t)
{
	nq_buf_reset(&t->quoted);
	if (t->schema != NULL) {
		nq_pg_quote(&t->quoted, t->schema);
		nq_buf_addc(&t->quoted, '.');
	}
	nq_pg_quote(&t->quoted, t->name);
}

int
nq_pg_table_name(struct nq_pg_table *t, const char *spec, struct nq_err *err)
{
	struct nq_buf part = NQ_BUF_INIT;
	const char *rest = read_part(spec, &part);

	t->quoted = (struct nq_buf)NQ_BUF_INIT;
	if (*rest == '.') {
		t->schema = nq_buf_take(&part);
		rest = read_part(rest + 1, &part);
	}
	t->name = nq_buf_take(&part);
	quote_name(t);
	if (*rest != '\0' || *t->name == '\0' || (t->schema != NULL && *t->schema == '\0'))
		return nq_err_set(err, NQ_USAGE,
		    "option '--table': '%s': write NAME or SCHEMA.NAME, a part with a dot in it "
		    "in double quotes",
		    spec);
	if (nq_pg_table_check_length("table", t->name, err) == -1) {
		err->status = NQ_USAGE;
		return -1;
	}
	return 0;
}

static void
forget_columns(struct nq_pg_table *t)
{
	for (uint32_t i = 0; i < t->ncol; i++)
		free(t->col[i].type);
	free(t->col);
	t->col = NULL;
	t->ncol = 0;
}

void
nq_pg_table_free(struct nq_pg_table *t)
{
	forget_columns(t);
	free(t->schema);
	free(t->name);
	nq_buf_free(&t->quoted);
}

/* === what is there ============================================================================ */

static int
take_place(struct nq_pg_table *t, const struct nq_pg_rows *r, struct nq_err *err)
{
	const char *kind = nq_pg_get(r, 0, 1), *schema = nq_pg_get(r, 0, 0);

	t->exists = kind != NULL;
	snprintf(t->version, sizeof(t->version), "%s", t->exists ? nq_pg_get(r, 0, 2) : "");
	if (schema == NULL)
		return nq_err_set(err, NQ_FAIL,
		    "'%s': there is no schema to put table '%s' into: write --table SCHEMA.NAME",
		    t->pg->place.data, t->name);
	if (t->schema == NULL) {
		t->schema = nq_strdup(schema);
		quote_name(t);
	}
	if (kind != NULL && strchr("rpf", *kind) == NULL)
		return nq_err_set(err, NQ_FAIL, "'%s' is %s, not a table", t->name,
		    *kind == 'v'   ? "a view"
		    : *kind == 'm' ? "a materialized view"
				   : "an index or sequence");
	return 0;
}

int
nq_pg_table_find(struct nq_pg_table *t, struct nq_err *err)
{
	static const char sql[] =
	    "SELECT coalesce(n.nspname::text, $2, pg_catalog.current_schema()::text), c.relkind, "
	    "c.xmin::text FROM (VALUES (1)) one LEFT JOIN pg_catalog.pg_class c "
	    "ON c.oid = pg_catalog.to_regclass($1) "
	    "LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace";
	const char *params[] = {t->quoted.data, t->schema};
	struct nq_pg_rows rows;
	int rc = nq_pg_query(t->pg, sql, params, 2, &rows, err);

	if (rc == 0)
		rc = take_place(t, &rows, err);
	nq_pg_rows_free(&rows);
	return rc;
}

static struct nq_pg_column *
own_column(struct nq_pg_table *t, uint32_t i)
{
	uint32_t n = t->ncol;

	if (i >= n) {
		t->ncol = i + 1;
		t->col = nq_reallocarray(t->col, t->ncol, sizeof(*t->col));
		memset(t->col + n, 0, (t->ncol - n) * sizeof(*t->col));
	}
	return &t->col[i];
}

void
nq_pg_table_now_has(struct nq_pg_table *t, struct nq_columns *cols, uint32_t i, const char *type,
    enum nq_pg_kind kind)
{
	struct nq_pg_column *own = own_column(t, i);

	free(own->type);
	own->type = nq_strdup(type);
	own->rounds = kind == NQ_PK_NUMERIC && strchr(type, '(') != NULL;
	cols->v[i].exists = true;
	cols->v[i].kind = (int)kind;
	cols->v[i].takes = nq_pg_takes[kind];
}

/*
 * name, type, base type, not null, default, open. The table may have columns that differ in case
 * only: these are two, though the members of records fold.
 */
static void
describe_column(struct nq_pg_table *t, struct nq_columns *cols, const struct nq_pg_rows *r, int i)
{
	const char *name = nq_pg_get(r, i, 0);
	bool folds = cols->folds;
	uint32_t at = nq_columns_named(cols, nq_str(name));

	if (cols->v[at].exists && strcmp(cols->v[at].name, name) != 0) {
		cols->folds = false;
		at = nq_columns_named(cols, nq_str(name));
		cols->folds = folds;
	}
	free(cols->v[at].name);
	cols->v[at].name = nq_strdup(name);
	nq_pg_table_now_has(t, cols, at, nq_pg_get(r, i, 1),
	    nq_pg_is(r, i, 5, "t") ? NQ_PK_OPEN : kind_of(nq_pg_get(r, i, 2)));
	t->col[at].not_null = nq_pg_is(r, i, 3, "t");
	t->col[at].fills = nq_pg_is(r, i, 4, "t");
}

int
nq_pg_table_describe(struct nq_pg_table *t, struct nq_columns *cols, struct nq_err *err)
{
	/* Generated columns are not ours to write. */
	static const char sql[] =
	    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), "
	    "coalesce(b.typname, y.typname), a.attnotnull, a.atthasdef OR a.attidentity <> '', "
	    "pg_catalog.col_description(a.attrelid, a.attnum) IS NOT DISTINCT FROM $2 "
	    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid "
	    "LEFT JOIN pg_catalog.pg_type b ON b.oid = y.typbasetype "
	    "WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 "
	    "AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum";
	const char *params[2];
	struct nq_pg_rows rows;
	int rc;

	forget_columns(t);
	for (uint32_t i = 0; i < cols->n; i++)
		cols->v[i].exists = false;
	if (nq_pg_table_find(t, err) == -1)
		return -1;
	if (!t->exists)
		return 0;
	params[0] = t->quoted.data;
	params[1] = nq_pg_open_mark;
	rc = nq_pg_query(t->pg, sql, params, 2, &rows, err);
	for (int i = 0; rc == 0 && i < rows.n; i++)
		describe_column(t, cols, &rows, i);
	nq_pg_rows_free(&rows);
	cols->known = rc == 0;
	return rc;
}

int
nq_pg_table_check_key(struct nq_pg_table *t, const struct nq_columns *cols, struct nq_err *err)
{
	static const char sql[] =
	    "SELECT pg_catalog.json_agg(a.attname)::text FROM pg_catalog.pg_index i "
	    "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid "
	    "AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1]) "
	    "WHERE i.indrelid = pg_catalog.to_regclass($1) AND i.indisunique AND i.indisvalid "
	    "AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL "
	    "GROUP BY i.indexrelid "
	    "HAVING pg_catalog.array_agg(a.attname::text ORDER BY a.attname::text) = "
	    "(SELECT pg_catalog.array_agg(k ORDER BY k) FROM "
	    "pg_catalog.json_array_elements_text($2) k)";
	struct nq_buf json = NQ_BUF_INIT;
	const char *params[2];
	struct nq_pg_rows rows = {NULL, 0, 0};
	int rc = nq_table_has_key(t->name, cols, err);

	for (uint32_t i = 0; i < cols->nkeys; i++) {
		nq_buf_adds(&json, i == 0 ? "[" : ",");
		nq_text_quote(&json, nq_str(cols->v[cols->key[i]].name));
	}
	nq_buf_addc(&json, ']');
	params[0] = t->quoted.data;
	params[1] = json.data;
	if (rc == 0)
		rc = nq_pg_query(t->pg, sql, params, 2, &rows, err);
	if (rc == 0 && rows.n == 0)
		rc = nq_table_no_key(t->name, cols, err);
	nq_pg_rows_free(&rows);
	nq_buf_free(&json);
	return rc;
}
