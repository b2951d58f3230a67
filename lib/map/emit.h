#ifndef NQ_MAP_EMIT_H
#define NQ_MAP_EMIT_H

#include "map/eval.h"

/* Writes the output records of the body at i, a line each, and counts them. -1: rejected. */
int nq_emit_records(struct nq_eval *, uint32_t i, uint64_t *written);

#endif
