#ifndef NQ_STATE_POSTGRES_H
#define NQ_STATE_POSTGRES_H

#include "state/store.h"

/*
 * State in a PostgreSQL database, for any number of hosts: postgresql://…, in the first schema of
 * the role's search path, made at first use.
 *
 *	nq_state   a row for each stream, with the version of its layout and the lease of its lock
 *	nq_runs    the history: the newest 10,000 lines of each stream
 *
 * A hold is a transaction that has the row FOR UPDATE. fence is the token of the lease that a run
 * began under: complete demands, in the statement that moves the cursor, that it still be valid by
 * the server's clock. The lock itself is kept by state/lease. A table that is missing is made.
 */
extern const struct nq_store_ops nq_postgresql_store, nq_postgres_store;

#endif
