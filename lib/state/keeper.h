#ifndef NQ_STATE_KEEPER_H
#define NQ_STATE_KEEPER_H

#include "state/lease.h"

/*
 * The process that keeps a lease: in a session of its own, so that what kills the run and its
 * group leaves it. It renews the lease as long as anybody holds the pipe, whose write end the run
 * inherits, and gives it back when the last one is gone. When it cannot renew, it ends them all
 * before anybody else can have the lease: SIGTERM when three fifths of its time are over, SIGKILL
 * at 85 hundredths, counted from the last renewal that was answered, by a clock that a suspended
 * machine does not stop. A lease that is lost is not given back: it ends by itself.
 */
struct nq_keeper {
	struct nq_lease lease;
	int64_t wait_ms, last; /* last: when the lease that we have was asked for */
	int pipe;	       /* its read end */
	int guard; /* socket to the guard: report, "k" and "l" go out, its end comes in */
	bool left; /* the guard is gone, or will be: its command has ended */
	bool free; /* nobody holds the pipe */
};

/* What the keeper tells the guard, once. status is NQ_OK when the lease is taken. */
struct nq_keeper_report {
	enum nq_status status;
	char token[40];
	char msg[NQ_MAX_MESSAGE];
};

/* The whole life of the process. */
_Noreturn void nq_keeper_run(struct nq_keeper *);

#endif
