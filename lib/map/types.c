#include "map/types.h"

#include "map/func.h"

static nq_types
of_path(const struct nq_prog *p, uint32_t i)
{
	const struct nq_ins *ins = &p->ins[i];

	if (ins->n > 0)
		return NQ_TYPES_ANY;
	if (ins->kind == NQ_BASE_VALUE)
		return nq_types_of(p, i + 1);
	if (ins->kind == NQ_BASE_ROOT)
		return NQ_TYPE(NQ_OBJECT);
	if (ins->kind == NQ_BASE_VAR && p->vars[ins->slot].is_arg)
		return NQ_TYPE(NQ_STRING);
	return NQ_TYPES_ANY;
}

/* Either of two operands: the first where it is there, else the second. */
static nq_types
of_default(const struct nq_prog *p, uint32_t i)
{
	nq_types first = nq_types_of(p, i + 1);

	first &= (nq_types)~NQ_TYPES_NONE;
	return first | nq_types_of(p, nq_prog_next(p, i + 1));
}

static nq_types
of_if(const struct nq_prog *p, uint32_t i)
{
	uint32_t then = nq_prog_next(p, i + 1);
	nq_types other = NQ_TYPE(NQ_ABSENT);

	if (p->ins[i].n == 3)
		other = nq_types_of(p, nq_prog_next(p, then));
	return nq_types_of(p, then) | other;
}

/* Absent and null go through every function that does not say something about them. */
static nq_types
of_call(const struct nq_prog *p, uint32_t i)
{
	const struct nq_function *f = &nq_functions[p->ins[i].arg];
	nq_types in = nq_types_of(p, i + 1);

	if (f->gives == '=')
		return in;
	return nq_types_of_letter(f->gives) | (in & NQ_TYPES_NONE);
}

nq_types
nq_types_of(const struct nq_prog *p, uint32_t i)
{
	switch ((enum nq_op)p->ins[i].op) {
	case NQ_OP_CONST:
		return NQ_TYPE(p->consts[p->ins[i].arg].type);
	case NQ_OP_PATH:
		return of_path(p, i);
	case NQ_OP_OBJECT:
		return NQ_TYPE(NQ_OBJECT);
	case NQ_OP_ARRAY:
		return NQ_TYPE(NQ_ARRAY);
	case NQ_OP_TEXT:
		return NQ_TYPE(NQ_STRING);
	case NQ_OP_REQUIRED:
		return nq_types_of(p, i + 1) & (nq_types)~NQ_TYPES_NONE;
	case NQ_OP_DEFAULT:
		return of_default(p, i);
	case NQ_OP_AND:
	case NQ_OP_OR:
	case NQ_OP_NOT:
	case NQ_OP_COMPARE:
		return NQ_TYPES_BOOL;
	case NQ_OP_CALC:
		return NQ_TYPE(NQ_NUMBER);
	case NQ_OP_CALL:
		return of_call(p, i);
	case NQ_OP_IF:
		return of_if(p, i);
	case NQ_OP_WHEN:
		return nq_types_of(p, nq_prog_next(p, i + 1)) | NQ_TYPE(NQ_ABSENT);
	default:
		return NQ_TYPES_ANY;
	}
}

nq_types
nq_types_of_letter(char letter)
{
	switch (letter) {
	case 's':
		return NQ_TYPE(NQ_STRING);
	case 'n':
	case 'i':
		return NQ_TYPE(NQ_NUMBER);
	case 'b':
		return NQ_TYPES_BOOL;
	case 'a':
		return NQ_TYPE(NQ_ARRAY);
	case 'o':
		return NQ_TYPE(NQ_OBJECT);
	default:
		return NQ_TYPES_ANY;
	}
}

void
nq_types_name(nq_types types, struct nq_buf *b)
{
	struct nq_value v = {.type = NQ_NULL};
	const char * or = "";

	for (int t = NQ_NULL; t <= NQ_OBJECT; t++) {
		if ((types & NQ_TYPE(t)) == 0 || (t == NQ_TRUE && (types & NQ_TYPE(NQ_FALSE)) != 0))
			continue;
		v.type = (uint8_t)t;
		nq_buf_addf(b, "%s%s", or, nq_value_type_name(&v));
		or = " or ";
	}
	if (b->len == 0)
		nq_buf_adds(b, "nothing");
}
