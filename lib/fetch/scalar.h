#ifndef NQ_FETCH_SCALAR_H
#define NQ_FETCH_SCALAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/doc.h"

/* A scalar of a page: its text, strings decoded. ABSENT, ARRAY and OBJECT have none. */
struct nq_scalar {
	enum nq_type type;
	struct nq_buf text;
};

void nq_scalar_set(struct nq_scalar *, enum nq_type, const char *, size_t); /* copies the text */

/* What a pager may read out of it. */
bool nq_scalar_empty(const struct nq_scalar *);		  /* absent, null, false, "" */
int nq_scalar_bool(const struct nq_scalar *, bool *);	  /* true, false, and as strings */
int nq_scalar_uint(const struct nq_scalar *, uint64_t *); /* 20 and "20" */

#endif
