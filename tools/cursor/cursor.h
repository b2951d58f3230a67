#ifndef NQ_TOOLS_CURSOR_H
#define NQ_TOOLS_CURSOR_H

#include "base/cli.h"
#include "state/store.h"
#include "state/track_env.h"

/* The command line of nq-cursor, and the verbs of its table; each gets an open store. */

struct nq_cursor_options {
	struct nq_store_options store;
	struct nq_list fields;
	const char *cursor_type, *since, *initial, *destination;
	bool missing, full, json, no_cap;
	int64_t lag_ms, wait_ms;
	const char *run, *cursor, *metadata, *records, *error, *reason, *watermark_null;
	uint64_t max_line;
	char **operand; /* what is left of the command line, ended by NULL */
	int operands;
	bool dashes;		 /* "--" stood right before the operands */
	struct nq_track_env env; /* of the command that track runs */
	int ended;		 /* wait status of the command that lock ran, or -1 */
};

extern struct nq_cursor_options o;

typedef int (*verb_fn)(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);

/* The row is room for one. 0, or -1 and the error. */
int do_get(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_begin(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_complete(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_fail(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_reset(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_list(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_history(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_metrics(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_lock(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
int do_track(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);

#endif
