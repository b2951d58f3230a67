#ifndef NQ_MAP_TYPES_H
#define NQ_MAP_TYPES_H

#include "map/prog.h"

/*
 * What the value of an expression can be, as far as the mapping alone tells: a set of types, with
 * a bit 1 << enum nq_type for each. Both booleans stand for "a boolean".
 */
typedef uint8_t nq_types;

#define NQ_TYPE(t)    ((nq_types)(1u << (t)))
#define NQ_TYPES_NONE ((nq_types)(NQ_TYPE(NQ_ABSENT) | NQ_TYPE(NQ_NULL)))
#define NQ_TYPES_BOOL ((nq_types)(NQ_TYPE(NQ_FALSE) | NQ_TYPE(NQ_TRUE)))
#define NQ_TYPES_ANY  ((nq_types)0xff)

nq_types nq_types_of(const struct nq_prog *, uint32_t i);

/* What a letter of the function table stands for. */
nq_types nq_types_of_letter(char);

/* Adds "a string or a number", how messages call such a set; absent is left out. */
void nq_types_name(nq_types, struct nq_buf *);

#endif
