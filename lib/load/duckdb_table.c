#include "load/duckdb_table.h"

#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/log.h"
#include "load/class.h"
#include "load/ddl.h"
#include "load/duckdb_remake.h"
#include "load/table.h"

#define WHOLE	 (NQ_BIT(NQ_C_BOOL) | NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_LONG))
#define SHORT	 (NQ_BIT(NQ_C_BOOL) | NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_DECIMAL))
#define ANYTHING (NQ_BIT(NQ_C_JSON + 1) - 1)

/* By kind: what a column holds without changing it. */
static const uint32_t takes[] = {
    [NQ_D_BOOL] = NQ_BIT(NQ_C_BOOL),
    [NQ_D_LONG] = WHOLE,
    [NQ_D_DOUBLE] = SHORT,
    [NQ_D_TEXT] = ANYTHING,
    [NQ_D_JSON] = NQ_BIT(NQ_C_JSON),
    [NQ_D_WHOLE] = WHOLE,
    [NQ_D_HUGE] = WHOLE | NQ_BIT(NQ_C_BIG),
    [NQ_D_DECIMAL] = NQ_BIT(NQ_C_BOOL) | NQ_CLASS_NUMBERS,
    [NQ_D_OTHER] = NQ_BIT(NQ_C_TEXT) | NQ_BIT(NQ_C_NUMTEXT),
    [NQ_D_NESTED] = NQ_BIT(NQ_C_JSON),
    [NQ_D_NONE] = 0,
};

/* By how the name of a type begins; the first row that fits counts, and the rest is cast. */
static const struct {
	const char *type;
	enum nq_duckdb_kind kind;
} kinds[] = {
    {"BOOLEAN", NQ_D_BOOL},
    {"BIGINT", NQ_D_LONG},
    {"DOUBLE", NQ_D_DOUBLE},
    {"VARCHAR", NQ_D_TEXT},
    {"JSON", NQ_D_JSON},
    {"TINYINT", NQ_D_WHOLE},
    {"SMALLINT", NQ_D_WHOLE},
    {"INTEGER", NQ_D_WHOLE},
    {"UTINYINT", NQ_D_WHOLE},
    {"USMALLINT", NQ_D_WHOLE},
    {"UINTEGER", NQ_D_WHOLE},
    {"UBIGINT", NQ_D_HUGE},
    {"HUGEINT", NQ_D_HUGE},
    {"UHUGEINT", NQ_D_HUGE},
    {"DECIMAL", NQ_D_DECIMAL},
    {"FLOAT", NQ_D_DECIMAL},
    {"STRUCT", NQ_D_NESTED},
    {"MAP", NQ_D_NESTED},
    {"UNION", NQ_D_NONE},
    {"BLOB", NQ_D_NONE},
    {"BIT", NQ_D_NONE},
};

static enum nq_duckdb_kind
kind_of(const char *type)
{
	size_t n = strlen(type);

	if (n > 0 && type[n - 1] == ']')
		return NQ_D_NESTED;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i].type);
		if (strncmp(type, kinds[i].type, n) == 0 && (type[n] == '\0' || type[n] == '('))
			return kinds[i].kind;
	}
	return NQ_D_OTHER;
}

uint32_t
nq_duckdb_kind_holds(int kind)
{
	switch (kind) {
	case NQ_D_BOOL:
		return NQ_BIT(NQ_C_BOOL);
	case NQ_D_LONG:
		return NQ_BIT(NQ_C_LONG);
	case NQ_D_DOUBLE:
		return NQ_BIT(NQ_C_DECIMAL);
	case NQ_D_DECIMAL:
		return NQ_BIT(NQ_C_BIG);
	case NQ_D_JSON:
		return NQ_BIT(NQ_C_JSON);
	default:
		return NQ_BIT(NQ_C_TEXT);
	}
}

void
nq_duckdb_table_free(struct nq_duckdb_table *t)
{
	for (uint32_t i = 0; i < t->ncolumns; i++) {
		free(t->column[i].type);
		free(t->column[i].standard);
	}
	free(t->column);
	t->column = NULL;
	t->ncolumns = 0;
}

