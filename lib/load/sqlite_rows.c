#include "load/sqlite_rows.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "load/ddl.h"
#include "load/table.h"

enum op { OP_INSERT, OP_UPDATE, OP_LOOK, OP_DELETE, NOPS };
enum { MAX_SHAPES = 64, FAILED = -1, REFUSED = -2 };
enum { SAME = 1, DIFFERS }; /* what OP_LOOK finds, when it finds the row */

/* A set of columns, in ascending order, and the statements for it. */
struct nq_shape {
	uint32_t *col, n;
	bool values; /* it has more than the key */
	uint64_t used;
	sqlite3_stmt *st[NOPS];
};

static void
free_shape(struct nq_shape *s)
{
	for (int i = 0; i < NOPS; i++)
		sqlite3_finalize(s->st[i]);
	free(s->col);
}

void
nq_sqlite_rows_forget(struct nq_sqlite_rows *r)
{
	for (uint32_t i = 0; i < r->nshapes; i++)
		free_shape(&r->shape[i]);
	r->nshapes = r->current = 0;
}

void
nq_sqlite_rows_free(struct nq_sqlite_rows *r)
{
	nq_sqlite_rows_forget(r);
	free(r->shape);
	free(r->cell);
	r->shape = NULL;
	r->cell = NULL;
}

static const char *
column_name(const struct nq_sqlite_rows *r, uint32_t col)
{
	return r->columns->v[col].name;
}

/* The number of the parameter that holds a column. */
static uint32_t
param(const struct nq_shape *s, uint32_t col)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->col[i] == col)
			return i + 1;
	return 0;
}

static void
add_where(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	for (uint32_t i = 0; i < r->columns->nkeys; i++) {
		nq_buf_adds(sql, i == 0 ? " WHERE " : " AND ");
		nq_ddl_quote(sql, column_name(r, r->columns->key[i]));
		nq_buf_addf(sql, " = ?%u", param(s, r->columns->key[i]));
	}
}

static void
add_newer(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	struct nq_buf q = NQ_BUF_INIT;

	if (r->o->newer_by == NULL)
		return;
	for (uint32_t i = 0; i < s->n; i++) {
		if (strcmp(r->columns->v[s->col[i]].member, r->o->newer_by) != 0)
			continue;
		nq_ddl_quote(&q, column_name(r, s->col[i]));
		nq_buf_addf(sql, " AND (%s IS NULL OR nq_newer(?%u, %s))", q.data, i + 1, q.data);
	}
	nq_buf_free(&q);
}

static void
insert_sql(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	nq_buf_adds(sql, "INSERT INTO ");
	nq_sqlite_table_quote(sql, r->table);
	for (uint32_t i = 0; i < s->n; i++) {
		nq_buf_adds(sql, i == 0 ? " (" : ", ");
		nq_ddl_quote(sql, column_name(r, s->col[i]));
	}
	nq_buf_adds(sql, r->o->meta ? ", \"_nq_run_id\", \"_nq_loaded_at\"" : "");
	for (uint32_t i = 0; i < s->n + (r->o->meta ? 2 : 0); i++)
		nq_buf_addf(sql, "%s?%u", i == 0 ? ") VALUES (" : ", ", i + 1);
	nq_buf_adds(sql, ")");
	if (r->columns->nkeys == 0 || r->o->mode == NQ_LOAD_APPEND)
		return;
	nq_buf_adds(sql, " ON CONFLICT (");
	nq_table_key(sql, r->columns);
	nq_buf_adds(sql, ") DO NOTHING");
}

/* Whether a member of the record is not what the row has. */
static void
add_differs(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	const char *between = "(";

	for (uint32_t i = 0; i < s->n; i++) {
		if (r->columns->v[s->col[i]].key)
			continue;
		nq_buf_adds(sql, between);
		nq_ddl_quote(sql, column_name(r, s->col[i]));
		nq_buf_addf(sql, " COLLATE BINARY IS NOT ?%u", i + 1);
		between = " OR ";
	}
	nq_buf_adds(sql, ")");
}

