#ifndef NQ_HTTP_RATE_H
#define NQ_HTTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/headers.h"

/*
 * When requests may go out: evenly spaced, not before a used-up quota resets, and not after the
 * deadline of the run. All clients of a run share one. Times are of the monotonic clock, so that
 * nobody who sets the clock can stop or hurry a run. All zero: no limits.
 */
struct nq_rate {
	int64_t gap_ns;	     /* from one request to the next */
	int64_t turn_ns;     /* the next request goes out no earlier */
	int64_t quota_ns;    /* nor before that, when the quota resets or a pause ends */
	const char *why;     /* of that */
	int64_t deadline_ns; /* 0: none */
	int64_t deadline_ms; /* as it was given */
};

/* Milliseconds in nanoseconds; a century at most. */
int64_t nq_rate_span(int64_t ms);

/* Adds "10/s", "600/m", "3/10s" …, a usage error otherwise; of several the strictest holds. */
int nq_rate_parse(struct nq_rate *, const char *, struct nq_err *);

/* The run ends so many milliseconds from now; 0: it may take for ever. */
void nq_rate_deadline(struct nq_rate *, int64_t ms);

/* -1 and NQ_TEMPFAIL when the deadline has passed; an error that is there gets that added. */
int nq_rate_check(const struct nq_rate *, struct nq_err *);

/* How long something may take that is given at most so long: no longer than to the deadline. */
int64_t nq_rate_left(const struct nq_rate *, int64_t ms);

/*
 * Takes the turn of the next request, and tells how long it has to wait for it and why. -1 with
 * NQ_TEMPFAIL when the quota asks for more than max_wait_ms, or the deadline is earlier.
 */
int nq_rate_take(
    struct nq_rate *, int64_t max_wait_ms, int64_t *wait_ns, const char **why, struct nq_err *);

/* Nanoseconds until a request may go out: 0 for now, INT64_MAX for never. */
int64_t nq_rate_due(const struct nq_rate *);

/* Whether they wait for a quota or a pause. */
bool nq_rate_paused(const struct nq_rate *);

/* Remembers what an answer says about the quota. */
void nq_rate_note(struct nq_rate *, const struct nq_headers *);

/* A server asked one request to come back later: nothing else goes there before. */
void nq_rate_pause(struct nq_rate *, int64_t ms);

/* -1 and more to the message when a wait of so long ends behind the deadline. */
int nq_rate_before(const struct nq_rate *, int64_t ms, struct nq_err *);

/* Puts into the message that a server asks to wait longer than --max-wait; -1. */
int nq_rate_refuse(int64_t asked_ms, int64_t max_wait_ms, struct nq_err *);

#endif
