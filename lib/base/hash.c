#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static uint64_t
mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9fb21c651e98df25);
	return h ^ (h >> 29);
}

uint64_t
nq_hash(uint64_t seed, const void *p, size_t n)
{
	const unsigned char *at = p;
	uint64_t h = mix(seed, n), lane[4] = {h, ~h, h + 1, ~h - 1}, word;

	if (n >= 2 * sizeof(lane)) { /* four chains side by side keep the multiplier busy */
		for (; n >= sizeof(lane); n -= sizeof(lane), at += sizeof(lane)) {
			for (int i = 0; i < 4; i++) {
				memcpy(&word, at + sizeof(word) * (size_t)i, sizeof(word));
				lane[i] = mix(lane[i], word);
			}
		}
		h = mix(mix(mix(lane[0], lane[1]), lane[2]), lane[3]);
	}
	for (; n >= sizeof(word); n -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		h = mix(h, word);
	}
	word = 0;
	memcpy(&word, at, n);
	return mix(mix(h, word), 0);
}

static struct nq_seen_slot *
find(const struct nq_seen *s, uint64_t hash)
{
	size_t i = (size_t)hash & (s->cap - 1);

	while (s->slot[i].where != 0 && s->slot[i].hash != hash)
		i = (i + 1) & (s->cap - 1);
	return &s->slot[i];
}

static void
grow(struct nq_seen *s)
{
	struct nq_seen old = *s;

	s->cap = old.cap == 0 ? 64 : old.cap * 2;
	s->slot = nq_calloc(s->cap, sizeof(*s->slot));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i].where != 0)
			*find(s, old.slot[i].hash) = old.slot[i];
	free(old.slot);
}

uint64_t
nq_seen_before(struct nq_seen *s, uint64_t hash, uint64_t where)
{
	struct nq_seen_slot *slot;

	if (s->n * 2 >= s->cap)
		grow(s);
	slot = find(s, hash);
	if (slot->where != 0)
		return slot->where;
	*slot = (struct nq_seen_slot){hash, where};
	s->n++;
	return 0;
}

void
nq_seen_free(struct nq_seen *s)
{
	free(s->slot);
	*s = (struct nq_seen){NULL, 0, 0};
}
