#ifndef NQ_BASE_BESIDE_H
#define NQ_BASE_BESIDE_H

#include "base/err.h"

/*
 * Programs of the suite lie in one directory. Becomes the one of this name, with the same command
 * line; comes back only, with the error filled, where it cannot be run.
 */
void nq_beside_become(const char *program, char *const *argv, struct nq_err *);

#endif
