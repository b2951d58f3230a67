#ifndef NQ_LOAD_SQLITE_ROWS_H
#define NQ_LOAD_SQLITE_ROWS_H

#include "load/sink.h"
#include "load/sqlite_table.h"

/*
 * Rows into a table of SQLite, one prepared statement for each set of members that records bring
 * (a shape), values bound from the batch without a copy.
 *
 * How "updated" and "unchanged" are told apart, and why not by INSERT … ON CONFLICT DO UPDATE:
 * that checks NOT NULL before it looks for the key, so a record that leaves such a column out
 * could never update a row. Instead there are two plain statements: an UPDATE by key whose WHERE
 * also asks whether any member differs, and an INSERT … ON CONFLICT DO NOTHING; sqlite3_changes()
 * after each says what happened. Whichever worked for the row before is tried first, so a first
 * load costs one statement a row, and so does a delta of changed rows. Behind an unchanged row a
 * SELECT looks first whether the next one is unchanged as well, so that those cost one look-up.
 */
struct nq_sqlite_rows {
	struct nq_db *db;
	const struct nq_sqlite_table *table;
	const struct nq_load_options *o;
	const struct nq_columns *columns;
	struct nq_shape *shape;
	uint32_t nshapes, current;
	uint64_t clock;
	const struct nq_cell **cell; /* those of the row in hand */
	uint32_t ncells, capcells;
	bool insert_first, look_first;
	char loaded_at[32]; /* for --meta */
};

enum nq_row_outcome {
	NQ_ROW_FAILED,
	NQ_ROW_REFUSED, /* the error holds the reason */
	NQ_ROW_INSERTED,
	NQ_ROW_UPDATED,
	NQ_ROW_UNCHANGED,
	NQ_ROW_DELETED,
};

void nq_sqlite_rows_forget(struct nq_sqlite_rows *); /* statements of a table that has changed */
void nq_sqlite_rows_free(struct nq_sqlite_rows *);
enum nq_row_outcome nq_sqlite_rows_write(
    struct nq_sqlite_rows *, const struct nq_batch *, const struct nq_batch_row *, struct nq_err *);

#endif
