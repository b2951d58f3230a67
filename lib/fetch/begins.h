#ifndef NQ_FETCH_BEGINS_H
#define NQ_FETCH_BEGINS_H

#include <stddef.h>

#include "base/err.h"

/* How a body begins, for the message that it is not JSON. Zeroes are an empty one. */
enum { NQ_BEGINS_SHOWN = 48 }; /* bytes, in the message */

struct nq_begins {
	char text[512];
	size_t n;
};

void nq_begins_add(struct nq_begins *, const char *, size_t n); /* what exceeds it is left out */
int nq_begins_tell(const struct nq_begins *, struct nq_err *);	/* -1 */

#endif
