#include "map/call.h"

#include "map/func.h"
#include "map/types.h"

static int
needs(struct nq_call *c, const char *what, uint32_t k, const struct nq_value *v)
{
	const char *name = nq_functions[c->e->prog->ins[c->at].arg].name;

	if (k == 0)
		return nq_eval_reject(
		    c->e, c->at, "'%s' needs %s, got %s", name, what, nq_value_type_name(v));
	return nq_eval_reject(c->e, c->at, "argument %u of '%s' must be %s, got %s", k, name, what,
	    nq_value_type_name(v));
}

/* Checks value k of a call (0 is the input) against its letter, and decodes a string. */
static int
take(struct nq_call *c, uint32_t k, char letter, struct nq_value *v)
{
	struct nq_str s;

	if (v->type == NQ_STRING) {
		if (nq_eval_text(c->e, c->at, v, &s) == -1)
			return -1;
		*v = nq_value_string(s);
	}
	if (letter == 'i' ? !nq_func_is_integer(v)
			  : (nq_types_of_letter(letter) & NQ_TYPE(v->type)) == 0)
		return needs(c, nq_func_letter_name(letter), k, v);
	return 0;
}

static int
take_arguments(struct nq_call *c, const struct nq_function *f)
{
	uint32_t i = nq_prog_next(c->e->prog, c->at + 1);

	for (uint32_t k = 0; k < c->n; k++, i = nq_prog_next(c->e->prog, i)) {
		c->expr[k] = i;
		if (f->takes[k + 1] == 'x')
			continue;
		if (nq_eval_value(c->e, i, &c->arg[k]) == -1 ||
		    take(c, k + 1, f->takes[k + 1], &c->arg[k]) == -1)
			return -1;
	}
	return 0;
}

int
nq_call_function(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	const struct nq_function *f = &nq_functions[e->prog->ins[i].arg];
	struct nq_value in;
	struct nq_call c = {.e = e, .at = i, .n = e->prog->ins[i].n - 1, .in = &in};

	if (nq_eval_value(e, i + 1, &in) == -1)
		return -1;
	*out = in;
	if (in.type <= NQ_NULL && f->takes[0] != '*')
		return 0;
	if (take(&c, 0, f->takes[0], &in) == -1 || take_arguments(&c, f) == -1 ||
	    f->fn(&c, out) == -1)
		return -1;
	if (e->arena.used > NQ_MAX_SCRATCH)
		return nq_eval_reject(e, i, "more than %u bytes of working memory", NQ_MAX_SCRATCH);
	return 0;
}
