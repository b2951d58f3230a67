#include "http/skew.h"

#include "base/time.h"

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* 15 minutes, 3 hours, 400 days */
static void
add_span(struct nq_buf *b, int64_t s)
{
	int64_t unit = s >= 2 * DAY ? DAY : s >= 2 * HOUR ? HOUR : MINUTE;

	nq_buf_addf(b, "%lld %s", (long long)(s / unit),
	    unit == DAY	   ? "days"
	    : unit == HOUR ? "hours"
			   : "minutes");
}

bool
nq_skew_told(const struct nq_headers *h, int64_t now, struct nq_buf *b)
{
	struct nq_str s;
	int64_t date, off;

	if (!nq_headers_get(h, "Date", 0, &s) || nq_time_parse_http(s, &date) == -1)
		return false;
	off = date - now;
	if (off < 0) /* a cache keeps the date of what it stored, or sets it afresh */
		off = off + nq_headers_age(h) < 0 ? off + nq_headers_age(h) : 0;
	if (off < NQ_SKEW_SEC && off > -NQ_SKEW_SEC)
		return false;
	nq_buf_adds(b, "the server's clock is ");
	add_span(b, off < 0 ? -off : off);
	nq_buf_addf(b, " %s ours (Date: %.*s): one of them is wrong",
	    off < 0 ? "behind" : "ahead of", (int)s.n, s.p);
	return true;
}
