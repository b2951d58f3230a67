#include "map/prog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "json/text.h"
#include "map/func.h"
#include "map/place.h"
#include "map/ready.h"

void
nq_prog_init(struct nq_prog *p)
{
	memset(p, 0, sizeof(*p));
	p->source = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_prog_free(struct nq_prog *p)
{
	nq_buf_free(&p->source);
	nq_arena_free(&p->arena);
	free(p->ins);
	free(p->consts);
	free(p->steps);
	free(p->vars);
	for (uint32_t i = 0; i < p->nready; i++)
		nq_ready_free(&p->ready[i]);
	free(p->ready);
	nq_prog_init(p);
}

static void
make_room(struct nq_prog *p)
{
	if (p->n < p->cap)
		return;
	p->cap = p->cap == 0 ? 64 : p->cap * 2;
	p->ins = nq_reallocarray(p->ins, p->cap, sizeof(*p->ins));
}

uint32_t
nq_prog_add(struct nq_prog *p, enum nq_op op, uint32_t pos)
{
	make_room(p);
	p->ins[p->n] = (struct nq_ins){.op = (uint8_t)op, .size = 1, .pos = pos, .end = pos};
	return p->n++;
}

void
nq_prog_close(struct nq_prog *p, uint32_t at, uint32_t end)
{
	p->ins[at].size = p->n - at;
	p->ins[at].end = end;
}

void
nq_prog_wrap(struct nq_prog *p, uint32_t at, enum nq_op op, uint32_t pos)
{
	make_room(p);
	memmove(&p->ins[at + 1], &p->ins[at], (p->n - at) * sizeof(*p->ins));
	p->n++;
	p->ins[at] = (struct nq_ins){.op = (uint8_t)op, .n = 1, .pos = pos};
}

/* Room for one more behind n: it doubles each time that n is a power of two. */
static void *
one_more(void *v, uint32_t n, size_t size)
{
	return (n & (n - 1)) != 0 ? v : nq_reallocarray(v, n == 0 ? 1 : (size_t)n * 2, size);
}

uint32_t
nq_prog_const(struct nq_prog *p, struct nq_value v)
{
	p->consts = one_more(p->consts, p->nconst, sizeof(*p->consts));
	p->consts[p->nconst] = v;
	return p->nconst++;
}

uint32_t
nq_prog_step(struct nq_prog *p, struct nq_map_step s)
{
	p->steps = one_more(p->steps, p->nstep, sizeof(*p->steps));
	p->steps[p->nstep] = s;
	return p->nstep++;
}

uint32_t
nq_prog_var(struct nq_prog *p, struct nq_str name)
{
	p->vars = one_more(p->vars, p->nvar, sizeof(*p->vars));
	p->vars[p->nvar] = (struct nq_map_var){.name = nq_arena_copy(&p->arena, name)};
	return p->nvar++;
}

uint32_t
nq_prog_find_var(const struct nq_prog *p, struct nq_str name)
{
	for (uint32_t i = 0; i < p->nvar; i++)
		if (nq_str_eq(p->vars[i].name, name))
			return i;
	return NQ_NONE;
}

void
nq_prog_place(const struct nq_prog *p, uint32_t i, struct nq_buf *b)
{
	nq_place_add(&(struct nq_place){p->file, nq_buf_str(&p->source), p->ins[i].pos}, b);
}

int
nq_prog_fault(const struct nq_prog *p, struct nq_faults *f, uint32_t i, const char *fmt, ...)
{
	char text[NQ_MAX_MESSAGE / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return nq_place_fault(
	    &(struct nq_place){p->file, nq_buf_str(&p->source), p->ins[i].pos}, f, text);
}

struct nq_str
nq_prog_text(const struct nq_prog *p, uint32_t i)
{
	const struct nq_ins *ins = &p->ins[i];

	return (struct nq_str){p->source.data + ins->pos, ins->end - ins->pos};
}

/* === explain ================================================================================ */

static void
explain_path(const struct nq_prog *p, const struct nq_ins *ins, struct nq_buf *b)
{
	static const char *const bases[] = {" .", " $root", " $", " of value"};

	nq_buf_adds(b, bases[ins->kind]);
	if (ins->kind == NQ_BASE_VAR)
		nq_buf_addstr(b, p->vars[ins->slot].name);
	for (uint32_t i = 0; i < ins->n; i++) {
		if (p->steps[ins->arg + i].key.p == NULL) {
			nq_buf_addf(b, " [%lld]", (long long)p->steps[ins->arg + i].index);
			continue;
		}
		nq_buf_addc(b, ' ');
		nq_text_quote(b, p->steps[ins->arg + i].key);
	}
}

static void
explain_operand(const struct nq_prog *p, const struct nq_ins *ins, struct nq_buf *b)
{
	static const char *const compare[] = {"==", "!=", "<", "<=", ">", ">="};

	if (ins->op == NQ_OP_CONST || ins->op == NQ_OP_MEMBER) {
		nq_buf_addc(b, ' ');
		nq_value_write(&p->consts[ins->arg], b);
	} else if (ins->op == NQ_OP_PATH) {
		explain_path(p, ins, b);
	} else if (ins->op == NQ_OP_COMPARE) {
		nq_buf_addf(b, " %s", compare[ins->kind]);
	} else if (ins->op == NQ_OP_CALC) {
		nq_buf_addf(b, " %c", ins->kind);
	} else if (ins->op == NQ_OP_CALL) {
		nq_buf_addf(b, " %s", nq_functions[ins->arg].name);
	} else if (ins->op == NQ_OP_LET) {
		nq_buf_adds(b, " $");
		nq_buf_addstr(b, p->vars[ins->slot].name);
	}
}

void
nq_prog_explain(const struct nq_prog *p, struct nq_buf *b)
{
	static const char *const names[] = {"const", "path", "object", "member", "array", "spread",
	    "when", "for", "if", "text", "required", "default", "and", "or", "not", "compare",
	    "calc", "call", "skip", "reject", "let"};
	uint32_t open[256], depth = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		while (depth > 0 && open[depth - 1] <= i)
			depth--;
		nq_buf_addf(b, "%4u %*s%s", i, (int)depth * 2, "", names[p->ins[i].op]);
		explain_operand(p, &p->ins[i], b);
		nq_buf_addc(b, '\n');
		if (p->ins[i].size > 1 && depth < 256)
			open[depth++] = i + p->ins[i].size;
	}
}