void
nq_duckdb_table_quote(struct nq_buf *b, const struct nq_duckdb_table *t)
{
	if (t->catalog != NULL) {
		nq_ddl_quote(b, t->catalog);
		nq_buf_addc(b, '.');
	}
	nq_buf_adds(b, "\"main\".");
	nq_ddl_quote(b, t->name);
}

void
nq_duckdb_table_where(struct nq_buf *b, const struct nq_duckdb_table *t)
{
	nq_buf_adds(b, " WHERE schema_name = 'main' AND database_name = ");
	if (t->catalog != NULL)
		nq_duckdb_literal(b, nq_str(t->catalog));
	else
		nq_buf_adds(b, "current_database()");
	nq_buf_adds(b, " AND lower(table_name) = lower(");
	nq_duckdb_literal(b, nq_str(t->name));
	nq_buf_addc(b, ')');
}

static struct nq_duckdb_column *
column_at(struct nq_duckdb_table *t, uint32_t i)
{
	if (i >= t->ncolumns) {
		t->column = nq_reallocarray(t->column, i + 1, sizeof(*t->column));
		memset(t->column + t->ncolumns, 0, (i + 1 - t->ncolumns) * sizeof(*t->column));
		t->ncolumns = i + 1;
	}
	return &t->column[i];
}

void
nq_duckdb_now_has(struct nq_duckdb_table *t, struct nq_columns *cols, uint32_t i, const char *type)
{
	struct nq_column *c = &cols->v[i];
	struct nq_duckdb_column *own = column_at(t, i);

	free(own->type);
	own->type = nq_strdup(type);
	c->exists = true;
	c->kind = (int)kind_of(type);
	c->takes = takes[c->kind];
}

struct described {
	struct nq_duckdb_table *t;
	struct nq_columns *cols;
};

static int
take_column(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	struct described *d = ctx;
	uint32_t i = nq_columns_named(d->cols, value[0]);
	char *type = nq_strndup(value[1].p, value[1].n);
	struct nq_duckdb_column *own;

	(void)err;
	free(d->cols->v[i].name);
	d->cols->v[i].name = nq_strndup(value[0].p, value[0].n);
	nq_duckdb_now_has(d->t, d->cols, i, type);
	free(type);
	own = column_at(d->t, i);
	free(own->standard);
	own->standard = value[2].p != NULL ? nq_strndup(value[2].p, value[2].n) : NULL;
	d->t->exists = true;
	return 0;
}

static int
refuse_view(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	const struct nq_duckdb_table *t = ctx;

	(void)value;
	return nq_err_set(err, NQ_FAIL, "'%s' is a view, not a table", t->name);
}

int
nq_duckdb_table_describe(struct nq_duckdb_table *t, struct nq_columns *cols, struct nq_err *err)
{
	struct described d = {t, cols};
	struct nq_buf sql = NQ_BUF_INIT, view = NQ_BUF_INIT;
	int rc;

	t->exists = false;
	nq_buf_adds(&sql, "SELECT column_name, data_type, column_default FROM duckdb_columns()");
	nq_duckdb_table_where(&sql, t);
	nq_buf_adds(&sql, " ORDER BY column_index");
	nq_buf_adds(&view, "SELECT 1 FROM information_schema.tables WHERE table_type = 'VIEW' AND "
			   "table_schema = 'main' AND lower(table_name) = lower(");
	nq_duckdb_literal(&view, nq_str(t->name));
	nq_buf_addc(&view, ')');
	rc = t->catalog == NULL ? nq_duckdb_ask(t->db, view.data, refuse_view, t, err) : 0;
	if (rc == 0)
		rc = nq_duckdb_ask(t->db, sql.data, take_column, &d, err);
	cols->known = rc == 0 && t->exists;
	nq_buf_free(&sql);
	nq_buf_free(&view);
	return rc;
}

