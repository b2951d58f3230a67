#ifndef NQ_LOAD_DELIVERY_H
#define NQ_LOAD_DELIVERY_H

#include "load/post.h"

/*
 * The rows of a batch on their way: cut into requests by rows and bytes, each sent by load/post,
 * and the verdicts on single rows handed to the loader one by one. Rows that a server was too busy
 * for are sent again without the others.
 */
struct nq_delivery {
	struct nq_post *post;
	struct nq_counts *counts;
	uint32_t max_rows;  /* of one request */
	uint64_t max_bytes; /* a single row may be longer; halved when a server says 413 */
	/* The counts of an answer that tells nothing row by row; true: it told them. */
	bool (*count)(struct nq_delivery *, uint32_t rows);
	/* The request that was answered row by row: rows [from, to), those refused by index. */
	uint32_t from, to;
	struct nq_refused *refused;
	uint32_t n, cap, at; /* at: the loader has heard of those before it */
	struct nq_buf why;
	/* The rows of the request in hand. */
	uint32_t *list;
	uint32_t nlist, caplist;
};

void nq_delivery_init(struct nq_delivery *, struct nq_post *, struct nq_counts *);
void nq_delivery_free(struct nq_delivery *);

/* A new batch comes. */
void nq_delivery_begin(struct nq_delivery *);

/* The write of struct nq_sink_ops. */
enum nq_write nq_delivery_write(struct nq_delivery *, const struct nq_batch *, uint32_t from,
    uint32_t to, uint32_t *done, struct nq_err *);

/*
 * What came of a payload that was sent as a whole, and not by rows of a batch: 0 when every row is
 * in.
 */
int nq_delivery_whole(struct nq_delivery *, enum nq_posted, struct nq_err *);

/* The rows [from, to) as the text of their requests, for a dry run. */
void nq_delivery_show(
    struct nq_delivery *, const struct nq_batch *, uint32_t from, uint32_t to, struct nq_buf *);

#endif