static void
update_sql(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	const char *between = " SET ";

	nq_buf_adds(sql, "UPDATE ");
	nq_sqlite_table_quote(sql, r->table);
	for (uint32_t i = 0; i < s->n; i++) {
		if (r->columns->v[s->col[i]].key)
			continue;
		nq_buf_adds(sql, between);
		nq_ddl_quote(sql, column_name(r, s->col[i]));
		nq_buf_addf(sql, " = ?%u", i + 1);
		between = ", ";
	}
	if (r->o->meta)
		nq_buf_addf(
		    sql, ", \"_nq_run_id\" = ?%u, \"_nq_loaded_at\" = ?%u", s->n + 1, s->n + 2);
	add_where(r, s, sql);
	nq_buf_adds(sql, " AND ");
	add_differs(r, s, sql);
	add_newer(r, s, sql);
}

static void
look_sql(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	nq_buf_addf(sql, "SELECT %d", SAME);
	if (s->values) {
		nq_buf_adds(sql, " + (");
		add_differs(r, s, sql);
		add_newer(r, s, sql);
		nq_buf_adds(sql, ")");
	}
	nq_buf_adds(sql, " FROM ");
	nq_sqlite_table_quote(sql, r->table);
	add_where(r, s, sql);
}

static void
delete_sql(const struct nq_sqlite_rows *r, const struct nq_shape *s, struct nq_buf *sql)
{
	nq_buf_adds(sql, "DELETE FROM ");
	nq_sqlite_table_quote(sql, r->table);
	add_where(r, s, sql);
	add_newer(r, s, sql);
}

static void (*const write_sql[NOPS])(
    const struct nq_sqlite_rows *, const struct nq_shape *, struct nq_buf *) = {
    [OP_INSERT] = insert_sql,
    [OP_UPDATE] = update_sql,
    [OP_LOOK] = look_sql,
    [OP_DELETE] = delete_sql,
};

static int
get_ready(struct nq_sqlite_rows *r, struct nq_shape *s, enum op op, struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	int rc;

	if (s->st[op] != NULL)
		return 0;
	write_sql[op](r, s, &sql);
	rc = nq_db_prepare(r->db, sql.data, &s->st[op], err);
	nq_buf_free(&sql);
	return rc;
}

/* The class decides, but a text column keeps the spelling that a number came in. */
static int
bind(sqlite3_stmt *st, int i, const struct nq_cell *c, struct nq_str text, int kind)
{
	if (c->class == NQ_C_NULL)
		return sqlite3_bind_null(st, i);
	if (c->class == NQ_C_BOOL && kind == NQ_K_TEXT)
		return sqlite3_bind_text(st, i, c->type == NQ_TRUE ? "1" : "0", 1, SQLITE_STATIC);
	if (c->class == NQ_C_BOOL)
		return sqlite3_bind_int(st, i, c->type == NQ_TRUE);
	if (kind != NQ_K_TEXT && (c->class == NQ_C_INT || c->class == NQ_C_LONG))
		return sqlite3_bind_int64(st, i, nq_class_int(text));
	if (kind != NQ_K_TEXT && c->class == NQ_C_DECIMAL)
		return sqlite3_bind_double(st, i, nq_class_double(text));
	return sqlite3_bind_text(st, i, text.p, (int)text.n, SQLITE_STATIC);
}

