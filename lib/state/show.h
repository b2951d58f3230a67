#ifndef NQ_STATE_SHOW_H
#define NQ_STATE_SHOW_H

#include <stdint.h>

#include "base/buf.h"
#include "base/cli.h"
#include "base/err.h"
#include "json/doc.h"
#include "state/row.h"
#include "state/table.h"

/* Rows and history as text: JSON for programs, raw values for the shell, tables for people. */

void nq_show_row(const struct nq_row *, struct nq_buf *); /* one line of JSON */

/*
 * The raw values of the named fields, a line each; null is an empty line. A value that is not one
 * line itself would lie to the shell and is an error. check: a usage error for an unknown name.
 */
int nq_show_fields_check(const struct nq_list *, struct nq_err *);
int nq_show_fields(const struct nq_row *, const struct nq_list *, struct nq_buf *, struct nq_err *);

void nq_show_rows(const struct nq_row *rows, size_t n, struct nq_buf *);

/* A history, fed line by line; as JSON the good lines go into out as they are. */
struct nq_show_history {
	bool json;
	struct nq_buf out;
	struct nq_table table;
	struct nq_doc doc;
	uint64_t lines, damaged;
};

void nq_show_history_init(struct nq_show_history *, bool json);
void nq_show_history_free(struct nq_show_history *);

/* An nq_store_line_fn whose ctx is the struct; damaged lines are counted and passed over. */
int nq_show_history_line(void *ctx, struct nq_str line, struct nq_err *);

/* The text of all, in out. */
const struct nq_buf *nq_show_history_end(struct nq_show_history *);

#endif
