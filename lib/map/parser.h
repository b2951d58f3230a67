#ifndef NQ_MAP_PARSER_H
#define NQ_MAP_PARSER_H

#include "map/lex.h"
#include "map/prog.h"

/*
 * The parts of the recursive-descent parser, for each other only: compile.c reads statements,
 * objects and arrays, expr.c everything with operators, parse_path.c paths, parse_call.c functions.
 * Each function reads one thing, appends its instructions to the program, and returns -1 when a
 * fault was told; a fault that leaves no doubt where the text goes on, as a name that is not known,
 * is told without -1.
 */
struct nq_parser {
	struct nq_lex lex;
	struct nq_prog *prog;
	unsigned depth;
	bool lost; /* no more faults can be told without guessing */
};

/* Where a member, an item or a statement starts, to come back to when it is wrong. */
struct nq_point {
	struct nq_lex lex;
	uint32_t n;
	unsigned depth;
};

struct nq_point nq_parse_point(const struct nq_parser *);

/*
 * After a fault: passes over what started at the point, with all that is nested in it. 0: the
 * parser stands at the ',' or the bracket that ends it, 1: at the name of the next member (where
 * a comma is missing), -1: nothing certain can be said any more.
 */
int nq_parse_recover(struct nq_parser *, const struct nq_point *, const char *closer);
/* The same for a statement: 0 and the next statement or the body, which must start a line. */
int nq_parse_recover_statement(struct nq_parser *, const struct nq_point *);

int nq_parse_expr(struct nq_parser *);
int nq_parse_postfix(struct nq_parser *); /* a path or something in brackets */
int nq_parse_object(struct nq_parser *);
int nq_parse_array(struct nq_parser *);

/* The steps of a path that adjoin the token at hand, into the path instruction at. */
int nq_parse_steps(struct nq_parser *, uint32_t at, bool first);
/*
 * Each operator or function in a row becomes one expression around the one before: counts them,
 * and tells when there are more than the evaluator may go down.
 */
int nq_parse_chain(struct nq_parser *, unsigned *n);

/* The functions behind the expression at, if there is a '|'. */
int nq_parse_calls(struct nq_parser *, uint32_t at);
int nq_parse_path(struct nq_parser *);
int nq_parse_var(struct nq_parser *);

/* Passes over this punctuation or word; -1 and "expected …" when it does not stand there. */
int nq_parse_expect(struct nq_parser *, const char *word, const char *context);

#endif
