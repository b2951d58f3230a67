#ifndef NQ_PLAN_CHECK_H
#define NQ_PLAN_CHECK_H

#include "plan/config.h"

/*
 * Holds the whole file against the table of keys, before anything is done with it: unknown,
 * misplaced, doubled and refused keys, wrong types, and, in what was picked, references that are
 * not set, files that cannot be read, paths and numbers that are none. Faults are added to the
 * configuration; 0 when there are none. Keys without effect in this version are warned of.
 */
int nq_plan_check(struct nq_config *);

#endif
