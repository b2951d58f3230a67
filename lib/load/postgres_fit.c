#include "load/postgres_fit.h"

#include "base/log.h"
#include "load/class.h"
#include "load/table.h"
#include "pg/query.h"

#define WHOLE (NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_LONG))

struct type {
	const char *sql;
	enum nq_pg_kind kind;
};

static const struct type text_type = {"text", NQ_PK_TEXT};

/* What --column asked for, as the start. */
static struct type
asked(const struct nq_column *c)
{
	static const struct {
		const char *as;
		struct type type;
	} types[] = {
	    {"boolean", {"boolean", NQ_PK_BOOL}},
	    {"integer", {"bigint", NQ_PK_INT}},
	    {"decimal", {"numeric", NQ_PK_NUMERIC}},
	    {"text", {"text", NQ_PK_TEXT}},
	    {"json", {"json", NQ_PK_JSON}},
	    {"time", {"timestamp with time zone", NQ_PK_OTHER}},
	};

	for (size_t i = 0; c->as != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].as, c->as) == 0)
			return types[i].type;
	return (struct type){NULL, NQ_PK_NONE};
}

/* The narrowest type that holds what was seen, and what the column held so far. */
static struct type
type_for(const struct nq_column *c)
{
	uint32_t seen = c->seen & ~NQ_BIT(NQ_C_NULL);
	enum nq_pg_kind had = c->exists ? (enum nq_pg_kind)c->kind : NQ_PK_NONE;
	struct type as = c->exists ? (struct type){NULL, NQ_PK_NONE} : asked(c);

	if (as.sql != NULL && (seen & ~nq_pg_takes[as.kind]) == 0)
		return as;
	if (as.sql != NULL)
		had = as.kind;
	if (had == NQ_PK_OPEN)
		had = NQ_PK_NONE;
	if (seen == 0 || had == NQ_PK_BOOL)
		return text_type;
	if (seen == NQ_BIT(NQ_C_BOOL) && had == NQ_PK_NONE)
		return (struct type){"boolean", NQ_PK_BOOL};
	if (seen == NQ_BIT(NQ_C_JSON) && had == NQ_PK_NONE)
		return (struct type){"json", NQ_PK_JSON};
	if ((seen & ~NQ_CLASS_NUMBERS) != 0)
		return text_type;
	if (had == NQ_PK_FLOAT4 && (seen & ~nq_pg_takes[NQ_PK_FLOAT8]) == 0)
		return (struct type){"double precision", NQ_PK_FLOAT8};
	if ((seen & ~WHOLE) == 0 && had == NQ_PK_NONE)
		return (struct type){"bigint", NQ_PK_INT};
	return (struct type){"numeric", NQ_PK_NUMERIC};
}

bool
nq_pg_fit_needed(const struct nq_pg_table *t, const struct nq_columns *cols)
{
	bool unfit = !t->exists && nq_columns_wanted(cols);

	for (uint32_t i = 0; i < cols->n && !unfit; i++)
		unfit = nq_column_too_narrow(&cols->v[i]) ||
			(!cols->v[i].exists && nq_column_wanted(&cols->v[i]));
	return unfit;
}

/* "name" type, or -1: the name is too long. */
static int
add_definition(struct nq_pg_table *t, struct nq_columns *cols, uint32_t i, struct nq_buf *sql,
    struct nq_err *err)
{
	struct type type = type_for(&cols->v[i]);
	bool not_null = t->keyed && cols->v[i].key && !t->exists;

	if (nq_pg_table_check_length("column", cols->v[i].name, err) == -1)
		return -1;
	nq_pg_quote(sql, cols->v[i].name);
	nq_buf_addf(sql, " %s%s", type.sql, not_null ? " NOT NULL" : "");
	nq_pg_table_now_has(t, cols, i, type.sql, type.kind);
	t->col[i].not_null = not_null;
	return 0;
}

