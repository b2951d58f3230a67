#ifndef NQ_LOAD_DUCKDB_PUBLISH_H
#define NQ_LOAD_DUCKDB_PUBLISH_H

#include "load/duckdb_table.h"
#include "load/sink.h"

/* The end of a load: collected rows go to their table, and _nq_loads gets its row. */

/* Makes the target fit what was collected: creates it, or adds and widens columns. */
int nq_duckdb_prepare(struct nq_duckdb_table *target, const struct nq_duckdb_table *staging,
    const struct nq_columns *, struct nq_err *);

/* Within a transaction: empties the target, or not, and gives it the collected rows. */
int nq_duckdb_publish(struct nq_duckdb_table *target, const struct nq_duckdb_table *staging,
    const struct nq_columns *, bool replace, struct nq_err *);

/* Within the same transaction. */
int nq_duckdb_record(struct nq_duckdb *, const struct nq_sink *, const struct nq_tally *,
    const char *started, struct nq_err *);

#endif
