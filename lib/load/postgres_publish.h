#ifndef NQ_LOAD_POSTGRES_PUBLISH_H
#define NQ_LOAD_POSTGRES_PUBLISH_H

#include "load/postgres_table.h"
#include "load/sink.h"

/*
 * The end of a load: what a replace held back becomes visible, and _nq_loads keeps a record.
 * A replace loads a temporary table of the target's shape, so that the table's own constraints
 * judge each row and a killed run leaves nothing behind. All within a transaction of the caller.
 */

/* Makes the staging table from the target, which is there. */
int nq_pg_publish_prepare(const struct nq_pg_table *target, struct nq_pg_table *staging,
    struct nq_columns *, struct nq_err *);

/* Replaces the rows of the target by those of the staging table. */
int nq_pg_publish(struct nq_pg_table *target, const struct nq_pg_table *staging,
    const struct nq_columns *, struct nq_err *);

/* Writes down the load, beside the table; a role that may not is only warned. */
int nq_pg_publish_record(const struct nq_pg_table *, const struct nq_load_options *,
    const struct nq_counts *, const struct nq_tally *, const char *started, struct nq_err *);

#endif