/* The keys of a table that is made before any value came. */
static void
mark_open(struct nq_pg_table *t, struct nq_columns *cols, struct nq_buf *sql)
{
	for (uint32_t i = 0; i < cols->nkeys; i++) {
		if (cols->v[cols->key[i]].seen != 0 || cols->v[cols->key[i]].as != NULL)
			continue;
		nq_buf_addf(sql, "; COMMENT ON COLUMN %s.", t->quoted.data);
		nq_pg_quote(sql, cols->v[cols->key[i]].name);
		nq_buf_adds(sql, " IS ");
		nq_pg_literal(sql, nq_pg_open_mark);
	}
}

static int
create(struct nq_pg_table *t, struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const char *comma = "";
	int rc = 0;

	nq_buf_addf(&sql, "CREATE %sTABLE %s (", t->temporary ? "TEMPORARY " : "", t->quoted.data);
	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (!nq_column_wanted(&cols->v[i]))
			continue;
		nq_buf_adds(&sql, comma);
		rc = add_definition(t, cols, i, &sql, err);
		comma = ", ";
	}
	if (t->keyed) {
		nq_buf_adds(&sql, ", PRIMARY KEY (");
		nq_table_key(&sql, cols);
		nq_buf_addc(&sql, ')');
	}
	nq_buf_addc(&sql, ')');
	if (t->keyed)
		mark_open(t, cols, &sql);
	if (rc == 0)
		rc = nq_pg_exec(t->pg, sql.data, err);
	t->exists = rc == 0;
	nq_buf_free(&sql);
	return rc;
}

static int
add_column(struct nq_pg_table *t, struct nq_columns *cols, uint32_t i, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	nq_buf_addf(&sql, "ALTER TABLE %s ADD COLUMN ", t->quoted.data);
	rc = add_definition(t, cols, i, &sql, err);
	if (rc == 0)
		rc = nq_pg_exec(t->pg, sql.data, err);
	if (rc == 0)
		nq_log(NQ_LOG_INFO, "load", "table '%s': new column '%s' %s", t->name,
		    cols->v[i].name, t->col[i].type);
	nq_buf_free(&sql);
	return rc;
}

static int
widen(struct nq_pg_table *t, struct nq_columns *cols, uint32_t i, struct nq_err *err)
{
	struct type type = type_for(&cols->v[i]);
	struct nq_buf sql = NQ_BUF_INIT, name = NQ_BUF_INIT;
	int rc;

	nq_pg_quote(&name, cols->v[i].name);
	/* By way of its text, which has all digits of a float. */
	nq_buf_addf(&sql, "ALTER TABLE %s ALTER COLUMN %s TYPE %s USING %s::text::%s",
	    t->quoted.data, name.data, type.sql, name.data, type.sql);
	if (cols->v[i].kind == NQ_PK_OPEN)
		nq_buf_addf(&sql, "; COMMENT ON COLUMN %s.%s IS NULL", t->quoted.data, name.data);
	rc = nq_pg_exec(t->pg, sql.data, err);
	if (rc == -1 && t->pg->fault == NQ_PG_OTHER)
		nq_err_at(err, "cannot make column '%s' of table '%s' %s: ", cols->v[i].name,
		    t->name, type.sql);
	if (rc == 0) {
		nq_log(NQ_LOG_INFO, "load", "table '%s': column '%s' is now %s", t->name,
		    cols->v[i].name, type.sql);
		nq_pg_table_now_has(t, cols, i, type.sql, type.kind);
	}
	nq_buf_free(&sql);
	nq_buf_free(&name);
	return rc;
}

int
nq_pg_fit(struct nq_pg_table *t, struct nq_columns *cols, struct nq_err *err)
{
	int rc = t->exists || !nq_columns_wanted(cols) ? 0 : create(t, cols, err);

	for (uint32_t i = 0; rc == 0 && i < cols->n; i++) {
		if (nq_column_too_narrow(&cols->v[i]))
			rc = widen(t, cols, i, err);
		else if (!cols->v[i].exists && nq_column_wanted(&cols->v[i]))
			rc = add_column(t, cols, i, err);
	}
	return rc == 0 ? nq_pg_table_find(t, err) : -1;
}
