#include "load/postgres_stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "pg/query.h"

static void
forget_types(struct nq_pg_stage *s)
{
	for (uint32_t i = 0; i < s->ntype; i++)
		free(s->type[i]);
	free(s->type);
	s->type = NULL;
	s->ntype = 0;
}

void
nq_pg_stage_free(struct nq_pg_stage *s)
{
	forget_types(s);
	free(s->col);
	free(s->place);
	free(s->count);
	nq_buf_free(&s->copy);
	nq_buf_free(&s->sql);
}

void
nq_pg_stage_lost(struct nq_pg_stage *s)
{
	forget_types(s);
	s->exists = s->dirty = s->savepoint = false;
}

void
nq_pg_stage_committed(struct nq_pg_stage *s)
{
	s->dirty = s->savepoint = false;
}

/* === what the rows bring ====================================================================== */

static bool
is_newer_by(const struct nq_pg_stage *s, uint32_t col)
{
	return s->o->newer_by != NULL && strcmp(s->columns->v[col].member, s->o->newer_by) == 0;
}

/* A column that has only been null so far is not there; of a deletion only the key counts. */
static bool
counts(const struct nq_pg_stage *s, const struct nq_batch_row *row, uint32_t col)
{
	const struct nq_column *c = &s->columns->v[col];

	return c->exists && (!row->delete || c->key || is_newer_by(s, col));
}

int
nq_pg_stage_check(const struct nq_pg_stage *s, const struct nq_batch *b,
    const struct nq_batch_row *row, struct nq_err *err)
{
	const struct nq_cell *c = b->cell + row->cells;
	uint32_t n = 0;

	for (uint32_t i = 0; i < row->ncells; i++) {
		if (!counts(s, row, c[i].col))
			continue;
		n++;
		if (c[i].type == NQ_STRING && s->columns->v[c[i].col].kind != NQ_PK_JSON &&
		    memchr(b->text.data + c[i].text, '\0', c[i].textlen) != NULL)
			return nq_err_set(err, NQ_FAIL,
			    "member '%s' holds a NUL, which PostgreSQL cannot store",
			    s->columns->v[c[i].col].member);
	}
	if (n == 0)
		return nq_err_set(err, NQ_FAIL, "the record has no member with a value");
	return 0;
}

static void
make_room(struct nq_pg_stage *s)
{
	uint32_t n = s->columns->n;

	if (n > s->ncount) {
		s->col = nq_reallocarray(s->col, n, sizeof(*s->col));
		s->place = nq_reallocarray(s->place, n, sizeof(*s->place));
		s->count = nq_reallocarray(s->count, n, sizeof(*s->count));
		s->ncount = n;
	}
	memset(s->count, 0, s->ncount * sizeof(*s->count));
}

static void
survey(struct nq_pg_stage *s, const struct nq_batch *b, uint32_t from, uint32_t to)
{
	const struct nq_batch_row *row;
	const struct nq_cell *c;

	make_room(s);
	s->values = s->deletes = 0;
	for (uint32_t r = from; r < to; r++) {
		row = &b->row[r];
		s->deletes += row->delete;
		c = b->cell + row->cells;
		for (uint32_t i = 0; i < row->ncells; i++)
			s->count[c[i].col] += counts(s, row, c[i].col);
	}
	s->values = to - from - s->deletes;
	s->ncol = s->nplaces = 0;
	for (uint32_t i = 0; i < s->columns->n; i++) {
		if (s->count[i] == 0)
			continue;
		s->col[s->ncol++] = i;
		s->place[i] = s->columns->v[i].key || s->count[i] == to - from ||
				      (!is_newer_by(s, i) && s->count[i] == s->values)
				  ? 0
				  : ++s->nplaces;
	}
}

/* === COPY text ================================================================================ */

/* The text format of COPY: tab, line feed and backslash are escaped (its manual page). */
static void
add_escaped(struct nq_buf *out, struct nq_str s)
{
	const char *end = s.p + s.n, *start;
	char c;

	nq_buf_grow(out, 2 * s.n);
	for (start = s.p; s.p < end; s.p++) {
		c = *s.p;
		if (c != '\\' && ((unsigned char)c > '\r' || (c != '\n' && c != '\t' && c != '\r')))
			continue;
		nq_buf_add(out, start, (size_t)(s.p - start));
		nq_buf_addc(out, '\\');
		nq_buf_addc(out, c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : '\\');
		start = s.p + 1;
	}
	nq_buf_add(out, start, (size_t)(end - start));
}

static void
add_cell(struct nq_buf *out, const struct nq_batch *b, const struct nq_cell *c, int kind)
{
	if (c->class == NQ_C_NULL)
		nq_buf_add(out, "\\N", 2);
	else if (kind == NQ_PK_JSON)
		add_escaped(out, nq_batch_slice(b, c->raw, c->rawlen));
	else
		add_escaped(out, nq_batch_slice(b, c->text, c->textlen));
}

