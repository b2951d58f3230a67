#ifndef NQ_TESTS_JQ_GENERATE_H
#define NQ_TESTS_JQ_GENERATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "json/text.h"

/*
 * Writes mappings, the jq programs that mean the same, and records, for a comparison of the two.
 * Only what both have is used, and only where both mean the same: whole numbers that a double
 * holds, ASCII where letters change, no empty text where it is split, objects in the order of
 * their members. Every expression has the type that its place needs, so none of them fails.
 *
 * A production writes an expression of at most that depth into both texts.
 */
typedef void production(unsigned depth);

enum scope { ROOT, ITEM, INT, STR }; /* what '.' is */

extern struct nq_buf nq, jq;
extern enum scope scope;

/* === dice.c === */
void start(const char *seed);
unsigned upto(unsigned n); /* 0 … n − 1 */
const char *pick(const char *const *list, unsigned n);
#define PICK(list) pick(list, sizeof(list) / sizeof((list)[0]))
const char *any_text(void), *ascii_text(void), *separator(void);

/* === write.c === */
void two(const char *in_nq, const char *in_jq);
void both(const char *);
void number(int);
void text(const char *);
void root(void); /* the record: "" where '.' is it, or its variable */
void call(production *, unsigned, const char *in_nq, const char *in_jq);
void pair(production *a, const char *in_nq, const char *in_jq, production *b, unsigned);
void branch(production *, unsigned);
/* list | function(body), '.' in the body being something else */
void inside(production *list, enum scope, production *body, unsigned, const char *in_nq,
    const char *in_jq, const char *close_jq);

/* === numbers.c, texts.c, truth.c, lists.c === */
void int_leaf(void);
production gen_int, gen_str, gen_ascii, gen_bool, gen_truth, gen_ints, gen_strs, gen_object;

#endif
