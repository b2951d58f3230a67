#ifndef NQ_MAP_RECORD_H
#define NQ_MAP_RECORD_H

#include "map/eval.h"
#include "map/schema.h"

/*
 * One record after the other, as a run and a test have it: a name that stands twice rejects it, and
 * so does what the schema refuses of its output.
 */
struct nq_mapper {
	struct nq_eval eval;
	const struct nq_schema *schema; /* or NULL */
	struct nq_doc made;		/* an output record */
};

/* No output record may be longer than max. */
void
nq_mapper_init(struct nq_mapper *, const struct nq_prog *, const struct nq_schema *, size_t max);
void nq_mapper_free(struct nq_mapper *);

/*
 * Adds the output of the record at tok, a line each, and their number. 1: mapped, 0: skipped, -1:
 * rejected, with the reason; then out is as it was.
 */
int nq_mapper_record(struct nq_mapper *, const struct nq_doc *, uint32_t tok, struct nq_buf *out,
    uint64_t *written, struct nq_err *);

#endif
