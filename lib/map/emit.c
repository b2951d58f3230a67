#include "map/emit.h"

#include <stdlib.h>
#include <string.h>

#include "json/text.h"

static int emit_item(struct nq_eval *, uint32_t i, size_t start);

/* === lists ================================================================================== */

/* Does something with each item of the list at i, '.' being the item. */
static int
each(struct nq_eval *e, uint32_t i, int (*body)(struct nq_eval *, uint32_t, void *), void *ctx)
{
	uint32_t value = nq_prog_next(e->prog, i + 1);
	struct nq_value list, dot = e->dot;
	int rc = 0;

	if (nq_eval_value(e, i + 1, &list) == -1)
		return -1;
	if (list.type <= NQ_NULL)
		return 0;
	if (list.type != NQ_ARRAY)
		return nq_eval_reject(
		    e, i, "'for' needs an array, got %s", nq_value_type_name(&list));
	for (uint32_t k = list.tok + 1; k < list.doc->tok[list.tok].next && rc == 0;
	     k = list.doc->tok[k].next) {
		e->dot = nq_value_token(list.doc, k);
		rc = body(e, value, ctx) == -1 ? -1 : 0;
	}
	e->dot = dot;
	return rc;
}

static int
emit_value(struct nq_eval *e, uint32_t i, const struct nq_value *v)
{
	if (v->type == NQ_ABSENT)
		return 0;
	if (nq_value_write(v, e->out) == -1)
		return nq_eval_reject(e, i, "the string holds a lone surrogate");
	return 1;
}

/* The items of an array into an array, the members of an object into an object; of nothing, none.
 */
static int
spread(struct nq_eval *e, uint32_t i, size_t start, enum nq_type into)
{
	const char *kind = into == NQ_ARRAY ? "an array" : "an object";
	struct nq_value v;
	struct nq_str raw;

	if (nq_eval_value(e, i + 1, &v) == -1)
		return -1;
	if (v.type <= NQ_NULL)
		return 0;
	if (v.type != into)
		return nq_eval_reject(
		    e, i, "'...' in %s needs %s, got %s", kind, kind, nq_value_type_name(&v));
	if (v.doc->tok[v.tok].n == 0)
		return 0;
	raw = nq_doc_raw(v.doc, v.tok);
	if (e->out->len > start)
		nq_buf_addc(e->out, ',');
	nq_buf_add(e->out, raw.p + 1, raw.n - 2);
	return 0;
}

static int
item_of(struct nq_eval *e, uint32_t i, void *start)
{
	return emit_item(e, i, *(size_t *)start);
}

/* An item with its comma, or nothing; start is where the array's first item stands. */
static int
emit_item(struct nq_eval *e, uint32_t i, size_t start)
{
	size_t before = e->out->len;
	struct nq_value v;
	int rc;

	switch (e->prog->ins[i].op) {
	case NQ_OP_WHEN:
		if (nq_eval_value(e, i + 1, &v) == -1)
			return -1;
		return nq_value_true(&v) ? emit_item(e, nq_prog_next(e->prog, i + 1), start) : 0;
	case NQ_OP_FOR:
		return each(e, i, item_of, &start);
	case NQ_OP_SPREAD:
		return spread(e, i, start, NQ_ARRAY);
	default:
		break;
	}
	if (before > start)
		nq_buf_addc(e->out, ',');
	rc = nq_eval_emit(e, i);
	if (rc == 0)
		nq_buf_cut(e->out, before);
	return rc;
}

static int
emit_array(struct nq_eval *e, uint32_t i)
{
	uint32_t n = e->prog->ins[i].n, k = i + 1;
	size_t start;

	nq_buf_addc(e->out, '[');
	start = e->out->len;
	for (; n > 0; n--, k = nq_prog_next(e->prog, k))
		if (emit_item(e, k, start) == -1)
			return -1;
	nq_buf_addc(e->out, ']');
	return 1;
}

/* === objects ================================================================================ */

struct member {
	struct nq_str name;
	uint32_t order, key; /* place among the members, token */
};

static int
by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = nq_str_cmp(x->name, y->name);

	return c != 0 ? c : (x->order > y->order) - (x->order < y->order);
}

/* For each member the token of the value it gets: that of its last namesake; 0 for all but the
 * first of them. */
static int
settle(struct nq_eval *e, uint32_t i, const struct nq_doc *d, uint32_t *value)
{
	uint32_t n = d->tok[0].n, k = 1, first = 0;
	struct member *m = nq_arena_get(&e->arena, n * sizeof(*m));
	struct nq_value key;

	for (uint32_t o = 0; o < n; o++, k = d->tok[k + 1].next) {
		m[o] = (struct member){.order = o, .key = k};
		key = nq_value_token(d, k);
		if (nq_eval_text(e, i, &key, &m[o].name) == -1)
			return -1;
	}
	qsort(m, n, sizeof(*m), by_name);
	for (uint32_t o = 0; o < n; o++) {
		if (o == 0 || !nq_str_eq(m[o].name, m[first].name))
			first = o;
		value[m[o].order] = 0;
		value[m[first].order] = m[o].key + 1;
	}
	return 0;
}

