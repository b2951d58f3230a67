#ifndef NQ_FETCH_STREAM_H
#define NQ_FETCH_STREAM_H

#include <stdbool.h>

#include "fetch/pull.h"

/*
 * What a pull writes: a page when it was judged, or under --stream one body while it comes in.
 * There, from the first record on nothing can be taken back, which p->committed says.
 */
int nq_stream_check(const struct nq_pull_options *, struct nq_err *);

/* Before a body; lines: a record each. */
int nq_stream_begin(struct nq_pull *, bool lines, struct nq_err *);

/* -1 also when enough records came, for no more of the body is wanted: then enough() says so. */
int nq_stream_data(struct nq_pull *, const char *, size_t, struct nq_err *);

/* What of the page is whole and was not written before; all of one that came to its end. */
int nq_stream_write(struct nq_pull *, struct nq_err *);

/* Whether what went wrong is only that enough came; then the error is forgotten. */
bool nq_stream_enough(const struct nq_pull *, struct nq_err *);

#endif
