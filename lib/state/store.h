#ifndef NQ_STATE_STORE_H
#define NQ_STATE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/auth.h"
#include "state/name.h"
#include "state/row.h"

/*
 * Where delta states live. A store is one file with a table of these functions and one line in
 * store.c; the rules of a run (state/run) know nothing else of it.
 */
struct nq_store;

typedef int (*nq_store_line_fn)(void *ctx, struct nq_str line, struct nq_err *);
typedef int (*nq_store_key_fn)(void *ctx, struct nq_key, struct nq_err *);

/* What a changed row stands for; a store may have its own way of doing each. */
enum nq_change { NQ_BEGUN, NQ_COMPLETED, NQ_FAILED, NQ_RESET };

struct nq_store_ops {
	const char *prefix;  /* of --state; "" takes what no other one does: a directory */
	const char *program; /* the one beside us that is linked for it, when this one is not */
	bool atomic;	     /* a hold is a transaction: all its changes together, or none */

	int (*open)(struct nq_store *, struct nq_err *);
	void (*close)(struct nq_store *);

	/*
	 * Between hold and release nobody else changes the row, takes its lock or looks whether
	 * it is taken. Bounded: NQ_TEMPFAIL when somebody keeps it. Makes room for a new row. An
	 * atomic store undoes the changes where keep is false, and release can only fail where it
	 * is true.
	 */
	int (*hold)(struct nq_store *, struct nq_key, struct nq_err *);
	int (*release)(struct nq_store *, bool keep, struct nq_err *);

	/*
	 * Whether what has just failed, and is harmless when done twice, is worth a further attempt
	 * (2 and on): then the store has told so, waited, and is ready for it. NULL: it never is.
	 */
	bool (*again)(struct nq_store *, int attempt, const struct nq_err *why);

	/*
	 * 1 and the row; 0 when there is none, and the idle row; -1 when it cannot be read; -2
	 * when it is damaged, and the error says how to mend it. save is durable or fails, and
	 * nobody ever sees half a row; a completed one is refused where the lock that its run began
	 * under is lost. reason is that of a reset, else NULL.
	 */
	int (*load)(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);
	int (*save)(struct nq_store *, struct nq_key, struct nq_row *, enum nq_change,
	    const char *reason, struct nq_err *);

	/*
	 * The history: one JSON object a line, oldest first. A callback's -1 ends the walk. Where
	 * all is false the newest line is enough.
	 */
	int (*record)(struct nq_store *, struct nq_key, struct nq_str line, struct nq_err *);
	int (*history)(struct nq_store *, struct nq_key, bool all, nq_store_line_fn, void *ctx,
	    struct nq_err *);

	/* All rows there are, by connector and stream. */
	int (*list)(struct nq_store *, nq_store_key_fn, void *ctx, struct nq_err *);

	/*
	 * The lock of a run. busy: 1 when somebody else holds it (the error tells who), 0 when it
	 * is free or ours. lock: this process and all it starts hold it from now on; waits at
	 * most wait_ms, then NQ_TEMPFAIL. guard, where there is one, runs the command under it and
	 * gives its wait status; else the command takes the place of this process.
	 */
	int (*busy)(struct nq_store *, struct nq_key, struct nq_err *);
	int (*lock)(struct nq_store *, struct nq_key, int64_t wait_ms, struct nq_err *);
	int (*guard)(struct nq_store *, char *const *command, struct nq_err *);
};

/* Where the state is and how to get there, as the command line tells it; borrowed. */
struct nq_store_options {
	const char *where; /* NULL: the default */
	const char *customer_number, *settings, *env_file;
	struct nq_list headers, vars;
	struct nq_auth auth;
	struct nq_http_options http;
	char *const *argv; /* to begin again as another program */
};

struct nq_store {
	const struct nq_store_ops *ops;
	const struct nq_store_options *opt;
	const char *where; /* borrowed */
	mode_t umask;	   /* of the caller, restored by close */
	int held;	   /* the file store's: descriptor while held, or -1 */
	void *own;	   /* any other store's own */
};

/* The stores this program is linked for, and those that another one is; ended by NULL. */
extern const struct nq_store_ops *const nq_stores[];

/*
 * Without opt->where: $NQ_STATE, else $XDG_STATE_HOME/nq, else ~/.local/state/nq, written into
 * room. Nothing is created yet. Does not return where another program is linked for the store.
 */
int nq_store_open(
    struct nq_store *, const struct nq_store_options *opt, struct nq_buf *room, struct nq_err *);
void nq_store_close(struct nq_store *);

/* Adds the local directory for states: $XDG_STATE_HOME/nq, else ~/.local/state/nq. */
int nq_store_local(struct nq_buf *, struct nq_err *);

#endif
