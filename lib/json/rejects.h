#ifndef NQ_JSON_REJECTS_H
#define NQ_JSON_REJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Records that cannot be mapped or loaded: counted, written to the --rejects file as {"line",
 * "error", "record"}, and too many of them end the run.
 */
struct nq_rejects {
	const char *path;
	int fd; /* -1: no file asked for */
	uint64_t n, counted, max;
	bool percent;
	bool dirty;	    /* something is not durable yet */
	struct nq_buf held; /* not yet written */
};

/* limit is N or N% or NULL for none; a limit above 0 needs a file. The file starts empty, 0600. */
int nq_rejects_open(struct nq_rejects *, const char *path, const char *limit, struct nq_err *);
void nq_rejects_close(struct nq_rejects *);

/*
 * Takes one in. why->msg is the reason. excused: it was asked for and does not count against the
 * limit. -1: one too many, and why tells line and reason.
 */
int nq_rejects_add(
    struct nq_rejects *, uint64_t line, struct nq_str record, bool excused, struct nq_err *why);

/* Makes the file durable, and holds a limit in percent against the number of records. */
int nq_rejects_finish(struct nq_rejects *, uint64_t records, struct nq_err *);

#endif
