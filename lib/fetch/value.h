#ifndef NQ_FETCH_VALUE_H
#define NQ_FETCH_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/doc.h"

/* A scalar of a page: its text, strings decoded. ABSENT, ARRAY and OBJECT have none. */
struct nq_value {
	enum nq_type type;
	struct nq_buf text;
};

void nq_value_set(struct nq_value *, enum nq_type, const char *, size_t); /* copies the text */

/* What a pager may read out of it. */
bool nq_value_empty(const struct nq_value *);		/* absent, null, false, "" */
int nq_value_bool(const struct nq_value *, bool *);	/* true, false, and as strings */
int nq_value_uint(const struct nq_value *, uint64_t *); /* 20 and "20" */

#endif
