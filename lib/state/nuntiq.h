#ifndef NQ_STATE_NUNTIQ_H
#define NQ_STATE_NUNTIQ_H

#include "state/store.h"

/*
 * State on the Nuntiq platform, nuntiq:BASE-URL: its delta endpoints hold cursor and status, and
 * its word counts. It knows neither run ids, nor locks, nor a history that can be read, so a
 * directory of this machine has those (a state/file store with a copy of each row), and what a
 * committed row needs beyond the platform's members travels in its metadata (state/nuntiq_row).
 *
 * started_at_utc tells whose a running row is: when it is not that of our copy, somebody else
 * began. Such a run is left alone for an hour, the platform's own advice, or for NQ_STALE.
 */
extern const struct nq_store_ops nq_nuntiq_store;

#endif
