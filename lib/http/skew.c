#include "http/skew.h"

#include <ctype.h>

#include "base/time.h"

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static int64_t
age_of(const struct nq_headers *h)
{
	struct nq_str s;
	int64_t age = 0;

	if (!nq_headers_get(h, "Age", 0, &s))
		return 0;
	for (size_t i = 0; i < s.n && isdigit((unsigned char)s.p[i]) && age < INT32_MAX; i++)
		age = age * 10 + (s.p[i] - '0');
	return age;
}

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
		off = off + age_of(h) < 0 ? off + age_of(h) : 0;
	if (off < NQ_SKEW_SEC && off > -NQ_SKEW_SEC)
		return false;
	nq_buf_adds(b, "the server's clock is ");
	add_span(b, off < 0 ? -off : off);
	nq_buf_addf(b, " %s ours (Date: %.*s): one of them is wrong",
	    off < 0 ? "behind" : "ahead of", (int)s.n, s.p);
	return true;
}
