#ifndef NQ_STATE_LISTING_H
#define NQ_STATE_LISTING_H

#include "state/store.h"

/*
 * The rows in a state directory, sorted by connector and stream. What is not named as we name
 * things is passed over; a directory that is not there holds nothing.
 */
int nq_listing_walk(const char *where, nq_store_key_fn, void *ctx, struct nq_err *);

#endif
