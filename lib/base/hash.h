#ifndef NQ_BASE_HASH_H
#define NQ_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * A fast 64-bit digest to tell texts apart, and a set of digests that remembers where each was
 * first seen. Not for secrets and not against an enemy: a server that makes two pages collide
 * only stops its own pull.
 */
uint64_t nq_hash(uint64_t seed, const void *, size_t);

struct nq_seen {
	struct nq_seen_slot {
		uint64_t hash, where; /* where is 0 in a free slot */
	} * slot;
	size_t n, cap;
};

/* Where the digest was first seen, or 0 and from now on where (not 0). */
uint64_t nq_seen_before(struct nq_seen *, uint64_t hash, uint64_t where);
void nq_seen_free(struct nq_seen *);

#endif
