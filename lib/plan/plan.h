#ifndef NQ_PLAN_PLAN_H
#define NQ_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/config.h"
#include "plan/words.h"

/*
 * What a resource of a connector file comes down to: the words of one pipeline, and what
 * nq-cursor has to know of the run. Secrets stay references.
 */
enum {
	NQ_MAX_PARENTS = 3,
	NQ_MAX_STAGES = 2 * NQ_MAX_PARENTS +
			5 /* each with a filter; fetch, watch, filter, map, load */
};

struct nq_stage {
	const char *name; /* "fetch" or "command", "filter", "map", "load", "parents" … */
	struct nq_words words;
	size_t at;	       /* in front of this word goes what depends on the run: */
	struct nq_words since; /* where there is a lower bound */
	struct nq_words whole; /* where there is none */
	bool producer;	       /* reads no standard input, though it would */
};

struct nq_plan {
	char *connector, *stream; /* owned */
	const char *cursor_type;  /* NULL: not incremental */
	char *slug;		  /* connector and stream as one file name */
	struct nq_words begin;	  /* options of nq-cursor begin */
	char *lower;		  /* the lower bound as far as it is known, or NULL */
	/* --window and --until; all moments in whole seconds of UTC */
	struct nq_words until; /* options of nq-fetch where there is an upper bound */
	int64_t window_s;      /* 0: one window is enough */
	char *upper;	       /* a backfill's end; NULL: up to now */
	char *live;	       /* the stream that this is a backfill of; NULL: it is that itself */
	char *start;	       /* --since of a first live window, or NULL */
	char *window_end;      /* where the first window ends, as far as lower is known; or NULL */
	struct nq_stage stage[NQ_MAX_STAGES];
	size_t nstages;
	size_t main;	       /* the stage that brings the records */
	bool watched;	       /* by a stage of its own, as the cursor is a member of the parent */
	struct nq_words probe; /* asks the destination who it is */
};

/* One more resource, in the order of the file; the callback borrows it. */
typedef int nq_plan_fn(void *ctx, const struct nq_plan *);

/*
 * Checks the configuration and compiles what was picked; nothing is handed out unless all of it
 * is right. On -1 the faults of the configuration say why, or, when there are none, err.
 */
int nq_plan_each(struct nq_config *, nq_plan_fn *, void *ctx, struct nq_err *);

#endif
