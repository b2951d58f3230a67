#ifndef NQ_STATE_BOUND_H
#define NQ_STATE_BOUND_H

#include "state/run.h"

/*
 * Where a run begins: an override, else the committed cursor minus the lag, else the initial
 * value, else nowhere (out stays empty: everything).
 */
int nq_bound_find(const struct nq_begin *, enum nq_cursor_type, const struct nq_row *,
    struct nq_buf *out, struct nq_err *);

/*
 * Where it ends: the cursor that complete commits. Sets *kept when the run began above the
 * committed cursor. An explicit cursor below it is CURSOR_REGRESSION.
 */
int nq_bound_next(const struct nq_row *, const struct nq_complete *, bool *kept, struct nq_buf *out,
    struct nq_err *);

#endif
