#include "load/duckdb_stage.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "load/ddl.h"

enum { MASK = 64, MAX_SUSPECTS = 1000 };

/* The columns of _nq_batch before the values. */
enum { AT_ROW, AT_DELETE, AT_MASKS };

void
nq_duckdb_stage_free(struct nq_duckdb_stage *s)
{
	free(s->col);
	free(s->partial);
	free(s->pos);
	free(s->bad);
}

static bool
is_newer(const struct nq_duckdb_stage *s, const struct nq_column *c)
{
	return s->newer_by != NULL && strcmp(c->member, s->newer_by) == 0;
}

/* What of a row is staged: of one that deletes the key, and what --newer-by looks at. */
static bool
counts(const struct nq_duckdb_stage *s, bool deletes, uint32_t col)
{
	const struct nq_column *c = &s->columns->v[col];

	return !deletes || c->key || is_newer(s, c);
}

static void
choose_columns(struct nq_duckdb_stage *s)
{
	const struct nq_columns *cols = s->columns;

	if (s->npos < cols->n) {
		s->npos = cols->n;
		s->pos = nq_reallocarray(s->pos, s->npos, sizeof(*s->pos));
		s->col = nq_reallocarray(s->col, s->npos, sizeof(*s->col));
		s->partial = nq_reallocarray(s->partial, s->npos, sizeof(*s->partial));
	}
	s->n = 0;
	for (uint32_t i = 0; i < cols->n; i++) {
		s->pos[i] = UINT32_MAX;
		if (!cols->v[i].exists ||
		    (cols->v[i].seen == 0 && !cols->v[i].key && !is_newer(s, &cols->v[i])))
			continue;
		s->pos[i] = s->n;
		s->col[s->n++] = i;
	}
}

/* Records count, not rows: a row of several may have to be taken apart again. */
static void
find_partial(struct nq_duckdb_stage *s, const struct nq_batch *b)
{
	uint32_t *times = nq_calloc(s->n + 1, sizeof(*times)), records = 0, pos;
	const struct nq_record *r;

	for (uint32_t i = 0; i < b->nrecords; i++) {
		r = &b->record[i];
		if (r->delete)
			continue;
		records++;
		for (uint32_t k = 0; k < r->ncells; k++) {
			pos = s->pos[b->cell[r->cells + k].col];
			times[pos == UINT32_MAX ? s->n : pos]++;
		}
	}
	s->masks = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		s->partial[i] = times[i] < records;
		if (s->partial[i])
			s->masks = s->n / MASK + 1;
	}
	free(times);
}

int
nq_duckdb_stage_begin(struct nq_duckdb_stage *s, const struct nq_batch *b, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int kind, rc;

	choose_columns(s);
	find_partial(s, b);
	s->rows = 0;
	nq_buf_adds(&sql, "CREATE OR REPLACE TEMP TABLE _nq_batch (r UINTEGER, del BOOLEAN");
	for (uint32_t i = 0; i < s->masks; i++)
		nq_buf_addf(&sql, ", m%u UBIGINT", i);
	for (uint32_t i = 0; i < s->n; i++) {
		kind = s->columns->v[s->col[i]].kind;
		nq_buf_addf(&sql, ", c%u %s", i,
		    kind == NQ_D_BOOL	  ? "BOOLEAN"
		    : kind == NQ_D_LONG	  ? "BIGINT"
		    : kind == NQ_D_DOUBLE ? "DOUBLE"
		    : kind == NQ_D_JSON	  ? "JSON"
					  : "VARCHAR");
	}
	nq_buf_addc(&sql, ')');
	rc = nq_duckdb_exec(s->db, sql.data, NULL, err);
	nq_buf_free(&sql);
	return rc;
}

/* --- vectors ------------------------------------------------------------------------------- */

/* A chunk being filled: where the numbers, the masks and the values of its rows go. */
struct chunk {
	const struct nq_duckdb_api *api;
	struct nq_duckdb_chunk *own;
	uint32_t *row;
	bool *delete;
	uint64_t **mask;
	struct nq_duckdb_vector **vector;
	void **data;
	uint64_t **valid;
	uint64_t size;
};

