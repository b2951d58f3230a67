#ifndef NQ_STATE_ROWS_H
#define NQ_STATE_ROWS_H

#include <stdint.h>

#include "state/store.h"

/* The rows of a store, all or those of one connector or stream. */
struct nq_rows {
	struct nq_row *v;
	size_t n;
	uint64_t unreadable; /* told in the log, and left out */
};

/* Adds to rows; connector and stream may be NULL for any. */
int nq_rows_collect(struct nq_rows *, struct nq_store *, const char *connector, const char *stream,
    struct nq_err *);
void nq_rows_free(struct nq_rows *);

#endif
