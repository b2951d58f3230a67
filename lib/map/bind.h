#ifndef NQ_MAP_BIND_H
#define NQ_MAP_BIND_H

#include "map/prog.h"

/*
 * What is done once, between parsing and the first record: operands that can never fit are
 * faults, and what a call can use again and again (a pattern, a lookup table) is made ready. -1:
 * faults were told.
 */
int nq_bind(struct nq_prog *, struct nq_faults *);

#endif
