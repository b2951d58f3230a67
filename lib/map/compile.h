#ifndef NQ_MAP_COMPILE_H
#define NQ_MAP_COMPILE_H

#include "base/cli.h"
#include "base/faults.h"
#include "map/prog.h"

/*
 * Compiles the mapping that stands in prog->source; file is its name in messages and must stay
 * valid; lookup tables are looked for beside it. args are the NAME=VALUE of --arg. On -1 there are
 * faults: as many as can be told for certain, each with place, line and caret.
 */
int nq_compile(struct nq_prog *, const char *file, const struct nq_list *args, struct nq_faults *);

#endif
