#ifndef NQ_STATE_CHILD_H
#define NQ_STATE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * A command with its standard output, and if wished its standard input, on pipes of ours. It is
 * ended by SIGTERM when we are gone, however that came.
 */
struct nq_child {
	pid_t pid;
	int to, from; /* ends of the pipes: to is -1 without one, and does not block */
	bool reaped;
	int status; /* as waitpid(2) tells it, once reaped */
};

/* An error when the command cannot be run at all. argv ends in NULL. */
int nq_child_start(struct nq_child *, char *const *argv, bool feed, struct nq_err *);

/* Looks whether it has ended, without waiting. */
void nq_child_look(struct nq_child *);

/* Ends it: SIGTERM, and SIGKILL after two seconds; closes the pipes. */
void nq_child_end(struct nq_child *);

/*
 * 0 when it ended with 0; else -1, why, and the status to end with: 75 and those of signals
 * stay, any other is 1, for 2 and 3 have a meaning here that they have not everywhere.
 */
int nq_child_verdict(const struct nq_child *, const char *name, struct nq_err *);

#endif
