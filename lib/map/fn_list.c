#include "map/func.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "map/letters.h"

/* === counting and cutting =================================================================== */

static uint32_t
count(const struct nq_value *v)
{
	return v->doc->tok[v->tok].n;
}

/* The items of an array as values in the arena. */
static struct nq_value *
items(struct nq_call *c)
{
	uint32_t n = count(c->in), t = c->in->tok + 1;
	struct nq_value *v = nq_arena_get(&c->e->arena, (n + 1) * sizeof(*v));

	for (uint32_t i = 0; i < n; i++, t = c->in->doc->tok[t].next)
		v[i] = nq_value_token(c->in->doc, t);
	return v;
}

static int
add_item(struct nq_call *c, struct nq_made *m, const struct nq_value *v)
{
	if (v->type == NQ_ABSENT)
		return 0;
	nq_buf_adds(&m->text, m->text.len > 0 ? "," : "[");
	if (nq_value_write(v, &m->text) == -1)
		return nq_eval_reject(c->e, c->at, "the string holds a lone surrogate");
	return 0;
}

static int
close_list(struct nq_call *c, struct nq_made *m, struct nq_value *out)
{
	nq_buf_adds(&m->text, m->text.len > 0 ? "]" : "[]");
	return nq_eval_made(c->e, c->at, m, out);
}

static int
list_of(
    struct nq_call *c, const struct nq_value *v, uint32_t from, uint32_t to, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);

	for (uint32_t i = from; i < to; i++)
		if (add_item(c, m, &v[i]) == -1)
			return -1;
	return close_list(c, m, out);
}

int
nq_fn_length(struct nq_call *c, struct nq_value *out)
{
	size_t n = 0;

	*out = *c->in;
	if (c->in->type == NQ_ABSENT)
		return 0;
	if (c->in->type == NQ_STRING)
		n = nq_letter_count(c->in->text);
	else if (c->in->type >= NQ_ARRAY)
		n = count(c->in);
	else if (c->in->type != NQ_NULL)
		return nq_eval_reject(
		    c->e, c->at, "'length' of %s is not defined", nq_value_type_name(c->in));
	*out = nq_value_integer(&c->e->arena, (int64_t)n);
	return 0;
}

/* From and to as places between 0 and n; negative ones count from the end. */
static size_t
place(const struct nq_value *v, size_t n)
{
	int64_t i = nq_func_integer(v);

	if (i < 0)
		i += (int64_t)n;
	return i < 0 ? 0 : i > (int64_t)n ? n : (size_t)i;
}

int
nq_fn_slice(struct nq_call *c, struct nq_value *out)
{
	struct nq_str s = c->in->text;
	size_t n, from, to, start;

	*out = *c->in;
	if (c->in->type <= NQ_NULL)
		return 0;
	if (c->in->type != NQ_STRING && c->in->type != NQ_ARRAY)
		return nq_eval_reject(c->e, c->at, "'slice' needs a string or an array, got %s",
		    nq_value_type_name(c->in));
	n = c->in->type == NQ_STRING ? nq_letter_count(s) : count(c->in);
	from = place(&c->arg[0], n);
	to = c->n > 1 ? place(&c->arg[1], n) : n;
	to = to < from ? from : to;
	if (c->in->type == NQ_ARRAY)
		return list_of(c, items(c), (uint32_t)from, (uint32_t)to, out);
	start = nq_letter_offset(s, from);
	*out = nq_value_string((struct nq_str){s.p + start, nq_letter_offset(s, to) - start});
	return 0;
}

int
nq_fn_contains(struct nq_call *c, struct nq_value *out)
{
	const struct nq_value *in = c->in, *what = &c->arg[0];
	struct nq_value *v;
	bool found = false;

	*out = *in;
	if (in->type <= NQ_NULL)
		return 0;
	if (in->type == NQ_ARRAY) {
		v = items(c);
		for (uint32_t i = 0; i < count(in) && !found; i++)
			found = nq_value_same(&v[i], what, &c->e->arena);
	} else if (what->type != NQ_STRING || (in->type != NQ_STRING && in->type != NQ_OBJECT)) {
		return nq_eval_reject(c->e, c->at, "'contains' cannot look for %s in %s",
		    nq_value_type_name(what), nq_value_type_name(in));
	} else if (in->type == NQ_OBJECT) {
		found = nq_doc_get(in->doc, in->tok, what->text) != NQ_NONE;
	} else {
		found = nq_str_find(in->text, 0, what->text) != NULL;
	}
	*out = nq_value_bool(found);
	return 0;
}

