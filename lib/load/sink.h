#ifndef NQ_LOAD_SINK_H
#define NQ_LOAD_SINK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cli.h"
#include "base/err.h"
#include "base/ref.h"
#include "http/auth.h"
#include "json/mark.h"
#include "load/batch.h"
#include "load/columns.h"

/*
 * A destination is one file with a struct nq_sink_ops and one row in the table of sinks.c, and for
 * nq-plan, which links none of them, its scheme in that of plan/dest.c. The loader collects a
 * batch, and then calls begin, write for ranges of its rows, commit; after the last one finish,
 * and close in any case.
 */
enum nq_load_mode { NQ_LOAD_MERGE, NQ_LOAD_APPEND, NQ_LOAD_INSERT, NQ_LOAD_REPLACE };
enum nq_load_contract { NQ_EVOLVE, NQ_FREEZE, NQ_DISCARD_ROW, NQ_DISCARD_VALUE };

const char *nq_load_mode_name(enum nq_load_mode);

/* What the command line asked for; borrowed by everything below. */
struct nq_load_options {
	const char *to, *table;
	const char *as;	    /* --dry-run: the destination that is told about; else NULL */
	struct nq_list key; /* column names */
	enum nq_load_mode mode;
	enum nq_load_contract contract;
	struct nq_list columns; /* NAME:TYPE */
	const char *newer_by, *delete_if, *run_id;
	bool meta, require_end, allow_empty, probe;
	uint64_t batch, batch_bytes; /* NQ_UNKNOWN until nq_sink_settle, unless told */
	uint64_t together;	     /* records after which a transaction ends, with its batch */
	uint64_t max_line;
	uint64_t duckdb_memory;	   /* bytes */
	int64_t flush_ms, busy_ms; /* flush_ms 0: never by time */
	const char *rejects, *max_rejects;
	struct nq_auth auth;
	const char *object, *customer_number, *full_load; /* nuntiq's */
	const char *method, *body, *envelope, *results;	  /* of requests */
	struct nq_list headers, query, members;
	struct nq_http_options http;
	const struct nq_refs *refs;
	FILE *out;			   /* for what a dry run has to tell */
	const volatile sig_atomic_t *stop; /* a signal asked to end */
};

/* A number that the destination cannot tell is NQ_UNKNOWN. */
#define NQ_UNKNOWN UINT64_MAX
struct nq_counts {
	uint64_t records, inserted, updated, unchanged, deleted, folded, rejected, batches, bytes;
};

struct nq_sink {
	const struct nq_sink_ops *ops;
	const struct nq_load_options *o;
	struct nq_columns *columns;
	struct nq_counts *counts;  /* the sink adds inserted, updated, unchanged, deleted */
	struct nq_buf destination; /* the fingerprint: which place this is */
	void *own;
};

enum nq_write {
	NQ_WRITE_FAILED = -1,
	NQ_WRITE_OK = 0,
	NQ_WRITE_ROW,  /* the row at *done was refused, those before it are in */
	NQ_WRITE_SOME, /* some row from *done on was refused, and none of them is in */
};

struct nq_sink_ops {
	const char *scheme; /* what --to starts with */
	const char *form;   /* how it is written, for messages */
	const char
	    *program;	/* the one that is linked for it; NULL: this one, with all that follows */
	bool folds;	/* column names fold ASCII case */
	bool receipt;	/* something was really loaded */
	uint64_t batch; /* records in one, unless told; 0: NQ_MAX_BATCH */
	uint64_t batch_bytes; /* and bytes; 0: NQ_MAX_BATCH_SIZE */
	uint64_t together;    /* records in one transaction, where nobody told a batch */
	bool modes[4];	      /* which of enum nq_load_mode it knows */

	/* Looks at the options and names the destination. Nothing is touched. */
	int (*open)(struct nq_sink *, struct nq_err *);
	/* Whether what is to be loaded into exists already. Creates nothing. */
	int (*probe)(struct nq_sink *, bool *exists, struct nq_err *);
	/* Connects, and learns which columns are there. */
	int (*start)(struct nq_sink *, struct nq_err *);
	int (*begin)(struct nq_sink *, const struct nq_batch *, struct nq_err *);
	/*
	 * Writes the rows [from, to). A refusal fills the error with its reason, as the message
	 * of a reject.
	 */
	enum nq_write (*write)(struct nq_sink *, const struct nq_batch *, uint32_t from,
	    uint32_t to, uint32_t *done, struct nq_err *);
	/*
	 * After 0 the batches since the last commit are durable (append, replace: at finish).
	 * Before the last batch may come finish instead.
	 */
	int (*commit)(struct nq_sink *, struct nq_err *);
	/* The stream was complete: publishes what was held back. */
	int (*finish)(struct nq_sink *, const struct nq_tally *, struct nq_err *);
	/* Rolls back what is not committed. Legal at any time. */
	void (*close)(struct nq_sink *);
	/*
	 * What write would send, as text, after open alone; with no rows, what finish would. NULL
	 * for a destination that is told about in SQL.
	 */
	int (*show)(struct nq_sink *, const struct nq_batch *, uint32_t from, uint32_t to,
	    struct nq_buf *, struct nq_err *);
};

/* Finds the row for the destination, checks the options against it, and opens it. */
int nq_sink_bind(struct nq_sink *, const char *to, const struct nq_load_options *,
    struct nq_columns *, struct nq_counts *, struct nq_err *);
/* The same for o->to, and takes in the keys and columns that the options name. */
int nq_sink_open(struct nq_sink *, const struct nq_load_options *, struct nq_columns *,
    struct nq_counts *, struct nq_err *);
/* Does not return where another program is linked for the destination; else 0. */
int nq_sink_become(const struct nq_load_options *, char *const *argv, struct nq_err *);
/* A batch as it suits the destination, where nobody said how large. */
void nq_sink_settle(struct nq_load_options *);
void nq_sink_close(struct nq_sink *);

/* The destinations this program is linked for, and those that another one is; ended by NULL. */
extern const struct nq_sink_ops *const nq_sinks[];

extern const struct nq_sink_ops nq_sink_sqlite, nq_sink_postgresql, nq_sink_postgres,
    nq_sink_duckdb, nq_sink_nuntiq, nq_sink_https, nq_sink_http, nq_sink_dry;

#endif
