#ifndef NQ_MAP_CALL_H
#define NQ_MAP_CALL_H

#include "map/eval.h"

/* The value of the function call at i: input and arguments checked by the function's row. */
int nq_call_function(struct nq_eval *, uint32_t i, struct nq_value *);

#endif
