#ifndef NQ_STATE_HISTORY_H
#define NQ_STATE_HISTORY_H

#include "state/store.h"

/*
 * What a line of the history says: the row as it was when a run ended or somebody reset it, and
 *
 *	event             completed, failed, abandoned or reset
 *	reason            of a reset, else null
 *	old_cursor_value  the committed cursor before it
 */
int nq_history_add(struct nq_store *, const char *event, const struct nq_row *, const char *reason,
    struct nq_str old_cursor, struct nq_err *);

/* 1 and the row of the newest line that can be read, 0 when there is none, -1. */
int nq_history_last(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);

#endif
