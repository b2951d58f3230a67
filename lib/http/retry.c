#include "http/retry.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/time.h"

enum { FORBIDDEN = 403, EPOCH_MS_DIGITS = 13 };

#define LONGEST_MS (INT64_C(200000000000) * 1000) /* some six thousand years: no sum overflows */

bool
nq_retry_status(long status)
{
	static const long worth[] = {408, 425, 429, 500, 502, 503, 504};

	for (size_t i = 0; i < sizeof(worth) / sizeof(worth[0]); i++)
		if (worth[i] == status)
			return true;
	return false;
}

bool
nq_retry_curl(int code, long os_errno)
{
	static const int worth[] = {CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST,
	    CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE, CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING,
	    CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM};

	if (code == CURLE_SSL_CONNECT_ERROR)
		return os_errno == ECONNRESET || os_errno == EPIPE || os_errno == ETIMEDOUT;
	for (size_t i = 0; i < sizeof(worth) / sizeof(worth[0]); i++)
		if (worth[i] == code)
			return true;
	return false;
}

/* "4", "1.5", "-3" as milliseconds; false when the text is something else. */
static bool
seconds(struct nq_str s, int64_t *ms)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	int64_t v = 0, place = 1000;
	size_t i = minus;

	if (i == s.n || !isdigit((unsigned char)s.p[i]))
		return false;
	for (; i < s.n && isdigit((unsigned char)s.p[i]); i++)
		v = v >= LONGEST_MS / 10 ? LONGEST_MS : v * 10 + (s.p[i] - '0') * INT64_C(1000);
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && isdigit((unsigned char)s.p[i]); i++)
			v += (s.p[i] - '0') * (place /= 10);
	*ms = minus ? 0 : v < LONGEST_MS ? v : LONGEST_MS;
	return i == s.n;
}

static bool
retry_after(const struct nq_headers *h, int64_t now, int64_t *ms)
{
	struct nq_str s;
	int64_t at, date;

	if (!nq_headers_get(h, "Retry-After", 0, &s))
		return false;
	if (seconds(s, ms))
		return true;
	if (nq_time_parse_http(s, &at) == -1)
		return false;
	if (!nq_headers_date(h, &date))
		date = now;
	*ms = at > date ? (at - date) * 1000 : 0;
	return true;
}

static bool
quota_used_up(const struct nq_headers *h)
{
	struct nq_str s;

	return (nq_headers_get(h, "RateLimit-Remaining", 0, &s) ||
		   nq_headers_get(h, "X-RateLimit-Remaining", 0, &s)) &&
	       nq_str_is(s, "0");
}

static int64_t
reset_in(const struct nq_headers *h, int64_t now)
{
	static const char *const resets[] = {"RateLimit-Reset", "X-RateLimit-Reset"};
	const int64_t epoch_ms = INT64_C(1000000000) * 1000;
	struct nq_str s;
	int64_t ms;

	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
		if (!nq_headers_get(h, resets[i], 0, &s))
			continue;
		if (s.n == EPOCH_MS_DIGITS) /* an epoch in milliseconds, until the year 2286 */
			s.n -= 3;
		if (!seconds(s, &ms))
			continue;
		if (ms > epoch_ms)
			ms = ms > now * 1000 ? ms - now * 1000 : 0;
		return ms;
	}
	return -1;
}

/* Where the value of a parameter begins that has one of the two names; s.n: nowhere. */
static size_t
find_parameter(struct nq_str s, size_t from, const char *letter, const char *word)
{
	for (size_t i = from; i < s.n; i++) {
		if (i > 0 && strchr(";, ", s.p[i - 1]) == NULL)
			continue;
		if (s.n - i > strlen(letter) && memcmp(s.p + i, letter, strlen(letter)) == 0)
			return i + strlen(letter);
		if (s.n - i > strlen(word) && memcmp(s.p + i, word, strlen(word)) == 0)
			return i + strlen(word);
	}
	return s.n;
}

static bool
parameter_at(struct nq_str s, size_t at, int64_t *ms)
{
	size_t n = 0;

	while (at + n < s.n && strchr(";, ", s.p[at + n]) == NULL)
		n++;
	return seconds((struct nq_str){s.p + at, n}, ms);
}

/* RateLimit: "a policy";r=0;t=30 or, of an older draft, limit=10, remaining=0, reset=30 */
static int64_t
quota_field(const struct nq_headers *h)
{
	struct nq_str s;
	int64_t ms;

	if (!nq_headers_get(h, "RateLimit", 0, &s))
		return -1;
	for (size_t i = 0; (i = find_parameter(s, i, "r=", "remaining=")) < s.n;)
		if (parameter_at(s, i, &ms) && ms == 0 &&
		    parameter_at(s, find_parameter(s, i, "t=", "reset="), &ms))
			return ms;
	return -1;
}

int64_t
nq_retry_quota(const struct nq_headers *h, int64_t now)
{
	return quota_used_up(h) ? reset_in(h, now) : quota_field(h);
}

bool
nq_retry_answer(long status, const struct nq_headers *h)
{
	int64_t ms;

	if (status != FORBIDDEN)
		return nq_retry_status(status);
	return retry_after(h, 0, &ms) || quota_used_up(h) || quota_field(h) >= 0;
}

int64_t
nq_retry_asked(long status, const struct nq_headers *h, int64_t now)
{
	int64_t ms;

	if (retry_after(h, now, &ms))
		return ms;
	ms = status == 429 || quota_used_up(h) ? reset_in(h, now) : -1;
	return ms >= 0 ? ms : quota_field(h);
}

int64_t
nq_retry_backoff(unsigned attempt, int64_t min_ms, int64_t max_ms)
{
	int64_t ms = min_ms;

	while (attempt-- > 1 && ms > 0 && ms < max_ms)
		ms *= 2;
	return ms < max_ms ? ms : max_ms;
}

int64_t
nq_retry_jitter(int64_t ms)
{
	int64_t most = ms / 4 < 1000 ? ms / 4 : 1000;
	uint32_t r = 0;

	if (ms < 4 || getrandom(&r, sizeof(r), 0) != sizeof(r))
		return 0;
	return (int64_t)(r % (uint32_t)most);
}
