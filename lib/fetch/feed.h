#ifndef NQ_FETCH_FEED_H
#define NQ_FETCH_FEED_H

#include "fetch/pull.h"

/*
 * --stop-before: a feed that has the newest records first is of interest down to a watermark. The
 * page that goes beyond it is the last; the pager has seen the whole of it, and all of it is
 * written. So the pull is complete, from that watermark on.
 */

/* After the watermark is known; a usage error where it has no order, or the bound is none. */
int nq_feed_open(struct nq_pull *, struct nq_err *);

/* After a page was accepted, with more to come: whether nothing more is wanted. */
bool nq_feed_ends(struct nq_pull *);

#endif
