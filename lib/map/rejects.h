#ifndef NQ_MAP_REJECTS_H
#define NQ_MAP_REJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Where rejected records go: one line {"line","error","record"} each, the record as it came. The
 * file is made anew by each run. How many are too many is a number, or a share of what was read.
 */
struct nq_rejects {
	const char *path; /* NULL: nowhere */
	int fd;
	struct nq_buf buf;
	uint64_t n;
	uint64_t most; /* records, or percent */
	bool percent;
	bool dirty; /* something is not durable yet */
};

/* limit is N or N%, NULL for 0. */
int nq_rejects_open(struct nq_rejects *, const char *path, const char *limit, struct nq_err *);
void nq_rejects_close(struct nq_rejects *);

int nq_rejects_add(
    struct nq_rejects *, uint64_t line, const char *error, struct nq_str record, struct nq_err *);

/* Whether that were too many of the records read; a share is told only when all are read. */
bool nq_rejects_too_many(const struct nq_rejects *, uint64_t read, bool complete);

/* Makes durable what was added. */
int nq_rejects_sync(struct nq_rejects *, struct nq_err *);

#endif
