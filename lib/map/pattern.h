#ifndef NQ_MAP_PATTERN_H
#define NQ_MAP_PATTERN_H

#include <regex.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A POSIX extended regular expression, as regex(7) describes it. Patterns may come from records,
 * so what makes the library slow or large without bound is refused: NUL, back-references (which
 * POSIX does not have here), long patterns, large repeats and deep ones.
 */
struct nq_pattern {
	regex_t re;
	struct nq_buf text; /* what is looked into, with a NUL behind it for the library */
};

/* -1: the error tells why it is none. */
int nq_pattern_open(struct nq_pattern *, struct nq_str, struct nq_err *);
void nq_pattern_close(struct nq_pattern *);

/* Whether it is found in the text, which may hold NULs. */
bool nq_pattern_found(struct nq_pattern *, struct nq_str);

#endif
