#ifndef NQ_LOAD_POSTGRES_SUSPECT_H
#define NQ_LOAD_POSTGRES_SUSPECT_H

#include "load/postgres_stage.h"

/*
 * Whether the staged rows have to be looked at one by one: two of them have one key in the eyes of
 * the server (uuid, citext, times), or a value would be rounded. Then 1 and the reason, -1 an
 * error.
 */
int nq_pg_suspect(struct nq_pg_stage *, struct nq_err *);

#endif
