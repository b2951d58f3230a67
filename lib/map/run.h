#ifndef NQ_MAP_RUN_H
#define NQ_MAP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "json/lines.h"
#include "json/mark.h"
#include "json/rejects.h"
#include "map/record.h"

/*
 * The stream from stdin to stdout: each record is mapped, checked and written, or rejected; end
 * marks are checked and written anew. Whatever ends the stream early ends it with a fail mark,
 * so that no later stage takes half a stream for a whole one.
 */
struct nq_run {
	const struct nq_prog *prog;
	const struct nq_schema *schema; /* or NULL */
	bool from_rejects;		/* the records stand in the lines of a rejects file */
	size_t max_line;
	struct nq_rejects *rejects;
	/* its own */
	struct nq_lines lines;
	struct nq_doc doc;
	struct nq_mapper mapper;
	struct nq_tally tally;
	struct nq_buf out;
	uint64_t read, skipped, written, rejected; /* since the last end mark */
	uint64_t read_in_all;
	bool broken; /* stdout takes nothing any more */
};

/* The status, with err filled unless it is NQ_OK or NQ_PARTIAL. */
enum nq_status nq_run(struct nq_run *, struct nq_err *);

#endif
