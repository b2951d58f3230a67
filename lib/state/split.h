#ifndef NQ_STATE_SPLIT_H
#define NQ_STATE_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Lines out of pieces that come as they come, for a loop that must not wait in read(2) for the
 * rest of a line. Each line that is more than white space goes to fn, without its line feed.
 */
typedef int (*nq_split_fn)(void *ctx, struct nq_str line, struct nq_err *);

struct nq_split {
	nq_split_fn fn;
	void *ctx;
	size_t max;	 /* bytes of one line */
	uint64_t number; /* of the line given last, from 1 */
	struct nq_buf rest;
};

int nq_split_feed(struct nq_split *, struct nq_str piece, struct nq_err *);
int nq_split_end(struct nq_split *, struct nq_err *); /* a last line without its line feed */
void nq_split_free(struct nq_split *);

#endif
