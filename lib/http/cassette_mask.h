#ifndef NQ_HTTP_CASSETTE_MASK_H
#define NQ_HTTP_CASSETTE_MASK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Redaction by value (base/secret) of text that comes in pieces: what it gives does not depend
 * on where they were cut. Every byte that belongs to a spelling of a secret goes; *** comes for
 * each run of them, or 999 where it begins with a secret that is all digits: one that stands as a
 * number in JSON leaves a number. It holds back less than the longest spelling.
 */
struct nq_cassette_mask {
	struct nq_buf held; /* may begin a secret */
	size_t hidden;	    /* bytes from here on that belong to one that began before */
};

#define NQ_CASSETTE_MASK_INIT  \
	{                      \
		NQ_BUF_INIT, 0 \
	}

/* Adds to out what is certain. */
void nq_cassette_mask_add(struct nq_cassette_mask *, struct nq_str piece, struct nq_buf *out);

/*
 * The text is over: adds the rest, without what may be half a secret if the text was cut. The mask
 * is as it was in the beginning.
 */
void nq_cassette_mask_end(struct nq_cassette_mask *, bool cut, struct nq_buf *out);

/* All at once. */
void nq_cassette_mask(struct nq_str, struct nq_buf *out);

#endif