static int
bind_all(struct nq_sqlite_rows *r, const struct nq_shape *s, sqlite3_stmt *st, enum op op,
    const struct nq_batch *b)
{
	const struct nq_cell *c;
	struct nq_str text;
	int rc = SQLITE_OK, most = sqlite3_bind_parameter_count(st);

	for (uint32_t i = 0; i < s->n && (int)i < most && rc == SQLITE_OK; i++) {
		c = r->cell[i];
		text = nq_batch_slice(b, c->text, c->textlen);
		rc = bind(st, (int)i + 1, c, text, r->columns->v[c->col].kind);
	}
	if (rc == SQLITE_OK && r->o->meta && (op == OP_INSERT || op == OP_UPDATE)) {
		sqlite3_bind_text(st, (int)s->n + 1, r->o->run_id, -1, SQLITE_STATIC);
		rc = sqlite3_bind_text(st, (int)s->n + 2, r->loaded_at, -1, SQLITE_STATIC);
	}
	return rc;
}

/* A statement refused the row, or the database failed: that is another matter. */
static int
judge(struct nq_sqlite_rows *r, int rc, struct nq_err *err)
{
	rc &= 0xff;
	if ((rc != SQLITE_CONSTRAINT && rc != SQLITE_TOOBIG && rc != SQLITE_MISMATCH) ||
	    sqlite3_get_autocommit(r->db->db) != 0) {
		nq_db_fail(r->db, err);
		return FAILED;
	}
	nq_err_set(err, NQ_FAIL, "the table refuses it: %s",
	    rc == SQLITE_TOOBIG ? "too large a value" : sqlite3_errmsg(r->db->db));
	return REFUSED;
}

/* The number of rows that were changed, or what OP_LOOK found, or FAILED or REFUSED. */
static int
run(struct nq_sqlite_rows *r, struct nq_shape *s, enum op op, const struct nq_batch *b,
    struct nq_err *err)
{
	int rc, n;

	if (get_ready(r, s, op, err) == -1)
		return FAILED;
	rc = bind_all(r, s, s->st[op], op, b);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s->st[op]);
	if (rc == SQLITE_ROW)
		n = sqlite3_column_int(s->st[op], 0);
	else if (rc == SQLITE_DONE)
		n = op == OP_LOOK ? 0 : sqlite3_changes(r->db->db);
	else
		n = judge(r, rc, err);
	sqlite3_reset(s->st[op]);
	return n;
}

static bool
is_shape(const struct nq_sqlite_rows *r, const struct nq_shape *s)
{
	if (s->n != r->ncells)
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->col[i] != r->cell[i]->col)
			return false;
	return true;
}

static struct nq_shape *
new_shape(struct nq_sqlite_rows *r)
{
	uint32_t at = 0;
	struct nq_shape *s;

	if (r->shape == NULL)
		r->shape = nq_calloc(MAX_SHAPES, sizeof(*r->shape));
	for (uint32_t i = 1; i < r->nshapes; i++)
		if (r->shape[i].used < r->shape[at].used)
			at = i;
	if (r->nshapes < MAX_SHAPES)
		at = r->nshapes++;
	else
		free_shape(&r->shape[at]);
	s = &r->shape[at];
	memset(s, 0, sizeof(*s));
	s->n = r->ncells;
	s->col = nq_reallocarray(NULL, s->n, sizeof(*s->col));
	for (uint32_t i = 0; i < s->n; i++) {
		s->col[i] = r->cell[i]->col;
		s->values = s->values || !r->columns->v[s->col[i]].key;
	}
	r->current = at;
	return s;
}

static struct nq_shape *
shape_of(struct nq_sqlite_rows *r)
{
	struct nq_shape *s = NULL;

	if (r->nshapes > 0 && is_shape(r, &r->shape[r->current]))
		s = &r->shape[r->current];
	for (uint32_t i = 0; s == NULL && i < r->nshapes; i++) {
		if (!is_shape(r, &r->shape[i]))
			continue;
		r->current = i;
		s = &r->shape[i];
	}
	if (s == NULL)
		s = new_shape(r);
	s->used = ++r->clock;
	return s;
}

