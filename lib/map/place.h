#ifndef NQ_MAP_PLACE_H
#define NQ_MAP_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/faults.h"

/*
 * Places in the text of a mapping, as messages tell them: lines and columns count from 1, columns
 * count characters, as editors do.
 */
struct nq_place {
	const char *file; /* its name */
	struct nq_str source;
	uint32_t pos; /* in bytes */
};

/* Adds "file:line:column: ". */
void nq_place_add(const struct nq_place *, struct nq_buf *);

/* A fault at a place: place and message, the line of the source, and a caret. Returns -1. */
int nq_place_fault(const struct nq_place *, struct nq_faults *, const char *text);

#endif
