#include "http/rate.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/time.h"
#include "http/retry.h"

enum {
	MOST = 1000000,
	SLACK_NS = 5000000, /* libcurl counts in milliseconds, and not from the same moment */
};

#define LONGEST_MS (INT64_C(100) * 366 * 86400 * 1000) /* a century: no sum overflows */

/* A number of at most MOST; *s moves behind it. 0 when there is none. */
static int64_t
number(const char **s)
{
	int64_t n = 0;

	for (; **s >= '0' && **s <= '9' && n <= MOST; (*s)++)
		n = n * 10 + (**s - '0');
	return n <= MOST ? n : 0;
}

/* The nanoseconds of "s", "10s", "m" …; 0 when it is something else. */
static int64_t
window(const char *s)
{
	static const struct unit {
		const char *name;
		int64_t seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}};
	int64_t times = *s >= '0' && *s <= '9' ? number(&s) : 1;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(s, units[i].name) == 0)
			return times * units[i].seconds * NQ_NS_PER_S;
	return 0;
}

int64_t
nq_rate_span(int64_t ms)
{
	return (ms < LONGEST_MS ? ms : LONGEST_MS) * NQ_NS_PER_MS;
}

int
nq_rate_parse(struct nq_rate *r, const char *text, struct nq_err *err)
{
	const char *s = text;
	int64_t n = number(&s), ns = *s == '/' ? window(s + 1) : 0;

	if (n == 0 || ns == 0)
		return nq_err_set(err, NQ_USAGE,
		    "--rate: write requests in a time of seconds, minutes or hours, for example "
		    "10/s, 100/h or 3/10s, not '%s'",
		    text);
	if (ns / n > r->gap_ns)
		r->gap_ns = ns / n;
	return 0;
}

void
nq_rate_deadline(struct nq_rate *r, int64_t ms)
{
	r->deadline_ms = ms;
	r->deadline_ns = ms > 0 ? nq_clock_ns() + nq_rate_span(ms) : 0;
}

int
nq_rate_check(const struct nq_rate *r, struct nq_err *err)
{
	if (r->deadline_ns == 0 || nq_clock_ns() + SLACK_NS < r->deadline_ns)
		return 0;
	if (err->status == NQ_OK)
		nq_err_set(err, NQ_TEMPFAIL, "it takes too long");
	return nq_err_add(err, "; the time for the run is over (--deadline %.6gs)",
	    (double)r->deadline_ms / 1000);
}

int64_t
nq_rate_left(const struct nq_rate *r, int64_t ms)
{
	int64_t left;

	if (r->deadline_ns == 0)
		return ms;
	left = (r->deadline_ns - nq_clock_ns() + NQ_NS_PER_MS - 1) / NQ_NS_PER_MS;
	if (left < 1)
		left = 1;
	return ms > 0 && ms < left ? ms : left;
}

int
nq_rate_refuse(int64_t asked_ms, int64_t max_wait_ms, struct nq_err *err)
{
	struct nq_buf until = NQ_BUF_INIT;
	struct nq_time t = nq_time_now();

	t.atto = 0;
	nq_time_format(nq_time_add_ms(t, asked_ms), &until);
	nq_err_add(err, "; the server asks to wait until %s, longer than --max-wait %llds",
	    until.data, (long long)max_wait_ms / 1000);
	nq_buf_free(&until);
	return -1;
}

static int
too_late(const struct nq_rate *r, struct nq_err *err)
{
	return nq_err_add(err, "; the run must end before that (--deadline %.6gs)",
	    (double)r->deadline_ms / 1000);
}

int
nq_rate_take(
    struct nq_rate *r, int64_t max_wait_ms, int64_t *wait_ns, const char **why, struct nq_err *err)
{
	int64_t now = nq_clock_ns(), at = r->turn_ns > now ? r->turn_ns : now;

	*why = "--rate";
	if (r->quota_ns > at) {
		*why = r->why;
		at = r->quota_ns;
		if (at - now > nq_rate_span(max_wait_ms)) {
			nq_err_set(err, NQ_TEMPFAIL, "%s", *why);
			return nq_rate_refuse((at - now) / NQ_NS_PER_MS, max_wait_ms, err);
		}
	}
	if (nq_rate_check(r, err) == -1)
		return -1;
	if (r->deadline_ns != 0 && at >= r->deadline_ns) {
		nq_err_set(err, NQ_TEMPFAIL, "%s: the next request would wait for %.3g s", *why,
		    (double)(at - now) / NQ_NS_PER_S);
		return too_late(r, err);
	}
	r->turn_ns = at + r->gap_ns;
	*wait_ns = at - now;
	return 0;
}

int64_t
nq_rate_due(const struct nq_rate *r)
{
	int64_t now = nq_clock_ns(), at = r->turn_ns > r->quota_ns ? r->turn_ns : r->quota_ns;

	if (r->deadline_ns != 0 && (at > now ? at : now) + SLACK_NS >= r->deadline_ns)
		return INT64_MAX;
	return at > now ? at - now : 0;
}

bool
nq_rate_paused(const struct nq_rate *r)
{
	return r->quota_ns > nq_clock_ns();
}

static void
pause_until(struct nq_rate *r, int64_t at, const char *why)
{
	if (at <= r->quota_ns)
		return;
	r->quota_ns = at;
	r->why = why;
}

void
nq_rate_note(struct nq_rate *r, const struct nq_headers *h)
{
	int64_t ms = nq_retry_quota(h, time(NULL));

	if (ms >= 0)
		pause_until(r, nq_clock_ns() + nq_rate_span(ms), "the quota is used up");
}

void
nq_rate_pause(struct nq_rate *r, int64_t ms)
{
	pause_until(r, nq_clock_ns() + nq_rate_span(ms), "another request was told to wait");
}

int
nq_rate_before(const struct nq_rate *r, int64_t ms, struct nq_err *err)
{
	if (r->deadline_ns == 0 || nq_clock_ns() + nq_rate_span(ms) < r->deadline_ns)
		return 0;
	nq_err_add(err, "; the next attempt would wait for %.3g s", (double)ms / 1000);
	return too_late(r, err);
}