int
nq_fn_join(struct nq_call *c, struct nq_value *out)
{
	struct nq_value *v = items(c);
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str s;
	int rc = 0;

	for (uint32_t i = 0; i < count(c->in) && rc == 0; i++) {
		if (i > 0)
			nq_buf_addstr(&b, c->arg[0].text);
		if (v[i].type >= NQ_ARRAY)
			rc = nq_eval_reject(
			    c->e, c->at, "'join' cannot join %s", nq_value_type_name(&v[i]));
		else if (v[i].type == NQ_STRING)
			rc = nq_eval_text(c->e, c->at, &v[i], &s);
		if (rc == 0 && v[i].type == NQ_STRING)
			nq_buf_addstr(&b, s);
		else if (rc == 0 && v[i].type != NQ_NULL)
			nq_value_write(&v[i], &b);
	}
	*out = nq_value_string(nq_arena_copy(&c->e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return rc;
}

/* === objects ================================================================================ */

static int
members(struct nq_call *c, uint32_t which, struct nq_value *out)
{
	const struct nq_tok *t = c->in->doc->tok;
	struct nq_made *m = nq_eval_make(c->e);
	struct nq_value v;

	for (uint32_t i = c->in->tok + 1; i < t[c->in->tok].next; i = t[i + 1].next) {
		v = nq_value_token(c->in->doc, i + which);
		if (add_item(c, m, &v) == -1)
			return -1;
	}
	return close_list(c, m, out);
}

int
nq_fn_keys(struct nq_call *c, struct nq_value *out)
{
	return members(c, 0, out);
}

int
nq_fn_values(struct nq_call *c, struct nq_value *out)
{
	return members(c, 1, out);
}

/* === items ================================================================================== */

int
nq_fn_first(struct nq_call *c, struct nq_value *out)
{
	*out = count(c->in) > 0 ? items(c)[0] : nq_value_absent;
	return 0;
}

int
nq_fn_last(struct nq_call *c, struct nq_value *out)
{
	*out = count(c->in) > 0 ? items(c)[count(c->in) - 1] : nq_value_absent;
	return 0;
}

/* The expression's value with '.' being the item. */
static int
apply(struct nq_call *c, const struct nq_value *item, struct nq_value *out)
{
	struct nq_value dot = c->e->dot;
	int rc;

	c->e->dot = *item;
	rc = nq_eval_value(c->e, c->expr[0], out);
	c->e->dot = dot;
	return rc;
}

int
nq_fn_map(struct nq_call *c, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);
	struct nq_value *v = items(c), made;

	for (uint32_t i = 0; i < count(c->in); i++)
		if (apply(c, &v[i], &made) == -1 || add_item(c, m, &made) == -1)
			return -1;
	return close_list(c, m, out);
}

int
nq_fn_filter(struct nq_call *c, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);
	struct nq_value *v = items(c), keep;

	for (uint32_t i = 0; i < count(c->in); i++) {
		if (apply(c, &v[i], &keep) == -1)
			return -1;
		if (nq_value_true(&keep) && add_item(c, m, &v[i]) == -1)
			return -1;
	}
	return close_list(c, m, out);
}

/* Whether an item is found whose truth is what is looked for. */
static int
look_for(struct nq_call *c, bool truth, bool *found)
{
	struct nq_value *v = items(c), holds;

	*found = false;
	for (uint32_t i = 0; i < count(c->in) && !*found; i++) {
		holds = v[i];
		if (c->n > 0 && apply(c, &v[i], &holds) == -1)
			return -1;
		*found = nq_value_true(&holds) == truth;
	}
	return 0;
}

int
nq_fn_any(struct nq_call *c, struct nq_value *out)
{
	bool found;

	if (look_for(c, true, &found) == -1)
		return -1;
	*out = nq_value_bool(found);
	return 0;
}

int
nq_fn_all(struct nq_call *c, struct nq_value *out)
{
	bool found;

	if (look_for(c, false, &found) == -1)
		return -1;
	*out = nq_value_bool(!found);
	return 0;
}

int
nq_fn_compact(struct nq_call *c, struct nq_value *out)
{
	struct nq_value *v = items(c);

	for (uint32_t i = 0; i < count(c->in); i++)
		if (v[i].type == NQ_NULL)
			v[i] = nq_value_absent;
	return list_of(c, v, 0, count(c->in), out);
}

