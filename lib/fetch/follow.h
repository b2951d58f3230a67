#ifndef NQ_FETCH_FOLLOW_H
#define NQ_FETCH_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "json/path.h"

/*
 * Which of several wanted paths lead through the place where a streaming parser is. A set of paths
 * is a word of bits, bit i for want[i]. Each open array or object is a frame; depth counts them.
 */
enum { NQ_FOLLOW_PATHS = 16 };

struct nq_follow {
	struct {
		const struct nq_path *path;
		uint32_t base; /* the depth that it starts from */
	} want[NQ_FOLLOW_PATHS];
	struct nq_follow_frame {
		bool is_array;
		uint32_t index;	  /* of the current item */
		uint32_t through; /* paths whose steps match so far */
		uint32_t now;	  /* those whose next step is the current member or item */
		uint64_t
		    lengths; /* of an object: a bit for each length, modulo 64, of a wanted key */
	} frame[NQ_MAX_DEPTH];
	uint32_t depth;
};

/* The index of a step that leads to any item; no path that is read has it. */
#define NQ_FOLLOW_ANY INT64_C(-1)

/* Reads a path that can be followed so: without an index from the end. */
int nq_follow_path(struct nq_path *, struct nq_str text, struct nq_err *);

/* Adds such a path as it is written. */
void nq_follow_show(const struct nq_path *, struct nq_buf *);

/* The paths whose next step is this key, in the innermost object. */
uint32_t nq_follow_step(const struct nq_follow *, struct nq_str key);

/* A member's key, inside an object; returns the paths that its value stands on. */
static inline uint32_t
nq_follow_key(struct nq_follow *t, struct nq_str key)
{
	struct nq_follow_frame *f = &t->frame[t->depth - 1];

	f->now = (f->lengths >> key.n % 64 & 1) != 0 ? nq_follow_step(t, key) : 0;
	return f->now;
}

/* The number, from 1, of the item that the object is where the parser is. */
static inline uint32_t
nq_follow_item(const struct nq_follow *t)
{
	return t->frame[t->depth - 2].index;
}

/* The paths that the value about to come stands on; at the top that is top. */
uint32_t nq_follow_value(struct nq_follow *, uint32_t top);

/* Of those, which have no step left: the value is theirs. */
uint32_t nq_follow_ends(const struct nq_follow *, uint32_t now);

/* An array or object opens that these paths lead through; the caller bounds the depth. */
void nq_follow_open(struct nq_follow *, bool is_array, uint32_t through);

/* Whether a path leads through the innermost one. */
static inline bool
nq_follow_looks(const struct nq_follow *t)
{
	return t->depth > 0 && t->frame[t->depth - 1].through != 0;
}

static inline bool
nq_follow_in_array(const struct nq_follow *t)
{
	return t->depth > 0 && t->frame[t->depth - 1].is_array;
}

#endif
