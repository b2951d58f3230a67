#ifndef NQ_STATE_LOCK_H
#define NQ_STATE_LOCK_H

#include "base/buf.h"
#include "base/err.h"
#include "state/name.h"

/*
 * The lock of a run, on a local file system: flock(2) on a file that is never removed. The kernel
 * gives it free when the last process that inherited it is gone, whatever ended it. The file
 * tells who took it last, with a token that is also in NQ_LOCK of the environment: a process that
 * finds the lock taken with its own token runs under it, even where the descriptor was closed.
 */

/*
 * A descriptor that is inherited by what this process executes; -2 when somebody else has it,
 * with who added ("pid 812 on host, since …"); -1 on errors. Sets NQ_LOCK.
 */
int nq_lock_take(const char *path, struct nq_buf *who, struct nq_err *);

/* The token of the lock that we run under, or NULL. */
const char *nq_lock_own(void);

/* What is said of a lock that somebody else holds: NQ_TEMPFAIL and -1. */
int nq_lock_elsewhere(struct nq_key, const char *who, struct nq_err *);

/* 1 when somebody else has it, 0 when nobody has or we run under it, -1. */
int nq_lock_probe(const char *path, struct nq_buf *who, struct nq_err *);

#endif