/* JSON is text by another name, and needs not be looked at again. */
static struct nq_duckdb_type *
type_of(const struct nq_duckdb_api *api, int kind)
{
	int number = kind == NQ_D_BOOL	   ? NQ_DUCKDB_BOOLEAN
		     : kind == NQ_D_LONG   ? NQ_DUCKDB_BIGINT
		     : kind == NQ_D_DOUBLE ? NQ_DUCKDB_DOUBLE
					   : NQ_DUCKDB_VARCHAR;
	struct nq_duckdb_type *type = api->create_logical_type(number);

	if (kind == NQ_D_JSON)
		api->logical_type_set_alias(type, "JSON");
	return type;
}

static struct nq_duckdb_chunk *
new_chunk(const struct nq_duckdb_stage *s)
{
	const struct nq_duckdb_api *api = s->db->api;
	const uint32_t n = AT_MASKS + s->masks + s->n;
	struct nq_duckdb_type **type = nq_calloc(n, sizeof(struct nq_duckdb_type *));
	struct nq_duckdb_chunk *c;

	type[AT_ROW] = api->create_logical_type(NQ_DUCKDB_UINTEGER);
	type[AT_DELETE] = api->create_logical_type(NQ_DUCKDB_BOOLEAN);
	for (uint32_t i = 0; i < s->masks; i++)
		type[AT_MASKS + i] = api->create_logical_type(NQ_DUCKDB_UBIGINT);
	for (uint32_t i = 0; i < s->n; i++)
		type[AT_MASKS + s->masks + i] = type_of(api, s->columns->v[s->col[i]].kind);
	c = api->create_data_chunk(type, n);
	for (uint32_t i = 0; i < n; i++)
		api->destroy_logical_type(&type[i]);
	free(type);
	return c;
}

/* Looks where the vectors are; all values are NULL until they are set. */
static void
begin_chunk(const struct nq_duckdb_stage *s, struct chunk *c)
{
	c->api->data_chunk_reset(c->own);
	c->row = c->api->vector_get_data(c->api->data_chunk_get_vector(c->own, AT_ROW));
	c->delete = c->api->vector_get_data(c->api->data_chunk_get_vector(c->own, AT_DELETE));
	for (uint32_t i = 0; i < s->masks; i++)
		c->mask[i] = c->api->vector_get_data(
		    c->api->data_chunk_get_vector(c->own, AT_MASKS + i));
	for (uint32_t i = 0; i < s->n; i++) {
		c->vector[i] = c->api->data_chunk_get_vector(c->own, AT_MASKS + s->masks + i);
		c->data[i] = c->api->vector_get_data(c->vector[i]);
		c->api->vector_ensure_validity_writable(c->vector[i]);
		c->valid[i] = c->api->vector_get_validity(c->vector[i]);
		memset(c->valid[i], 0, (c->size + 63) / 64 * sizeof(uint64_t));
	}
	c->api->data_chunk_set_size(c->own, 0);
}

static void
set_value(struct chunk *c, uint32_t pos, uint64_t at, const struct nq_batch *b,
    const struct nq_cell *cell, int kind)
{
	struct nq_str text = nq_batch_slice(b, cell->text, cell->textlen);
	bool boolean = cell->class == NQ_C_BOOL, yes = cell->type == NQ_TRUE;

	if (cell->class == NQ_C_NULL)
		return;
	c->valid[pos][at / 64] |= 1ull << at % 64;
	if (kind == NQ_D_BOOL)
		((bool *)c->data[pos])[at] = yes;
	else if (kind == NQ_D_LONG)
		((int64_t *)c->data[pos])[at] = boolean ? yes : nq_class_int(text);
	else if (kind == NQ_D_DOUBLE)
		((double *)c->data[pos])[at] = boolean ? yes : nq_class_double(text);
	else if (boolean && kind != NQ_D_TEXT && kind != NQ_D_JSON)
		c->api->vector_assign_string_element_len(c->vector[pos], at, yes ? "1" : "0", 1);
	else
		c->api->vector_assign_string_element_len(c->vector[pos], at, text.p, text.n);
}

