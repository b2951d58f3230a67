#ifndef NQ_LOAD_DUCKDB_MERGE_H
#define NQ_LOAD_DUCKDB_MERGE_H

#include "load/duckdb_stage.h"
#include "load/sink.h"

/*
 * From the staged rows to the table, in SQL over sets of rows.
 *
 * Absent is not null: an update leaves a column as it is where the mask of the row lacks it, an
 * insert gives it the default. An UPDATE by key, of rows in which any member differs, goes before
 * an INSERT of those whose key is unknown, for a record may leave out a NOT NULL column of a row
 * that is there. Both have to read the keys of the table, so as long as all rows were new the
 * INSERT is tried alone, and it is the index that says no: a first load takes time in proportion to
 * its size.
 */
struct nq_duckdb_merge {
	struct nq_duckdb_stage *stage;
	const struct nq_duckdb_table *table;
	const struct nq_load_options *o;
	bool all_new;	    /* try to insert without a look */
	char loaded_at[32]; /* for --meta */
};

/*
 * Merges the rows [from, to), in which no key is written again after it was deleted, and adds what
 * happened. They are within a transaction, which is spoilt after a failure; *refused: the rows
 * are to blame for it, or where all_new is set perhaps only that.
 */
int nq_duckdb_merge(const struct nq_duckdb_merge *, const struct nq_batch *, uint32_t from,
    uint32_t to, struct nq_counts *, bool *refused, struct nq_err *);

#endif
