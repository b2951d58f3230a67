#ifndef NQ_STATE_STORE_H
#define NQ_STATE_STORE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "state/name.h"
#include "state/row.h"

/*
 * Where delta states live. A store is one file with a table of these functions and one line in
 * store.c; the rules of a run (state/run) know nothing else of it.
 */
struct nq_store;

typedef int (*nq_store_line_fn)(void *ctx, struct nq_str line, struct nq_err *);
typedef int (*nq_store_key_fn)(void *ctx, struct nq_key, struct nq_err *);

struct nq_store_ops {
	const char *prefix; /* of --state; "" takes what no other one does: a directory */

	int (*open)(struct nq_store *, struct nq_err *);
	void (*close)(struct nq_store *);

	/*
	 * Between hold and release nobody else changes the row, takes its lock or looks whether
	 * it is taken. Bounded: NQ_TEMPFAIL when somebody keeps it. Makes room for a new row.
	 */
	int (*hold)(struct nq_store *, struct nq_key, struct nq_err *);
	void (*release)(struct nq_store *);

	/*
	 * 1 and the row; 0 when there is none, and the idle row; -1 when it cannot be read; -2
	 * when it is damaged, and the error says how to mend it. save is durable or fails, and
	 * nobody ever sees half a row.
	 */
	int (*load)(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
	int (*save)(struct nq_store *, struct nq_key, const struct nq_row *, struct nq_err *);

	/* The history: one JSON object a line, oldest first. A callback's -1 ends the walk. */
	int (*record)(struct nq_store *, struct nq_key, struct nq_str line, struct nq_err *);
	int (*history)(
	    struct nq_store *, struct nq_key, nq_store_line_fn, void *ctx, struct nq_err *);

	/* All rows there are, by connector and stream. */
	int (*list)(struct nq_store *, nq_store_key_fn, void *ctx, struct nq_err *);

	/*
	 * The lock of a run. busy: 1 when somebody else holds it (the error tells who), 0 when it
	 * is free or ours. lock: this process and all it starts hold it from now on; waits at
	 * most wait_ms, then NQ_TEMPFAIL.
	 */
	int (*busy)(struct nq_store *, struct nq_key, struct nq_err *);
	int (*lock)(struct nq_store *, struct nq_key, int64_t wait_ms, struct nq_err *);
};

struct nq_store {
	const struct nq_store_ops *ops;
	const char *where; /* borrowed */
	mode_t umask;	   /* of the caller, restored by close */
	int held;	   /* the file store's: descriptor while held, or -1 */
};

/*
 * where is NULL for the default: $NQ_STATE, else $XDG_STATE_HOME/nq, else ~/.local/state/nq,
 * written into room. Nothing is created yet.
 */
int nq_store_open(struct nq_store *, const char *where, struct nq_buf *room, struct nq_err *);
void nq_store_close(struct nq_store *);

#endif
