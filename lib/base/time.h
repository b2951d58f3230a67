#ifndef NQ_BASE_TIME_H
#define NQ_BASE_TIME_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * An instant: seconds since 1970-01-01T00:00:00Z and attoseconds (10^-18 s), so that fractions of
 * up to 18 digits compare exactly. A leap second (…:60) counts as the first of the next minute.
 */
struct nq_time {
	int64_t sec;
	uint64_t atto; /* 0 … 10^18 − 1 */
};

#define NQ_ATTO_PER_SEC 1000000000000000000ull

/*
 * RFC 3339, and what is common around it: a blank for the T, lower-case t and z, offsets ±hh:mm,
 * ±hhmm, ±hh, a date alone (its midnight), minutes without seconds. A text without zone is UTC
 * and sets *naive if naive is not NULL, else it is refused. -1: not a timestamp.
 */
int nq_time_parse(struct nq_str, struct nq_time *, int *naive);
int nq_time_cmp(struct nq_time, struct nq_time);
struct nq_time nq_time_now(void);
struct nq_time nq_time_add_ms(struct nq_time, int64_t ms);

/* YYYY-MM-DDTHH:MM:SS[.fraction]Z, the fraction as short as it is exact. */
void nq_time_format(struct nq_time, struct nq_buf *);

/* The date of an HTTP header (RFC 9110, 5.6.7, all three forms); -1: not one. */
int nq_time_parse_http(struct nq_str, int64_t *sec);

#endif
