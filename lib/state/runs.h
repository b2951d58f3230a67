#ifndef NQ_STATE_RUNS_H
#define NQ_STATE_RUNS_H

#include "base/buf.h"
#include "base/err.h"
#include "state/store.h"

/*
 * The history of a stream in a file: one JSON object a line for each run that ended and each
 * reset. Above NQ_MAX_HISTORY bytes the file becomes STREAM.runs.1.ndjson, in place of an older
 * one, and a new one begins. A last line without its line feed is what a crash left of an append:
 * readers pass over it and the next append takes it away.
 */
int nq_runs_append(const char *base, struct nq_str line, struct nq_err *);

/* Gives each line, oldest first; no file is no lines. base is the path up to ".runs". */
int nq_runs_walk(const char *base, nq_store_line_fn, void *ctx, struct nq_err *);

#endif
