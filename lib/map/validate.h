#ifndef NQ_MAP_VALIDATE_H
#define NQ_MAP_VALIDATE_H

#include "map/schema.h"

/* The words shared by reading a schema and checking by it: bit i of types is type i. */
extern const char *const nq_schema_types[];  /* NULL-terminated */
extern const char *const nq_schema_bounds[]; /* NULL-terminated, in the order of bound[] */

#endif
