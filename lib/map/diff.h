#ifndef NQ_MAP_DIFF_H
#define NQ_MAP_DIFF_H

#include "json/doc.h"

/*
 * What differs between two values, a line for each place: its path, what was expected and what is
 * there. Numbers are compared by value, objects whatever the order of their members, as == of the
 * mapping language does. Returns the number of places; NQ_MAX_FAULTS of them are written.
 */
struct nq_diff {
	const struct nq_doc *want, *got;
	const char *indent;
	struct nq_buf *out;
	/* its own */
	struct nq_buf path;
	unsigned n;
};

unsigned nq_diff(struct nq_diff *, uint32_t want, uint32_t got);

#endif
