#ifndef NQ_FETCH_CHILDREN_H
#define NQ_FETCH_CHILDREN_H

#include "fetch/each.h"

/*
 * The pulls for the records on standard input, one after the other in what they write and count,
 * while the first pages of those that follow are on their way (--parallel). What is wrong with a
 * parent, or with the stream of them, is told when those before it are done; and a parent is read
 * ahead only if that needs no waiting.
 */

/* Fills in the URL and the body for the parent at hand. */
typedef int (*nq_children_fill)(
    void *ctx, struct nq_url *, struct nq_buf *body, struct nq_err *err);

/* All of them, added up in the sum, which gives their options. */
int nq_children_pull(struct nq_each *, struct nq_pull *sum, struct nq_http *, nq_children_fill,
    void *ctx, struct nq_err *);

#endif
