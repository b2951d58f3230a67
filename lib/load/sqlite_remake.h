#ifndef NQ_LOAD_SQLITE_REMAKE_H
#define NQ_LOAD_SQLITE_REMAKE_H

#include "load/sqlite_table.h"

/* Tables made anew from the CREATE statement of another: to widen a column, to stage a replace. */

/* Gives the columns that are too narrow a wider type, all at once. Within a transaction. */
int nq_remake_widen(struct nq_sqlite_table *, struct nq_columns *, struct nq_err *);

/* Makes copy an empty table of the same shape, with its unique indexes. */
int nq_remake_copy_shape(
    const struct nq_sqlite_table *, const struct nq_sqlite_table *copy, struct nq_err *);

/* Replaces the rows of the table by those of the staging table, whose columns are given. */
int nq_remake_publish(struct nq_sqlite_table *, const struct nq_sqlite_table *staging,
    const struct nq_columns *, struct nq_err *);

#endif
