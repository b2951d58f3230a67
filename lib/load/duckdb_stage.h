#ifndef NQ_LOAD_DUCKDB_STAGE_H
#define NQ_LOAD_DUCKDB_STAGE_H

#include "load/batch.h"
#include "load/duckdb_table.h"

/*
 * The rows of a batch in the temporary table _nq_batch, from where SQL merges them: r the number
 * of the row, del whether it deletes, m0, m1 … which of its members were there (64 in each, only
 * where some record lacks one), c0, c1 … the values. It goes in by DuckDB's own vectors, 2048 rows
 * at a time. A value that the target's type would change is found here, before anything is merged.
 */
#define NQ_DUCKDB_STAGE "temp.main._nq_batch"

/* In bad, beside the position of a value: the row has none at all; it is to be tried alone. */
#define NQ_DUCKDB_EMPTY	  UINT32_MAX
#define NQ_DUCKDB_SUSPECT (UINT32_MAX - 1)

struct nq_duckdb_stage {
	struct nq_duckdb *db;
	const struct nq_duckdb_table *table; /* what the rows are for */
	const struct nq_columns *columns;
	const char *newer_by; /* --newer-by, or NULL */
	uint32_t *col;	      /* by position: the column */
	bool *partial;	      /* by position: some record lacks it */
	uint32_t n, cap, masks;
	uint32_t *pos; /* by column: the position, or UINT32_MAX */
	uint32_t npos;
	uint32_t *bad; /* by row: 1 + the position of a value that cannot go in */
	uint32_t rows, capbad;
};

void nq_duckdb_stage_free(struct nq_duckdb_stage *);

/* Makes the table anew for this batch, empty. The target fits already. */
int nq_duckdb_stage_begin(struct nq_duckdb_stage *, const struct nq_batch *, struct nq_err *);

/* Puts the rows in that are not there yet. */
int nq_duckdb_stage_add(struct nq_duckdb_stage *, const struct nq_batch *, struct nq_err *);

/*
 * After a refusal: marks the rows that a constraint of the table probably refuses, so that they
 * need not be closed in on. What cannot be asked (a constraint over columns that the batch lacks,
 * a unique index) marks nothing, and neither does what would mark many.
 */
void nq_duckdb_stage_suspect(struct nq_duckdb_stage *);

/* Forgets rows that a rollback took out: from is the first. */
void nq_duckdb_stage_cut(struct nq_duckdb_stage *, uint32_t from);

/* Adds the value at a position as the target takes it: an expression over the alias s. */
void nq_duckdb_stage_value(const struct nq_duckdb_stage *, uint32_t pos, struct nq_buf *);

#endif
