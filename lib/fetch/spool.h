#ifndef NQ_FETCH_SPOOL_H
#define NQ_FETCH_SPOOL_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * What a page holds back until it is judged: in memory up to NQ_PAGE_MEMORY, then in an unlinked
 * temporary file, so that memory does not depend on the size of a page. mem may be written to by
 * its owner; settle moves it to the file when it has grown.
 */
struct nq_spool {
	struct nq_buf mem;
	int fd;		/* -1 until needed */
	uint64_t filed; /* bytes in the file */
};

#define NQ_SPOOL_INIT              \
	{                          \
		NQ_BUF_INIT, -1, 0 \
	}

int nq_spool_settle(struct nq_spool *, struct nq_err *);
void nq_spool_reset(struct nq_spool *); /* keeps the file for the next page */
void nq_spool_free(struct nq_spool *);

typedef int (*nq_spool_fn)(void *ctx, const char *, size_t, struct nq_err *);

/* Hands the content piece by piece, in order, to fn; stops when that returns -1. */
int nq_spool_each(struct nq_spool *, nq_spool_fn, void *ctx, struct nq_err *);

/* The same, and forgets it, but for the last bytes, which are in memory and stay there. */
int nq_spool_drain(struct nq_spool *, size_t last, nq_spool_fn, void *ctx, struct nq_err *);

/* Writes the content to the stream. */
int nq_spool_write(struct nq_spool *, FILE *, struct nq_err *);

#endif
