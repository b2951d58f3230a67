#ifndef NQ_STATE_GUARD_H
#define NQ_STATE_GUARD_H

#include <sys/types.h>

#include "pg/conn.h"
#include "state/name.h"

/*
 * A command under a lease. start has a keeper (state/keeper) take it; run starts the command,
 * which inherits the pipe that tells the keeper who is still there and the token in NQ_LOCK,
 * passes on the signals that are meant for it, and waits until it has ended and the lease is given
 * back. Where the command leaves something running, that keeps the lease, and run does not wait.
 */
struct nq_guard {
	pid_t keeper;
	int pipe;   /* the write end, for the command */
	int socket; /* to the keeper */
	bool lost;  /* the lease, or its keeper, before the command had ended */
};

void nq_guard_init(struct nq_guard *);

/* NQ_TEMPFAIL when somebody else has the lease for wait_ms. pg is not connected yet. */
int nq_guard_start(
    struct nq_guard *, struct nq_pg *pg, struct nq_key, int64_t wait_ms, struct nq_err *);

/* The wait status of the command, that of 75 when the lease was lost before it was done, or -1. */
int nq_guard_run(struct nq_guard *, char *const *command, struct nq_err *);

#endif
