#ifndef NQ_STATE_TABLE_H
#define NQ_STATE_TABLE_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Columns for people: cells in reading order, each as wide as the widest of its column, two
 * blanks between. Control characters are shown as \xNN, so that data cannot drive a terminal; an
 * empty cell is "-".
 */
struct nq_table {
	size_t columns;
	char **cell; /* owned */
	size_t n;
};

void nq_table_add(struct nq_table *, struct nq_str);
void nq_table_format(const struct nq_table *, struct nq_buf *);
void nq_table_free(struct nq_table *);

#endif
