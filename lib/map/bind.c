#include "map/bind.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "map/func.h"
#include "map/types.h"

/* The pass: the program, and where faults go. */
struct binder {
	struct nq_prog *p;
	struct nq_faults *faults;
};

/*
 * Whether it is certain that an operand does not fit; then name tells what it is. Where absent and
 * null go through (passes) they are no reason.
 */
static bool
unfit(const struct binder *b, uint32_t i, nq_types takes, bool passes, struct nq_buf *name)
{
	nq_types is = nq_types_of(b->p, i), there = is & (nq_types)~NQ_TYPES_NONE;

	if ((is & takes) != 0 || (there == 0 && passes))
		return false;
	nq_types_name(there != 0 ? there : is, name);
	return true;
}

/* Operand k of the call at i, the input being 0, stands at operand. */
static void
check_operand(const struct binder *b, uint32_t i, uint32_t operand, uint32_t k)
{
	const struct nq_function *f = &nq_functions[b->p->ins[i].arg];
	const struct nq_ins *ins = &b->p->ins[operand];
	struct nq_buf is = NQ_BUF_INIT;

	if (!unfit(b, operand, nq_types_of_letter(f->takes[k]), k == 0, &is) &&
	    f->takes[k] == 'i' && ins->op == NQ_OP_CONST &&
	    !nq_func_is_integer(&b->p->consts[ins->arg]))
		nq_buf_adds(&is, "a number");
	if (is.len > 0 && k == 0)
		nq_prog_fault(b->p, b->faults, i, "'%s' needs %s, got %s", f->name,
		    nq_func_letter_name(f->takes[k]), is.data);
	else if (is.len > 0)
		nq_prog_fault(b->p, b->faults, operand, "argument %u of '%s' must be %s, got %s", k,
		    f->name, nq_func_letter_name(f->takes[k]), is.data);
	nq_buf_free(&is);
}

/* The slot of a call is 1 + the place of what was made ready for it, or 0. */
static void
make_ready(const struct binder *b, uint32_t i)
{
	const struct nq_function *f = &nq_functions[b->p->ins[i].arg];
	uint32_t argument = nq_prog_next(b->p, i + 1);
	struct nq_ready ready = {NULL, NULL};
	struct nq_err why = NQ_ERR_INIT;

	if (f->ready == NULL || b->p->ins[i].n < 2 || b->p->nready == UINT16_MAX)
		return;
	if (f->ready(b->p, argument, &ready, &why) == -1)
		nq_prog_fault(b->p, b->faults, argument, "%s", why.msg);
	if (ready.pattern == NULL && ready.table == NULL)
		return;
	b->p->ready = nq_reallocarray(b->p->ready, b->p->nready + 1, sizeof(*b->p->ready));
	b->p->ready[b->p->nready++] = ready;
	b->p->ins[i].slot = (uint16_t)b->p->nready;
}

static void
bind_call(const struct binder *b, uint32_t i)
{
	uint32_t operand = i + 1;
	size_t before = b->faults->n;

	for (uint32_t k = 0; k < b->p->ins[i].n; k++, operand = nq_prog_next(b->p, operand))
		check_operand(b, i, operand, k);
	if (b->faults->n == before)
		make_ready(b, i);
}

static void
bind_calc(const struct binder *b, uint32_t i)
{
	struct nq_buf is = NQ_BUF_INIT;
	uint32_t operand = i + 1;

	for (int k = 0; k < 2; k++, operand = nq_prog_next(b->p, operand)) {
		nq_buf_reset(&is);
		if (!unfit(b, operand, NQ_TYPE(NQ_NUMBER), false, &is))
			continue;
		nq_prog_fault(b->p, b->faults, operand,
		    "'%c' needs numbers, and the %s side is %s%s", b->p->ins[i].kind,
		    k == 0 ? "left" : "right", is.data,
		    nq_str_is(nq_buf_str(&is), "a string") ? " (text is joined by \"\\(.a)\\(.b)\")"
							   : "");
	}
	nq_buf_free(&is);
}

static void
bind_for(const struct binder *b, uint32_t i)
{
	struct nq_buf is = NQ_BUF_INIT;

	if (unfit(b, i + 1, NQ_TYPE(NQ_ARRAY), true, &is))
		nq_prog_fault(b->p, b->faults, i + 1, "'for' needs an array, got %s", is.data);
	nq_buf_free(&is);
}

/* What an output record is made by: an object, behind conditions and lists. */
static void
bind_body(const struct binder *b)
{
	struct nq_buf is = NQ_BUF_INIT;
	uint32_t i = b->p->body;

	while (b->p->ins[i].op == NQ_OP_FOR || b->p->ins[i].op == NQ_OP_WHEN)
		i = nq_prog_next(b->p, i + 1);
	if (unfit(b, i, NQ_TYPE(NQ_OBJECT), false, &is))
		nq_prog_fault(
		    b->p, b->faults, i, "the output record must be an object, got %s", is.data);
	nq_buf_free(&is);
}

/* How deep expressions stand in each other is how deep the evaluator goes down. */
static int
check_depth(const struct binder *b)
{
	uint32_t *end = nq_calloc(NQ_MAX_CHAIN + 1, sizeof(*end)), depth = 0, i;

	for (i = 0; i < b->p->n && depth <= NQ_MAX_CHAIN; i++) {
		while (depth > 0 && end[depth - 1] <= i)
			depth--;
		end[depth++] = i + b->p->ins[i].size;
	}
	free(end);
	if (depth <= NQ_MAX_CHAIN)
		return 0;
	return nq_prog_fault(b->p, b->faults, i - 1,
	    "more than %d expressions in each other: give the inner ones names by let",
	    NQ_MAX_CHAIN);
}

int
nq_bind(struct nq_prog *p, struct nq_faults *faults)
{
	const struct binder b = {p, faults};

	if (check_depth(&b) == -1)
		return -1;
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->ins[i].op == NQ_OP_CALL)
			bind_call(&b, i);
		else if (p->ins[i].op == NQ_OP_CALC)
			bind_calc(&b, i);
		else if (p->ins[i].op == NQ_OP_FOR)
			bind_for(&b, i);
	}
	bind_body(&b);
	return faults->n > 0 ? -1 : 0;
}
