#ifndef NQ_LOAD_DUCKDB_REMAKE_H
#define NQ_LOAD_DUCKDB_REMAKE_H

#include "load/duckdb_table.h"

/* Tables made anew from the CREATE statement of another: to widen a column, to stage rows. */

/*
 * Gives the columns that are too narrow a wider type, all at once, in a transaction of its own.
 * DuckDB changes no type under a key or an index, so the table is built anew from its own
 * statement; constraints, defaults and indexes stay, and views name the new table.
 */
int nq_duckdb_widen(struct nq_duckdb_table *, struct nq_columns *, struct nq_err *);

/* Makes copy an empty table of the same shape, with its unique indexes. */
int nq_duckdb_copy_shape(
    const struct nq_duckdb_table *, const struct nq_duckdb_table *copy, struct nq_err *);

#endif