static void
set_row(const struct nq_duckdb_stage *s, struct chunk *c, uint64_t at, const struct nq_batch *b,
    uint32_t row)
{
	const struct nq_batch_row *r = &b->row[row];
	const struct nq_cell *cell = &b->cell[r->cells];
	uint32_t pos;

	c->row[at] = row;
	c->delete[at] = r->delete;
	for (uint32_t i = 0; i < s->masks; i++)
		c->mask[i][at] = 0;
	s->bad[row] = NQ_DUCKDB_EMPTY;
	for (uint32_t i = 0; i < r->ncells; i++) {
		pos = s->pos[cell[i].col];
		if (pos == UINT32_MAX || !counts(s, r->delete, cell[i].col))
			continue;
		s->bad[row] = 0;
		if (s->masks > 0)
			c->mask[pos / MASK][at] |= 1ull << pos % MASK;
		set_value(c, pos, at, b, &cell[i], s->columns->v[cell[i].col].kind);
	}
}

static int
append(const struct nq_duckdb_stage *s, struct chunk *c, struct nq_duckdb_appender *a,
    const struct nq_batch *b, struct nq_err *err)
{
	uint64_t n;
	int rc = 0;

	for (uint32_t row = s->rows; rc == 0 && row < b->nrows; row += (uint32_t)n) {
		begin_chunk(s, c);
		for (n = 0; n < c->size && row + n < b->nrows; n++)
			set_row(s, c, n, b, row + (uint32_t)n);
		c->api->data_chunk_set_size(c->own, n);
		rc = c->api->append_data_chunk(a, c->own);
	}
	if (rc == 0)
		rc = c->api->appender_flush(a);
	return rc == 0 ? 0 : nq_duckdb_fail(s->db, c->api->appender_error(a), err);
}

static int
append_all(const struct nq_duckdb_stage *s, const struct nq_batch *b, struct nq_err *err)
{
	const struct nq_duckdb_api *api = s->db->api;
	struct chunk c = {.api = api, .own = new_chunk(s), .size = api->vector_size()};
	struct nq_duckdb_appender *a = NULL;
	int rc = api->appender_create_ext(s->db->con, "temp", "main", "_nq_batch", &a);

	c.mask = nq_calloc(s->masks + 1, sizeof(*c.mask));
	c.vector = nq_calloc(s->n + 1, sizeof(*c.vector));
	c.data = nq_calloc(s->n + 1, sizeof(*c.data));
	c.valid = nq_calloc(s->n + 1, sizeof(*c.valid));
	if (rc == 0)
		rc = append(s, &c, a, b, err);
	else
		rc = nq_duckdb_fail(s->db, a != NULL ? api->appender_error(a) : NULL, err);
	api->appender_destroy(&a);
	api->destroy_data_chunk(&c.own);
	free(c.mask);
	free(c.vector);
	free(c.data);
	free(c.valid);
	return rc;
}

/* --- values that cannot go in -------------------------------------------------------------- */

static bool
is_cast(int kind)
{
	return kind >= NQ_D_WHOLE && kind <= NQ_D_NESTED;
}

static void
add_cast(const struct nq_duckdb_stage *s, uint32_t pos, const char *cast, struct nq_buf *sql)
{
	const char *type = s->table->column[s->col[pos]].type;
	bool nested = s->columns->v[s->col[pos]].kind == NQ_D_NESTED && s->db->json;

	if (nested)
		nq_buf_addf(sql, "%s(%s(s.c%u AS JSON) AS %s)", cast, cast, pos, type);
	else
		nq_buf_addf(sql, "%s(s.c%u AS %s)", cast, pos, type);
}

static void
add_value(const struct nq_duckdb_stage *s, uint32_t pos, const char *cast, struct nq_buf *sql)
{
	int kind = s->columns->v[s->col[pos]].kind;

	if (is_cast(kind) || kind == NQ_D_JSON)
		add_cast(s, pos, cast, sql);
	else
		nq_buf_addf(sql, "s.c%u", pos);
}

void
nq_duckdb_stage_value(const struct nq_duckdb_stage *s, uint32_t pos, struct nq_buf *sql)
{
	add_value(s, pos, "CAST", sql);
}

struct found {
	struct nq_duckdb_stage *s;
	uint32_t pos;
};

static int
take_bad(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	struct found *f = ctx;
	uint32_t row = (uint32_t)strtoul(value[0].p, NULL, 10);

	(void)err;
	f->s->bad[row] = f->pos + 1;
	return 0;
}