int
nq_fn_flatten(struct nq_call *c, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);
	struct nq_value *v = items(c), inner;
	uint32_t t;

	for (uint32_t i = 0; i < count(c->in); i++) {
		if (v[i].type != NQ_ARRAY) {
			if (add_item(c, m, &v[i]) == -1)
				return -1;
			continue;
		}
		for (t = v[i].tok + 1; t < v[i].doc->tok[v[i].tok].next;
		     t = v[i].doc->tok[t].next) {
			inner = nq_value_token(v[i].doc, t);
			if (add_item(c, m, &inner) == -1)
				return -1;
		}
	}
	return close_list(c, m, out);
}

/* === order ================================================================================== */

/* What is sorted: the item and what it is sorted by. */
struct ranked {
	struct nq_value item, by;
	uint32_t order;
	struct nq_arena *arena;
};

static int
by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int c = (x->by.type > y->by.type) - (x->by.type < y->by.type);

	if (c == 0 && (x->by.type == NQ_NUMBER || x->by.type == NQ_STRING))
		c = nq_value_cmp(&x->by, &y->by, x->arena);
	else if (c == 0 && x->by.type >= NQ_ARRAY)
		c = nq_str_cmp(x->by.text, y->by.text);
	return c != 0 ? c : (x->order > y->order) - (x->order < y->order);
}

/* All items in order; a string is decoded once, so that sorting needs no memory. */
static struct ranked *
ranked(struct nq_call *c)
{
	uint32_t n = count(c->in);
	struct ranked *r = nq_arena_get(&c->e->arena, (n + 1) * sizeof(*r));
	struct nq_value *v = items(c);
	struct nq_str s;

	for (uint32_t i = 0; i < n; i++) {
		r[i] = (struct ranked){v[i], v[i], i, &c->e->arena};
		if (c->n > 0 && apply(c, &v[i], &r[i].by) == -1)
			return NULL;
		if (r[i].by.type != NQ_STRING)
			continue;
		if (nq_eval_text(c->e, c->at, &r[i].by, &s) == -1)
			return NULL;
		r[i].by = nq_value_string(s);
	}
	qsort(r, n, sizeof(*r), by_rank);
	return r;
}

int
nq_fn_sort(struct nq_call *c, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);
	struct ranked *r = ranked(c);

	if (r == NULL)
		return -1;
	for (uint32_t i = 0; i < count(c->in); i++)
		if (add_item(c, m, &r[i].item) == -1)
			return -1;
	return close_list(c, m, out);
}

/* Of equal neighbours in order the first one stays, at the place where it stood. */
int
nq_fn_unique(struct nq_call *c, struct nq_value *out)
{
	uint32_t n = count(c->in), kept = 0;
	struct nq_value *v = items(c);
	struct ranked *r = ranked(c);

	if (r == NULL)
		return -1;
	for (uint32_t i = 1; i < n; i++) {
		if (nq_value_same(&r[kept].by, &r[i].by, &c->e->arena))
			v[r[i].order] = nq_value_absent;
		else
			kept = i;
	}
	return list_of(c, v, 0, n, out);
}

int
nq_fn_min(struct nq_call *c, struct nq_value *out)
{
	struct ranked *r = ranked(c);

	if (r == NULL)
		return -1;
	*out = count(c->in) > 0 ? r[0].item : nq_value_absent;
	return 0;
}

int
nq_fn_max(struct nq_call *c, struct nq_value *out)
{
	struct ranked *r = ranked(c);

	if (r == NULL)
		return -1;
	*out = count(c->in) > 0 ? r[count(c->in) - 1].item : nq_value_absent;
	return 0;
}

int
nq_fn_sum(struct nq_call *c, struct nq_value *out)
{
	struct nq_value *v = items(c);
	struct nq_buf b = NQ_BUF_INIT;
	const char *why = NULL;

	*out = nq_value_number(nq_str("0"));
	for (uint32_t i = 0; i < count(c->in) && why == NULL; i++) {
		if (v[i].type != NQ_NUMBER)
			return nq_eval_reject(c->e, c->at, "'sum' needs numbers, and an item is %s",
			    nq_value_type_name(&v[i]));
		nq_buf_reset(&b);
		nq_decimal_calc('+', out->text, v[i].text, &b, &why);
		*out = nq_value_number(nq_arena_copy(&c->e->arena, nq_buf_str(&b)));
		nq_buf_free(&b);
	}
	return why == NULL ? 0 : nq_eval_reject(c->e, c->at, "%s", why);
}
