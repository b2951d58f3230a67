#ifndef NQ_MAP_CHECK_H
#define NQ_MAP_CHECK_H

#include "base/faults.h"
#include "map/prog.h"
#include "map/schema.h"

/*
 * What can be proven before any data: members that the schema does not know, required members
 * that the mapping never writes, constants that the schema refuses, expressions whose type it
 * does. All findings at once, each with its place; -1 when there are some.
 */
int nq_map_check(const struct nq_prog *, const struct nq_schema *, struct nq_faults *);

#endif
