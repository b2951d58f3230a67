#ifndef NQ_LOAD_POSTGRES_STAGE_H
#define NQ_LOAD_POSTGRES_STAGE_H

#include "load/postgres_table.h"
#include "load/sink.h"

/*
 * Rows of a batch on their way into a table: they are written as COPY text into one buffer, and
 * from there into the temporary table pg_temp._nq_batch, whose columns have the types of the
 * target's:
 *
 *	n	the number of the row in the batch
 *	h	a '1' or '0' for each column of sometimes[]: whether the record has the member
 *	d	the row deletes
 *	c0, c1…	the values, by the index of the column
 *
 * Every load of the table begins with a savepoint, so that what was refused can be undone.
 */
struct nq_pg_stage {
	struct nq_pg *pg;
	const struct nq_pg_table *table;
	const struct nq_columns *columns;
	const struct nq_load_options *o;
	char **type; /* of c0, c1… as they were made; NULL: not there */
	uint32_t ntype;
	bool exists, dirty, was_dirty, savepoint;
	/* Of the rows in hand: */
	uint32_t *col, ncol; /* the columns that any row brings, ascending */
	uint32_t *place;     /* by column: 1 + its place in h, or 0: every row has it */
	uint32_t *count;     /* by column: how many rows bring it */
	uint32_t ncount, nplaces;
	uint64_t values, deletes; /* rows */
	struct nq_buf copy, sql;
};

void nq_pg_stage_free(struct nq_pg_stage *);
void nq_pg_stage_lost(struct nq_pg_stage *);	  /* the connection, and all temporary tables */
void nq_pg_stage_committed(struct nq_pg_stage *); /* which empties it */

/* Why PostgreSQL cannot hold the row, whatever the table: -1 and the reason. */
int nq_pg_stage_check(const struct nq_pg_stage *, const struct nq_batch *,
    const struct nq_batch_row *, struct nq_err *);

/* Makes room, sets the savepoint, and brings the rows [from, to) there. */
int nq_pg_stage_load(
    struct nq_pg_stage *, const struct nq_batch *, uint32_t from, uint32_t to, struct nq_err *);
/* Back to the savepoint. */
int nq_pg_stage_undo(struct nq_pg_stage *, struct nq_err *);

#endif