/* What --column asked for, as long as the values go in. */
static const char *
asked_type(const struct nq_duckdb_table *t, const struct nq_column *c)
{
	const struct {
		const char *as, *type;
		uint32_t takes;
	} asked[] = {{"boolean", "BOOLEAN", takes[NQ_D_BOOL]},
	    {"integer", "BIGINT", takes[NQ_D_LONG]},
	    {"decimal", "DECIMAL(38,10)", takes[NQ_D_DECIMAL]}, {"text", "VARCHAR", ANYTHING},
	    {"json", t->db->json ? "JSON" : "VARCHAR", NQ_BIT(NQ_C_JSON)}};

	for (size_t i = 0; c->as != NULL && i < sizeof(asked) / sizeof(asked[0]); i++)
		if (strcmp(c->as, asked[i].as) == 0 &&
		    (c->seen & ~asked[i].takes & ~NQ_BIT(NQ_C_NULL)) == 0)
			return asked[i].type;
	return NULL;
}

/* The type for a new column. A key of an empty load gets the narrowest: whatever comes, fits. */
static const char *
new_type(const struct nq_duckdb_table *t, const struct nq_column *c)
{
	uint32_t seen = c->seen & ~NQ_BIT(NQ_C_NULL);
	const char *asked = asked_type(t, c);

	if (asked != NULL)
		return asked;
	if ((seen & ~NQ_BIT(NQ_C_BOOL)) == 0)
		return "BOOLEAN";
	if ((seen & ~WHOLE) == 0)
		return "BIGINT";
	if ((seen & ~SHORT) == 0)
		return "DOUBLE";
	return seen == NQ_BIT(NQ_C_JSON) && t->db->json ? "JSON" : "VARCHAR";
}

static int
create(struct nq_duckdb_table *t, struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *type, *comma = "";
	int rc;

	nq_buf_adds(&sql, t->catalog != NULL ? "CREATE TEMP TABLE " : "CREATE TABLE ");
	nq_duckdb_table_quote(&sql, t);
	nq_buf_adds(&sql, " (");
	for (uint32_t i = 0; i < cols->n; i++) {
		if (!nq_column_wanted(&cols->v[i]))
			continue;
		type = new_type(t, &cols->v[i]);
		nq_buf_adds(&sql, comma);
		nq_ddl_quote(&sql, cols->v[i].name);
		nq_buf_addf(&sql, " %s", type);
		nq_duckdb_now_has(t, cols, i, type);
		comma = ", ";
	}
	if (t->keyed) {
		nq_buf_adds(&sql, ", PRIMARY KEY (");
		nq_table_key(&sql, cols);
		nq_buf_addc(&sql, ')');
	}
	nq_buf_addc(&sql, ')');
	rc = nq_duckdb_exec(t->db, sql.data, NULL, err);
	t->exists = true;
	nq_buf_free(&sql);
	return rc;
}

static int
add_column(struct nq_duckdb_table *t, struct nq_columns *cols, uint32_t i, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *type = new_type(t, &cols->v[i]);
	int rc;

	nq_buf_adds(&sql, "ALTER TABLE ");
	nq_duckdb_table_quote(&sql, t);
	nq_buf_adds(&sql, " ADD COLUMN ");
	nq_ddl_quote(&sql, cols->v[i].name);
	nq_buf_addf(&sql, " %s", type);
	rc = nq_duckdb_exec(t->db, sql.data, NULL, err);
	nq_buf_free(&sql);
	if (rc == -1)
		return -1;
	nq_log(
	    NQ_LOG_INFO, "load", "table '%s': new column '%s' %s", t->name, cols->v[i].name, type);
	nq_duckdb_now_has(t, cols, i, type);
	return 0;
}

int
nq_duckdb_table_fit(
    struct nq_duckdb_table *t, struct nq_columns *cols, bool *changed, struct nq_err *err)
{
	bool narrow = false;

	*changed = !t->exists && nq_columns_wanted(cols);
	if (!t->exists)
		return *changed ? create(t, cols, err) : 0;
	for (uint32_t i = 0; i < cols->n; i++)
		narrow = narrow || nq_column_too_narrow(&cols->v[i]);
	if (narrow && nq_duckdb_widen(t, cols, err) == -1)
		return -1;
	*changed = narrow;
	for (uint32_t i = 0; i < cols->n; i++) {
		if (cols->v[i].exists || !nq_column_wanted(&cols->v[i]))
			continue;
		*changed = true;
		if (add_column(t, cols, i, err) == -1)
			return -1;
	}
	return 0;
}
