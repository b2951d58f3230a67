#ifndef NQ_LOAD_POSTGRES_BATCH_H
#define NQ_LOAD_POSTGRES_BATCH_H

#include "load/postgres_merge.h"
#include "load/sink.h"

/*
 * One transaction a batch; append is one for the whole run. Two loaders of one
 * table take turns by an advisory lock, which leaves other readers and writers alone. A batch whose
 * connection died is sent again: whether its commit got through is asked of the server by the
 * transaction's number, so that nothing is counted or inserted twice.
 */
struct nq_pg_range {
	uint32_t from, to;
};

struct nq_postgres {
	struct nq_pg pg;
	struct nq_pg_table target, staging;
	struct nq_pg_stage stage;
	struct nq_pg_merge merge;
	bool in_transaction;
	char xid[24]; /* of the transaction in hand */
	struct nq_buf started, loaded_at;
	/* To do it again after the connection was lost: */
	const struct nq_batch *batch;
	struct nq_counts before;
	struct nq_pg_range *done; /* the ranges of the batch that are in */
	uint32_t ndone, capdone;
	uint64_t attempt;
};

struct nq_pg_table *nq_postgres_written(struct nq_sink *); /* the target, or a replace's staging */
void nq_postgres_now(struct nq_buf *);

/* Connects, as often as it takes and --attempts allows. */
int nq_postgres_reach(struct nq_sink *, struct nq_err *);

/* The sink's begin, write and commit. */
int nq_postgres_begin(struct nq_sink *, const struct nq_batch *, struct nq_err *);
enum nq_write nq_postgres_write(struct nq_sink *, const struct nq_batch *, uint32_t from,
    uint32_t to, uint32_t *done, struct nq_err *);
int nq_postgres_commit(struct nq_sink *, struct nq_err *);

/* Adds the statement that takes the lock of a name; all loaders have to agree on it. */
void nq_postgres_lock(struct nq_buf *sql, const struct nq_pg_table *, const char *name);
/* Starts a transaction, under the lock of a name unless NULL; version is the target's shape now. */
int nq_postgres_transact(struct nq_sink *, const char *lock, char version[24], struct nq_err *);
/* COMMIT, and after a lost connection the truth about it: 0 it is in, 1 it is not, -1. */
int nq_postgres_end(struct nq_sink *, struct nq_err *);
/*
 * After a failure: 0 when the connection is there again and the transaction is gone, so that it
 * can be done once more; -1 when that is no remedy. An append and a replace have put earlier
 * batches into what is lost.
 */
int nq_postgres_recover(struct nq_sink *, struct nq_err *);

#endif
