#ifndef NQ_MAP_PARSER_H
#define NQ_MAP_PARSER_H

#include "base/err.h"
#include "map/lex.h"
#include "map/prog.h"

/*
 * The parts of the recursive-descent parser, for each other only: compile.c reads statements,
 * objects and arrays, expr.c everything with operators, parse_path.c paths. Each function reads one
 * thing, appends its instructions to the program, and returns -1 when the error is filled.
 */
struct nq_parser {
	struct nq_lex lex;
	struct nq_prog *prog;
	unsigned depth;
};

int nq_parse_expr(struct nq_parser *);
int nq_parse_postfix(struct nq_parser *); /* a path or something in brackets */
int nq_parse_object(struct nq_parser *);
int nq_parse_array(struct nq_parser *);

/* The steps of a path that adjoin the token at hand, into the path instruction at. */
int nq_parse_steps(struct nq_parser *, uint32_t at, bool first);
int nq_parse_path(struct nq_parser *);
int nq_parse_var(struct nq_parser *);

/* Passes over this punctuation or word; -1 and "expected …" when it does not stand there. */
int nq_parse_expect(struct nq_parser *, const char *word, const char *context);

#endif
