#ifndef NQ_MAP_PROG_H
#define NQ_MAP_PROG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/faults.h"
#include "map/value.h"

/*
 * A compiled mapping: one flat array of instructions in the order of the text, operators before
 * their operands. The operands of instruction i are the instructions that follow it; size leads
 * over a whole expression, so that operand 0 is i + 1 and the next one stands size further.
 */
enum nq_op {
	NQ_OP_CONST,	/* arg: constant */
	NQ_OP_PATH,	/* kind: enum nq_base, arg: first step, n: steps; slot: of a variable */
	NQ_OP_OBJECT,	/* members and spreads; kind: 1 when there is a spread */
	NQ_OP_MEMBER,	/* arg: constant with the name; value */
	NQ_OP_ARRAY,	/* items */
	NQ_OP_SPREAD,	/* value */
	NQ_OP_WHEN,	/* condition, value */
	NQ_OP_FOR,	/* list, value */
	NQ_OP_IF,	/* condition, value, [value] */
	NQ_OP_TEXT,	/* pieces of a string */
	NQ_OP_REQUIRED, /* value */
	NQ_OP_DEFAULT,	/* value, value */
	NQ_OP_AND,	/* value, value */
	NQ_OP_OR,	/* value, value */
	NQ_OP_NOT,	/* value */
	NQ_OP_COMPARE,	/* kind: enum nq_compare; value, value */
	NQ_OP_CALC,	/* kind: '+' '-' '*' '/' '%'; value, value */
	NQ_OP_CALL,	/* arg: row of the function table, slot: ready; input, arguments */
	NQ_OP_SKIP,	/* condition */
	NQ_OP_REJECT,	/* condition, reason */
	NQ_OP_LET,	/* slot; value */
};

enum nq_base { NQ_BASE_DOT, NQ_BASE_ROOT, NQ_BASE_VAR, NQ_BASE_VALUE };
enum nq_compare { NQ_EQ, NQ_NE, NQ_LT, NQ_LE, NQ_GT, NQ_GE };

struct nq_ins {
	uint8_t op, kind;
	uint16_t slot;
	uint32_t n;    /* operands, or steps of a path */
	uint32_t size; /* instructions, this one and all its operands */
	uint32_t arg;
	uint32_t pos, end; /* the text it came from, in bytes */
};

/* A step of a path: a name, with its JSON spelling without quotes, or an index. */
struct nq_map_step {
	struct nq_str key; /* p is NULL for an index */
	int64_t index;
};

/* A name and, where it is known before any data, its value. */
struct nq_map_var {
	struct nq_str name;
	struct nq_value value;
	bool is_arg;
};

struct nq_prog {
	const char *file;
	struct nq_buf source;
	struct nq_arena arena; /* names, constants */
	struct nq_ins *ins;
	uint32_t n, cap;
	uint32_t body; /* the instruction behind the statements */
	bool many;     /* the body is a for: one output record per item */
	struct nq_value *consts;
	uint32_t nconst;
	struct nq_map_step *steps;
	uint32_t nstep;
	struct nq_map_var *vars;
	uint32_t nvar;
	struct nq_ready *ready; /* what calls keep: slot of a call is 1 + its place here, or 0 */
	uint32_t nready;
};

void nq_prog_init(struct nq_prog *);
void nq_prog_free(struct nq_prog *);

/* Appends an instruction, its operands to come; nq_prog_close() when they are there. */
uint32_t nq_prog_add(struct nq_prog *, enum nq_op, uint32_t pos);
void nq_prog_close(struct nq_prog *, uint32_t at, uint32_t end);
/* Puts an instruction before one that is already there, which becomes its operand. */
void nq_prog_wrap(struct nq_prog *, uint32_t at, enum nq_op, uint32_t pos);
uint32_t nq_prog_const(struct nq_prog *, struct nq_value);
uint32_t nq_prog_step(struct nq_prog *, struct nq_map_step);
uint32_t nq_prog_var(struct nq_prog *, struct nq_str name);

/* The index of the variable of that name, or NQ_NONE. */
uint32_t nq_prog_find_var(const struct nq_prog *, struct nq_str name);

/* The operand behind this one. */
static inline uint32_t
nq_prog_next(const struct nq_prog *p, uint32_t i)
{
	return i + p->ins[i].size;
}

/* Adds "file:line:column: " of an instruction, and the text that it was made from. */
void nq_prog_place(const struct nq_prog *, uint32_t i, struct nq_buf *);
struct nq_str nq_prog_text(const struct nq_prog *, uint32_t i);

/* A fault where the instruction stands: place, message, line and caret. Returns -1. */
int nq_prog_fault(const struct nq_prog *, struct nq_faults *, uint32_t i, const char *, ...)
    __attribute__((format(printf, 4, 5)));

/* Prints the program, an instruction a line. */
void nq_prog_explain(const struct nq_prog *, struct nq_buf *);

#endif
