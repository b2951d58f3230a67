#ifndef NQ_FETCH_DOUBT_H
#define NQ_FETCH_DOUBT_H

#include "fetch/pager.h"
#include "fetch/probe.h"
#include "fetch/suspect.h"
#include "http/headers.h"

/*
 * A second look at the first page, where the user has named the pagination: a walk that ends
 * there, while the page leads on in a way of its own, followed the wrong path, and so perhaps did
 * one that ends later with fewer records than the first page declares. It is looked at while it
 * comes in, so that it need not be kept. All zero: nothing is looked at.
 */
struct nq_doubt {
	struct nq_probe probe;
	bool looks;
	struct nq_buf other; /* a --paginate that would go on, or nothing */
	bool unnamed;	     /* there is more, but nobody says how to get it */
	uint64_t total;	     /* of all records, as the page declares it; 0: it does not */
};

void nq_doubt_free(struct nq_doubt *);

/* Before each attempt at the first page; a look at an earlier one is forgotten. */
void nq_doubt_begin(struct nq_doubt *);
void nq_doubt_data(struct nq_doubt *, const char *, size_t);

/* The page came whole: what it says about the next one. */
void nq_doubt_end(struct nq_doubt *, const struct nq_headers *, uint64_t records);

/* The walk ended by itself. */
void nq_doubt_tell(const struct nq_doubt *, const struct nq_pager *, struct nq_suspects *);

#endif
