#ifndef NQ_LOAD_RECORD_H
#define NQ_LOAD_RECORD_H

#include "base/err.h"
#include "json/doc.h"
#include "json/path.h"
#include "load/batch.h"
#include "load/columns.h"
#include "load/sink.h"

/* From a record as JSON to its cells in a batch: names to columns, values to classes, the key. */
struct nq_recorder {
	const struct nq_load_options *o;
	struct nq_columns *columns;
	struct nq_path delete_if;
	uint32_t newer;	 /* column, or UINT32_MAX */
	uint32_t *guess; /* the column of the i-th member of the record before this one */
	uint32_t nguess;
	struct nq_buf scratch;
};

enum nq_take {
	NQ_TAKE_FAILED = -1,
	NQ_TAKE_ROW,
	NQ_TAKE_FOLDED,
	NQ_TAKE_REJECTED,  /* the error holds the reason */
	NQ_TAKE_DISCARDED, /* the same, by --schema-contract discard_row */
};

int nq_recorder_init(
    struct nq_recorder *, const struct nq_load_options *, struct nq_columns *, struct nq_err *);
void nq_recorder_free(struct nq_recorder *);

/* Takes the record that doc holds into the batch. What is rejected leaves nothing there. */
enum nq_take nq_recorder_take(
    struct nq_recorder *, const struct nq_doc *, uint64_t line, struct nq_batch *, struct nq_err *);

#endif
