#ifndef NQ_BASE_NUM_H
#define NQ_BASE_NUM_H

#include <stdbool.h>

#include "base/str.h"

/* Numbers as their JSON text (RFC 8259, 6), of any length: never through a double. */

/* Whether the text is a JSON number, whole. */
bool nq_num_valid(struct nq_str);

/*
 * Orders two valid numbers by value, exactly: 1.0 equals 1e0, -0 equals 0, 10 is above 9. Only
 * exponents beyond 18 digits, which no value can have a use for, compare by sign alone.
 */
int nq_num_cmp(struct nq_str, struct nq_str);

#endif
