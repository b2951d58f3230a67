#ifndef NQ_LOAD_POSTGRES_MERGE_H
#define NQ_LOAD_POSTGRES_MERGE_H

#include "load/postgres_stage.h"
#include "load/sink.h"

/*
 * The statements that bring the staged rows into the table, and what they did.
 *
 * Why not INSERT … ON CONFLICT DO UPDATE alone: it checks NOT NULL before it looks for the key, so
 * a record that leaves such a column out could never update a row; and it does not tell inserted
 * from updated. So: an UPDATE of the rows that are there and differ, and an INSERT of the others.
 * As long as all rows of a batch were new, the next one tries the INSERT alone, which a first load
 * then is made of; where that was wrong, the caller undoes it and calls again.
 */
struct nq_pg_merge {
	struct nq_pg_stage *stage;
	struct nq_buf sql;
	const char *run_id, *loaded_at; /* for --meta */
	bool insert_first;
};

/* Sets what happened. 1: the rows were not all new; insert_first is off now. Undo, load, and call
 * again. */
int
nq_pg_merge_run(struct nq_pg_merge *, const struct nq_batch *, struct nq_counts *, struct nq_err *);

#endif
