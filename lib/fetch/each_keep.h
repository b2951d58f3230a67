#ifndef NQ_FETCH_EACH_KEEP_H
#define NQ_FETCH_EACH_KEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cli.h"
#include "base/err.h"
#include "json/path.h"

/*
 * Members of the parent in each child record (--keep PATH=NAME): a stream that takes lines of
 * records and passes them on, the members spliced in before the closing brace, all else as it
 * came. A record that has a member of such a name already is refused: neither value may get lost.
 */
struct nq_each_keep {
	struct nq_each_kept {
		struct nq_path path; /* in the parent; null where it has nothing there */
		struct nq_str name;  /* in the child; borrowed */
	} * kept;
	size_t n;
	struct nq_buf members; /* "a":1,"b":2 of the parent in use */
	struct nq_buf rest;    /* a line that is not complete yet */
	struct nq_buf made;
	struct nq_doc child;
	size_t max_line;
	uint64_t lines; /* of this parent */
	FILE *to, *stream;
	struct nq_err why; /* filled: why the stream refused a line */
};

/* Reads the options; usage errors name --keep. The stream writes to the one given. */
int nq_each_keep_open(
    struct nq_each_keep *, const struct nq_list *, size_t max_line, FILE *to, struct nq_err *);
void nq_each_keep_free(struct nq_each_keep *);

/* The members of this parent, and those of which parent are put in from now on. */
void
nq_each_keep_read(const struct nq_each_keep *, const struct nq_doc *parent, struct nq_buf *members);
void nq_each_keep_use(struct nq_each_keep *, const struct nq_buf *members);

/* Where to write the children. */
FILE *nq_each_keep_stream(const struct nq_each_keep *);

#endif
