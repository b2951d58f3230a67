#ifndef NQ_STATE_DAMAGE_H
#define NQ_STATE_DAMAGE_H

#include "state/store.h"

/*
 * Makes of the reason why a row cannot be trusted an error that says how to recover: the command
 * that sets the cursor last committed according to the history. Returns -2.
 */
int nq_damage_explain(struct nq_store *, struct nq_key, const char *what, struct nq_err *);

#endif
