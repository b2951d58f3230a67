#ifndef NQ_MAP_PARSER_H
#define NQ_MAP_PARSER_H

#include "base/err.h"
#include "map/lex.h"
#include "map/prog.h"

/*
 * The two halves of the recursive-descent parser, for each other only: compile.c reads statements,
 * objects and arrays, expr.c everything with operators. Each function reads one thing, appends
 * its instructions to the program, and returns -1 when the error is filled.
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

/* Passes over this punctuation or word; -1 and "expected …" when it does not stand there. */
int nq_parse_expect(struct nq_parser *, const char *word, const char *context);

#endif
