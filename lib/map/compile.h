#ifndef NQ_MAP_COMPILE_H
#define NQ_MAP_COMPILE_H

#include "base/cli.h"
#include "base/err.h"
#include "map/prog.h"

/*
 * Compiles the mapping that stands in prog->source; file is its name in messages and must stay
 * valid. args are the NAME=VALUE of --arg. On -1 a usage error with place, line and caret.
 */
int nq_compile(struct nq_prog *, const char *file, const struct nq_list *args, struct nq_err *);

#endif
