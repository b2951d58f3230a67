#ifndef NQ_HTTP_RETRY_H
#define NQ_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "http/headers.h"

/* What is worth trying again, and how long to wait first. Pure, so that tables can test it. */

/* 408, 425, 429, 500, 502, 503, 504: the server may answer better later. */
bool nq_retry_status(long status);

/*
 * The same, and 403 where that is said to end: by Retry-After, or by a quota of which nothing is
 * left. So do APIs that have no 429, GitHub's among them.
 */
bool nq_retry_answer(long status, const struct nq_headers *);

/* Network faults and timeouts; a bad certificate or URL will not mend itself. */
bool nq_retry_curl(int curlcode, long os_errno);

/*
 * What the server asks for, in ms: Retry-After (seconds, whole or not, or a date, counted from the
 * Date header or else from now); else, under 429 or with a quota of 0 left, RateLimit-Reset or
 * X-RateLimit-Reset (seconds, an epoch when above 10^9, one in milliseconds of 13 digits).
 * Negative and past values are 0; -1: it asks for nothing that we understand.
 */
int64_t nq_retry_asked(long status, const struct nq_headers *, int64_t now_sec);

/*
 * ms until a quota resets of which nothing is left; -1: some is left, or nobody tells. Such a
 * quota is told by RateLimit-Remaining and -Reset, also with X- before them, or by RateLimit alone
 * (draft-ietf-httpapi-ratelimit-headers).
 */
int64_t nq_retry_quota(const struct nq_headers *, int64_t now_sec);

/* min doubling to max, by the attempt that failed (from 1), in ms, without jitter. */
int64_t nq_retry_backoff(unsigned attempt, int64_t min_ms, int64_t max_ms);

/* Up to a quarter more, at most a second: jitter only ever adds. */
int64_t nq_retry_jitter(int64_t ms);

#endif