static int
find_bad(struct nq_duckdb_stage *s, uint32_t pos, struct nq_err *err)
{
	struct found f = {s, pos};
	struct nq_buf sql = NQ_BUF_INIT;
	bool nested = s->columns->v[s->col[pos]].kind == NQ_D_NESTED;
	int rc;

	nq_buf_addf(&sql,
	    "SELECT s.r FROM " NQ_DUCKDB_STAGE " s WHERE s.r >= %u AND s.c%u IS NOT NULL "
	    "AND NOT coalesce(",
	    s->rows, pos);
	if (!nested)
		nq_buf_addf(&sql, "nq_same(s.c%u, CAST(", pos);
	add_cast(s, pos, "TRY_CAST", &sql);
	nq_buf_adds(&sql, nested ? " IS NOT NULL, false)" : " AS VARCHAR)), false)");
	rc = nq_duckdb_ask(s->db, sql.data, take_bad, &f, err);
	nq_buf_free(&sql);
	return rc;
}

int
nq_duckdb_stage_add(struct nq_duckdb_stage *s, const struct nq_batch *b, struct nq_err *err)
{
	int rc = 0;

	if (s->rows >= b->nrows)
		return 0;
	if (s->capbad < b->nrows) {
		s->capbad = b->nrows;
		s->bad = nq_reallocarray(s->bad, s->capbad, sizeof(*s->bad));
	}
	rc = append_all(s, b, err);
	for (uint32_t i = 0; rc == 0 && i < s->n; i++)
		if (is_cast(s->columns->v[s->col[i]].kind))
			rc = find_bad(s, i, err);
	s->rows = rc == 0 ? b->nrows : s->rows;
	return rc;
}

/* --- rows that a constraint refuses -------------------------------------------------------- */

static int
take_check(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	(void)err;
	if (value[0].p != NULL)
		nq_list_add(ctx, nq_strndup(value[0].p, value[0].n));
	return 0;
}

static int
take_suspect(void *ctx, const struct nq_str *value, struct nq_err *err)
{
	uint32_t *bad = (uint32_t *)ctx + strtoul(value[0].p, NULL, 10);

	(void)err;
	*bad = *bad == 0 ? NQ_DUCKDB_SUSPECT : *bad;
	return 0;
}

/* Marks the rows that fail the check, unless they are many: then closing in on them is quicker. */
static void
suspect(struct nq_duckdb_stage *s, const char *check)
{
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_buf sql = NQ_BUF_INIT;
	uint32_t most = s->rows / 8 < MAX_SUSPECTS ? s->rows / 8 : MAX_SUSPECTS;

	nq_buf_adds(&sql, "SELECT _nq_r FROM (SELECT s.r AS _nq_r");
	for (uint32_t i = 0; i < s->n; i++) {
		nq_buf_adds(&sql, ", ");
		add_value(s, i, "TRY_CAST", &sql);
		nq_buf_adds(&sql, " AS ");
		nq_ddl_quote(&sql, s->columns->v[s->col[i]].name);
	}
	nq_buf_addf(&sql,
	    " FROM " NQ_DUCKDB_STAGE " s WHERE NOT s.del) WHERE NOT coalesce(%s, true) "
	    "QUALIFY count(*) OVER () <= %u",
	    check, most);
	nq_duckdb_ask(s->db, sql.data, take_suspect, s->bad, &ignored);
	nq_buf_free(&sql);
}

void
nq_duckdb_stage_suspect(struct nq_duckdb_stage *s)
{
	struct nq_list checks = {NULL, 0};
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_buf sql = NQ_BUF_INIT;

	nq_buf_adds(&sql, "SELECT CASE constraint_type WHEN 'CHECK' THEN expression "
			  "WHEN 'NOT NULL' THEN '\"' || replace(constraint_column_names[1], "
			  "'\"', '\"\"') || '\" IS NOT NULL' END FROM duckdb_constraints()");
	nq_duckdb_table_where(&sql, s->table);
	nq_duckdb_ask(s->db, sql.data, take_check, &checks, &ignored);
	for (size_t i = 0; i < checks.n; i++)
		suspect(s, checks.v[i]);
	nq_list_free_texts(&checks);
	nq_buf_free(&sql);
}

void
nq_duckdb_stage_cut(struct nq_duckdb_stage *s, uint32_t from)
{
	s->rows = from;
}
