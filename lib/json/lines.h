#ifndef NQ_JSON_LINES_H
#define NQ_JSON_LINES_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * NDJSON in: one line after the other as a slice of the read buffer, valid until the next call.
 * The line feed is off; a last line without one is given like the others. Lines of white space
 * alone are passed over but counted. A line longer than max is an error that names --max-line.
 */
struct nq_lines {
	int fd;
	size_t max;
	uint64_t number; /* of the line given last, from 1 */
	uint64_t bytes;	 /* read so far */
	struct nq_buf buf;
	size_t at; /* what is given out */
	bool eof;
	const volatile sig_atomic_t *stop; /* not NULL and set: a signal ends the wait for input */
};

void nq_lines_init(struct nq_lines *, int fd, size_t max);
void nq_lines_free(struct nq_lines *);

/* 1 and a line, 0 at the end, -1 on a failed read or an overlong line. */
int nq_lines_next(struct nq_lines *, struct nq_str *, struct nq_err *);

/* Whether the next call can answer without reading: if not, flush what you hold back first. */
bool nq_lines_ready(const struct nq_lines *);

#endif
