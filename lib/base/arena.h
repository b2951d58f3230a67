#ifndef NQ_BASE_ARENA_H
#define NQ_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

/*
 * Memory for the things of one record: taken piece by piece, given back all at once. Pieces never
 * move. Reset keeps the first block, so a filter allocates once, not per line.
 */
struct nq_arena_block;

struct nq_arena {
	struct nq_arena_block *head; /* the block in use; older ones hang behind it */
	size_t used;		     /* bytes handed out since the last reset */
};

#define NQ_ARENA_INIT   \
	{               \
		NULL, 0 \
	}

void *nq_arena_get(struct nq_arena *, size_t);
struct nq_str nq_arena_copy(struct nq_arena *, struct nq_str);
void nq_arena_reset(struct nq_arena *);
void nq_arena_free(struct nq_arena *);

#endif
