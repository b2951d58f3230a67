#ifndef NQ_STATE_TRACK_ENV_H
#define NQ_STATE_TRACK_ENV_H

#include "base/cli.h"
#include "base/err.h"

/*
 * What a tracked command finds in its environment: references are filled in by us, so that a
 * secret stands in no command line, and only the owner of the process can read it.
 */
struct nq_track_env {
	struct nq_list set;  /* NAME=REF */
	struct nq_list vars; /* x=…, for ${var.x} */
	const char *settings, *env_file;
};

/* Sets them in our own environment, which the command inherits. -1 with a usage error. */
int nq_track_env_apply(const struct nq_track_env *, struct nq_err *);

#endif
