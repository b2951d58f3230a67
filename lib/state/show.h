#ifndef NQ_STATE_SHOW_H
#define NQ_STATE_SHOW_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"
#include "state/row.h"
#include "state/table.h"

/* Rows and history as tables for people. */

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
