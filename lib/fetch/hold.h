#ifndef NQ_FETCH_HOLD_H
#define NQ_FETCH_HOLD_H

#include <stdio.h>

#include "fetch/spool.h"

/* A stream whose text is held back until somebody lets it go to another one. */
struct nq_hold {
	struct nq_spool spool;
	FILE *stream;	   /* NULL: not open */
	struct nq_err why; /* filled: why it did not take a text */
};

int nq_hold_open(struct nq_hold *, struct nq_err *);
void nq_hold_free(struct nq_hold *); /* legal on zeroes */

/* Bytes held back. */
uint64_t nq_hold_size(const struct nq_hold *);

/* Lets it all go; -1 also when not all was taken. */
int nq_hold_release(struct nq_hold *, FILE *to, struct nq_err *);

#endif
