#ifndef NQ_LOAD_DUCKDB_MERGE_H
#define NQ_LOAD_DUCKDB_MERGE_H

#include "load/duckdb_stage.h"
#include "load/sink.h"

/*
 * From the staged rows to the table, in SQL over sets of rows.
 *
 * Absent is not null: an update leaves a column as it is where the mask of the row lacks it, an
 * insert gives it the default. A table with no constraint but its key is tried with INSERT … ON
 * CONFLICT DO NOTHING first, which goes by the index, and only if some keys were known is there an
 * UPDATE, which reads the table; where a NOT NULL or CHECK could refuse a row that only updates,
 * the UPDATE comes first, and the INSERT leaves known keys out.
 */
struct nq_duckdb_merge {
	struct nq_duckdb_stage *stage;
	const struct nq_duckdb_table *table;
	const struct nq_load_options *o;
	char loaded_at[32]; /* for --meta */
};

/*
 * Merges the rows [from, to), in which no key is written again after it was deleted, and adds what
 * happened. They are within a transaction, which is spoilt after a failure; *refused: the rows
 * are to blame for it.
 */
int nq_duckdb_merge(const struct nq_duckdb_merge *, const struct nq_batch *, uint32_t from,
    uint32_t to, struct nq_counts *, bool *refused, struct nq_err *);

#endif