static void
add_mask(struct nq_pg_stage *s, const struct nq_batch *b, const struct nq_batch_row *row)
{
	const struct nq_cell *c = b->cell + row->cells, *end = c + row->ncells;
	char *mask;

	nq_buf_grow(&s->copy, s->nplaces + 1);
	mask = s->copy.data + s->copy.len;
	memset(mask, '0', s->nplaces);
	for (; c < end; c++)
		if (counts(s, row, c->col) && s->place[c->col] != 0)
			mask[s->place[c->col] - 1] = '1';
	s->copy.len += s->nplaces;
	nq_buf_addc(&s->copy, '\t');
}

static void
add_row(struct nq_pg_stage *s, const struct nq_batch *b, uint32_t r)
{
	const struct nq_batch_row *row = &b->row[r];
	const struct nq_cell *c = b->cell + row->cells, *end = c + row->ncells;

	nq_buf_addf(&s->copy, "%u\t", r);
	if (s->nplaces > 0)
		add_mask(s, b, row);
	if (s->deletes > 0)
		nq_buf_add(&s->copy, row->delete ? "t\t" : "f\t", 2);
	for (uint32_t i = 0; i < s->ncol; i++) {
		while (c < end && c->col < s->col[i])
			c++;
		if (c < end && c->col == s->col[i] && counts(s, row, c->col))
			add_cell(&s->copy, b, c, s->columns->v[c->col].kind);
		else
			nq_buf_add(&s->copy, "\\N", 2);
		nq_buf_addc(&s->copy, i + 1 < s->ncol ? '\t' : '\n');
	}
}

/* === the temporary table ====================================================================== */

/* A numeric that rounds is staged as it came, so that the rounding can be seen. */
static const char *
staged_type(const struct nq_pg_stage *s, uint32_t col)
{
	return s->table->col[col].rounds ? "numeric" : s->table->col[col].type;
}

static bool
is_made(const struct nq_pg_stage *s)
{
	uint32_t c;

	if (!s->exists)
		return false;
	for (uint32_t i = 0; i < s->ncol; i++) {
		c = s->col[i];
		if (c >= s->ntype || s->type[c] == NULL ||
		    strcmp(s->type[c], staged_type(s, c)) != 0)
			return false;
	}
	return true;
}

/* With every column that the target has: the next batch may bring others. */
static int
make(struct nq_pg_stage *s, struct nq_err *err)
{
	int rc;

	forget_types(s);
	s->ntype = s->columns->n;
	s->type = nq_calloc(s->ntype, sizeof(*s->type));
	nq_buf_reset(&s->sql);
	nq_buf_adds(&s->sql, "DROP TABLE IF EXISTS pg_temp._nq_batch; "
			     "CREATE TEMPORARY TABLE _nq_batch (n int, h text, d boolean");
	for (uint32_t i = 0; i < s->ntype; i++) {
		if (!s->columns->v[i].exists || i >= s->table->ncol)
			continue;
		s->type[i] = nq_strdup(staged_type(s, i));
		nq_buf_addf(&s->sql, ", c%u %s", i, s->type[i]);
	}
	nq_buf_adds(&s->sql, ") ON COMMIT DELETE ROWS");
	rc = nq_pg_exec(s->pg, s->sql.data, err);
	s->exists = rc == 0;
	s->dirty = false;
	return rc;
}

int
nq_pg_stage_load(
    struct nq_pg_stage *s, const struct nq_batch *b, uint32_t from, uint32_t to, struct nq_err *err)
{
	survey(s, b, from, to);
	if (!is_made(s) && make(s, err) == -1)
		return -1;
	nq_buf_reset(&s->copy);
	for (uint32_t r = from; r < to; r++)
		add_row(s, b, r);
	nq_buf_reset(&s->sql);
	nq_buf_adds(&s->sql, s->savepoint ? "RELEASE SAVEPOINT nq; " : "");
	nq_buf_adds(&s->sql, "SAVEPOINT nq; ");
	nq_buf_adds(&s->sql, s->dirty ? "TRUNCATE pg_temp._nq_batch; " : "");
	nq_buf_adds(&s->sql, "COPY pg_temp._nq_batch (n");
	nq_buf_adds(&s->sql, s->nplaces > 0 ? ", h" : "");
	nq_buf_adds(&s->sql, s->deletes > 0 ? ", d" : "");
	for (uint32_t i = 0; i < s->ncol; i++)
		nq_buf_addf(&s->sql, ", c%u", s->col[i]);
	nq_buf_adds(&s->sql, ") FROM STDIN");
	s->savepoint = true;
	s->was_dirty = s->dirty;
	s->dirty = true;
	return nq_pg_copy(s->pg, s->sql.data, nq_buf_str(&s->copy), err);
}

int
nq_pg_stage_undo(struct nq_pg_stage *s, struct nq_err *err)
{
	s->dirty = s->was_dirty;
	return nq_pg_exec(s->pg, "ROLLBACK TO SAVEPOINT nq", err);
}