/* A member that stands twice after a spread keeps its first place and its last value. */
static int
merge_members(struct nq_eval *e, uint32_t i, size_t open)
{
	struct nq_made *m = nq_eval_make(e);
	struct nq_value v;
	uint32_t *value, k = 1;
	const struct nq_tok *t;

	nq_buf_add(&m->text, e->out->data + open, e->out->len - open);
	nq_buf_cut(e->out, open);
	if (nq_eval_made(e, i, m, &v) == -1)
		return -1;
	t = m->doc.tok;
	value = nq_arena_get(&e->arena, (t[0].n + 1) * sizeof(*value));
	if (settle(e, i, &m->doc, value) == -1)
		return -1;
	nq_buf_addc(e->out, '{');
	for (uint32_t o = 0; o < t[0].n; o++, k = t[k + 1].next) {
		if (value[o] == 0)
			continue;
		if (o > 0)
			nq_buf_addc(e->out, ',');
		nq_buf_addstr(e->out, nq_doc_raw(&m->doc, k));
		nq_buf_addc(e->out, ':');
		nq_buf_addstr(e->out, nq_doc_raw(&m->doc, value[o]));
	}
	nq_buf_addc(e->out, '}');
	return 1;
}

static int
emit_member(struct nq_eval *e, uint32_t i, size_t start)
{
	size_t before = e->out->len;
	int rc;

	if (before > start)
		nq_buf_addc(e->out, ',');
	nq_buf_addstr(e->out, nq_buf_str(&e->words[i]));
	rc = nq_eval_emit(e, i + 1);
	if (rc == 0)
		nq_buf_cut(e->out, before);
	return rc;
}

static int
emit_object(struct nq_eval *e, uint32_t i)
{
	const struct nq_ins *ins = &e->prog->ins[i];
	size_t open = e->out->len;
	uint32_t k = i + 1;
	int rc;

	nq_buf_addc(e->out, '{');
	for (uint32_t n = ins->n; n > 0; n--, k = nq_prog_next(e->prog, k)) {
		if (e->prog->ins[k].op == NQ_OP_SPREAD)
			rc = spread(e, k, open + 1, NQ_OBJECT);
		else
			rc = emit_member(e, k, open + 1);
		if (rc == -1)
			return -1;
	}
	nq_buf_addc(e->out, '}');
	return ins->kind == 0 ? 1 : merge_members(e, i, open);
}

/* === one expression ========================================================================= */

static int
emit_default(struct nq_eval *e, uint32_t i)
{
	struct nq_value v;

	if (nq_eval_value(e, i + 1, &v) == -1)
		return -1;
	if (v.type > NQ_NULL)
		return emit_value(e, i, &v);
	return nq_eval_emit(e, nq_prog_next(e->prog, i + 1));
}

static int
emit_branch(struct nq_eval *e, uint32_t i)
{
	uint32_t then = nq_prog_next(e->prog, i + 1);
	struct nq_value v;

	if (nq_eval_value(e, i + 1, &v) == -1)
		return -1;
	if (nq_value_true(&v))
		return nq_eval_emit(e, then);
	return e->prog->ins[i].n == 3 ? nq_eval_emit(e, nq_prog_next(e->prog, then)) : 0;
}

int
nq_eval_emit(struct nq_eval *e, uint32_t i)
{
	struct nq_value v;

	switch (e->prog->ins[i].op) {
	case NQ_OP_OBJECT:
		return emit_object(e, i);
	case NQ_OP_ARRAY:
		return emit_array(e, i);
	case NQ_OP_WHEN:
	case NQ_OP_IF:
		return emit_branch(e, i);
	case NQ_OP_DEFAULT:
		return emit_default(e, i);
	case NQ_OP_CONST:
		nq_buf_addstr(e->out, nq_buf_str(&e->words[i]));
		return e->words[i].len > 0;
	default:
		if (nq_eval_value(e, i, &v) == -1)
			return -1;
		return emit_value(e, i, &v);
	}
}

/* === output records ========================================================================= */

/* What is not written as an object in the mapping may still be one that has the reserved name. */
static int
check_record(struct nq_eval *e, uint32_t i, size_t start)
{
	size_t n = e->out->len - start;
	struct nq_made *m;
	struct nq_value v;

	if (n == 0)
		return nq_eval_reject(
		    e, i, "the mapping gave nothing: records are left out by 'skip if'");
	if (n > e->max)
		return nq_eval_reject(e, i,
		    "the output record is longer than %zu bytes (--max-line raises the limit)",
		    e->max);
	if (e->prog->ins[i].op == NQ_OP_OBJECT && e->prog->ins[i].kind == 0)
		return 0;
	if (e->out->data[start] != '{')
		return nq_eval_reject(e, i, "the mapping did not give an object");
	if (nq_str_find(nq_buf_str(e->out), start, nq_str("nq\"")) == NULL)
		return 0;
	m = nq_eval_make(e);
	nq_buf_add(&m->text, e->out->data + start, n);
	if (nq_eval_made(e, i, m, &v) == -1)
		return -1;
	if (nq_doc_get(v.doc, v.tok, nq_str("_nq")) != NQ_NONE)
		return nq_eval_reject(e, i, "the member '_nq' is reserved for control lines");
	return 0;
}

static int
record_of(struct nq_eval *e, uint32_t i, void *written)
{
	return nq_emit_records(e, i, written);
}

int
nq_emit_records(struct nq_eval *e, uint32_t i, uint64_t *written)
{
	size_t start = e->out->len;
	struct nq_value v;

	if (e->prog->ins[i].op == NQ_OP_FOR)
		return each(e, i, record_of, written);
	if (e->prog->ins[i].op == NQ_OP_WHEN) {
		if (nq_eval_value(e, i + 1, &v) == -1)
			return -1;
		return nq_value_true(&v) ? nq_emit_records(e, nq_prog_next(e->prog, i + 1), written)
					 : 0;
	}
	if (nq_eval_emit(e, i) == -1 || check_record(e, i, start) == -1)
		return -1;
	nq_buf_addc(e->out, '\n');
	++*written;
	return 0;
}
