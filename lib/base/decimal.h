#ifndef NQ_BASE_DECIMAL_H
#define NQ_BASE_DECIMAL_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Arithmetic on numbers as JSON writes them, exact: no value passes through a double. Results are
 * written without exponent and without zeros at the end of the fraction. A quotient that does not
 * end is rounded, half away from zero, to NQ_DECIMAL_SCALE digits behind the point; a remainder
 * has the sign of its left side. op is one of + - * / %. On -1 *why tells the reason: a number of
 * more than NQ_MAX_DIGITS digits, or a division by zero.
 */
#define NQ_DECIMAL_SCALE 20

int nq_decimal_calc(char op, struct nq_str a, struct nq_str b, struct nq_buf *, const char **why);

/* The whole part, without fraction and exponent: 1.9e1 gives 19, -0.5 gives 0. */
int nq_decimal_whole(struct nq_str, struct nq_buf *, const char **why);

#endif
