#ifndef NQ_STATE_RUN_H
#define NQ_STATE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "state/receipt.h"
#include "state/store.h"

/*
 * The life of a run: begin, then complete or fail. The rules hold in every store: the cursor moves
 * on complete only, never back but by reset, and for the run that began last alone. Each call is
 * one exclusive change; out gets the row as it is then.
 */

struct nq_begin {
	enum nq_cursor_type type; /* NONE: that of the row */
	const char *since;	  /* lower bound to use instead, or NULL */
	const char *initial;	  /* lower bound of a first run, or NULL */
	int64_t lag_ms;		  /* how far below the committed cursor to begin */
	const char *destination;  /* its fingerprint, or NULL */
	bool missing;		  /* the destination's table is not there */
	bool full;		  /* no lower bound; any destination goes */
};

/*
 * A relative since or initial (-7d, -12h) counts back from now. A row left running by a run that
 * holds its lock no more is closed as abandoned. NQ_TEMPFAIL when another run holds the lock;
 * refused (NQ_FAIL) when the cursor belongs to another destination, table or cursor type.
 */
int nq_run_begin(
    struct nq_store *, struct nq_key, const struct nq_begin *, struct nq_row *out, struct nq_err *);

struct nq_complete {
	const char *run;		  /* its id */
	const char *cursor;		  /* commit this one, or NULL */
	const struct nq_receipt *receipt; /* or NULL */
	const char *metadata;		  /* JSON object, or NULL */
	bool has_records;
	uint64_t records;
};

/*
 * From a receipt: the higher of committed cursor and watermark; an empty pull commits its lower
 * bound when there was no cursor. *kept becomes true when the run began above the committed
 * cursor, which therefore stays: what lies between was not pulled. Completing again to the same
 * effect is harmless.
 */
int nq_run_complete(struct nq_store *, struct nq_key, const struct nq_complete *, bool *kept,
    struct nq_row *out, struct nq_err *);

/* The error text is cut at NQ_MAX_SUMMARY and at what is not UTF-8. Harmless when repeated. */
int nq_run_fail(struct nq_store *, struct nq_key, const char *run, const char *error,
    struct nq_row *out, struct nq_err *);

/*
 * Sets the cursor either way, "" for none, and ends the claim of any run; works on a damaged row
 * too. Written into the history before it is done. NQ_TEMPFAIL while another run holds the lock.
 */
struct nq_reset {
	enum nq_cursor_type type; /* NONE: that of the row */
	const char *cursor, *reason;
};

int nq_run_reset(
    struct nq_store *, struct nq_key, const struct nq_reset *, struct nq_row *out, struct nq_err *);

#endif