/* A column that has only been null so far is not there yet, and needs not be. */
static void
pick_cells(struct nq_sqlite_rows *r, const struct nq_batch *b, const struct nq_batch_row *row)
{
	const struct nq_column *c;

	if (row->ncells > r->capcells) {
		r->capcells = row->ncells;
		r->cell = nq_reallocarray(r->cell, r->capcells, sizeof(*r->cell));
	}
	r->ncells = 0;
	for (uint32_t i = 0; i < row->ncells; i++) {
		c = &r->columns->v[b->cell[row->cells + i].col];
		if (!c->exists ||
		    (row->delete &&!c->key &&
			(r->o->newer_by == NULL || strcmp(c->member, r->o->newer_by) != 0)))
			continue;
		r->cell[r->ncells++] = &b->cell[row->cells + i];
	}
}

static enum nq_row_outcome
outcome(int n, enum nq_row_outcome done)
{
	if (n == FAILED)
		return NQ_ROW_FAILED;
	if (n == REFUSED)
		return NQ_ROW_REFUSED;
	return n > 0 ? done : NQ_ROW_UNCHANGED;
}

/*
 * A record may leave out a NOT NULL column, which the INSERT refuses though the row is there: so
 * its refusal counts only when the key is unknown.
 */
static enum nq_row_outcome
change(struct nq_sqlite_rows *r, struct nq_shape *s, const struct nq_batch *b, struct nq_err *err)
{
	struct nq_err ignored = NQ_ERR_INIT;
	bool tried = r->insert_first || !s->values;
	int inserted = 0, n;

	if (tried)
		inserted = run(r, s, OP_INSERT, b, err);
	if (inserted > 0 || inserted == FAILED)
		return outcome(inserted, NQ_ROW_INSERTED);
	n = s->values ? run(r, s, OP_UPDATE, b, inserted == REFUSED ? &ignored : err) : 0;
	if (n == FAILED || n == REFUSED) {
		*err = inserted == REFUSED ? ignored : *err;
		return outcome(n, NQ_ROW_UPDATED);
	}
	r->insert_first = false;
	if (n > 0)
		return NQ_ROW_UPDATED;
	if (!tried)
		inserted = run(r, s, OP_INSERT, b, err);
	r->insert_first = inserted > 0;
	if (inserted != REFUSED)
		return outcome(inserted, NQ_ROW_INSERTED);
	n = run(r, s, OP_LOOK, b, &ignored);
	return n > 0 ? NQ_ROW_UNCHANGED : NQ_ROW_REFUSED;
}

/* After a row that was as it should be, the next one probably is, too. */
static enum nq_row_outcome
merge(struct nq_sqlite_rows *r, struct nq_shape *s, const struct nq_batch *b, struct nq_err *err)
{
	enum nq_row_outcome came;
	int found;

	if (r->look_first) {
		found = run(r, s, OP_LOOK, b, err);
		if (found < 0 || found == SAME)
			return outcome(found == SAME ? 0 : found, NQ_ROW_UNCHANGED);
		r->insert_first = found == 0;
	}
	came = change(r, s, b, err);
	r->look_first = came == NQ_ROW_UNCHANGED;
	return came;
}

enum nq_row_outcome
nq_sqlite_rows_write(struct nq_sqlite_rows *r, const struct nq_batch *b,
    const struct nq_batch_row *row, struct nq_err *err)
{
	struct nq_shape *s;

	pick_cells(r, b, row);
	if (r->ncells == 0) {
		nq_err_set(err, NQ_FAIL, "the record has no member with a value");
		return NQ_ROW_REFUSED;
	}
	s = shape_of(r);
	if (row->delete)
		return outcome(run(r, s, OP_DELETE, b, err), NQ_ROW_DELETED);
	if (r->o->mode == NQ_LOAD_APPEND || r->o->mode == NQ_LOAD_INSERT || r->columns->nkeys == 0)
		return outcome(run(r, s, OP_INSERT, b, err), NQ_ROW_INSERTED);
	return merge(r, s, b, err);
}
