#include "unit.h"

#include <curl/curl.h>
#include <errno.h>

#include "http/retry.h"

#define NOW INT64_C(1779964800) /* Thu, 28 May 2026 10:40:00 GMT */

static const struct asked_case {
	long status;
	const char *headers; /* one a line */
	long long ms;
} asked[] = {
    {429, "", -1},
    {429, "Retry-After: 4\n", 4000},
    {503, "retry-after:  0 \n", 0},
    {503, "Retry-After: 1.5\n", 1500},
    {503, "Retry-After: 0.0004\n", 0},
    {503, "Retry-After: -3\n", 0},
    {503, "Retry-After: soon\n", -1},
    {503, "Retry-After: 5x\n", -1},
    {503, "Retry-After: \n", -1},
    {503, "Retry-After: 999999999\n", 999999999000},
    {503, "Retry-After: 99999999999999999999999999\n", 200000000000000},
    {503, "Retry-After: Thu, 28 May 2026 10:40:07 GMT\n", 7000},
    {503, "Retry-After: Thursday, 28-May-26 10:40:07 GMT\n", 7000},
    {503, "Retry-After: Thu May 28 10:40:07 2026\n", 7000},
    {503, "Retry-After: Fri, 01 Jan 1999 00:00:00 GMT\n", 0},
    {503, "Date: Thu, 28 May 2026 12:00:00 GMT\nRetry-After: Thu, 28 May 2026 12:00:09 GMT\n",
	9000},
    {503, "Date: yesterday\nRetry-After: Thu, 28 May 2026 10:40:07 GMT\n", 7000},
    {429, "X-RateLimit-Reset: 30\n", 30000},
    {429, "RateLimit-Reset: 20\nX-RateLimit-Reset: 30\n", 20000},
    {429, "X-RateLimit-Reset: 1779964812\n", 12000},
    {429, "X-RateLimit-Reset: 1779964700\n", 0},
    {429, "X-RateLimit-Reset: 1779964812000\n", 12000},
    {429, "X-RateLimit-Reset: 1779964812.25\n", 12000},
    {503, "X-RateLimit-Reset: 30\n", -1},
    {503, "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 30\n", 30000},
    {429, "Retry-After: 2\nX-RateLimit-Reset: 30\n", 2000},
    {429, "RateLimit: \"default\";r=0;t=30\n", 30000},
    {503, "RateLimit: \"default\";r=1;t=30\n", -1},
};

static void
obeys_the_server(void)
{
	struct nq_headers h = NQ_HEADERS_INIT;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		nq_headers_reset(&h);
		for (const char *p = asked[i].headers; *p != '\0'; p += strcspn(p, "\n") + 1)
			nq_headers_add(&h, (struct nq_str){p, strcspn(p, "\n")});
		CHECK_INT(nq_retry_asked(asked[i].status, &h, NOW), asked[i].ms);
		CHECK_ROW(
		    nq_retry_asked(asked[i].status, &h, NOW) == asked[i].ms, asked[i].headers);
	}
	nq_headers_free(&h);
}

static const struct asked_case quotas[] = {
    {200, "", -1},
    {200, "RateLimit-Reset: 20\n", -1},
    {200, "RateLimit-Remaining: 1\nRateLimit-Reset: 20\n", -1},
    {200, "RateLimit-Remaining: 0\n", -1},
    {200, "RateLimit-Remaining: 0\nRateLimit-Reset: 20\n", 20000},
    {200, "x-ratelimit-remaining: 0\nx-ratelimit-reset: 1779964812\n", 12000},
    {200, "RateLimit-Remaining: 0\nRateLimit-Reset: 1779964700\n", 0},
    {200, "RateLimit-Remaining: 0\nRateLimit-Reset: -5\n", 0},
    {200, "RateLimit-Remaining: 0\nRateLimit-Reset: 1.5\n", 1500},
    {200, "RateLimit: \"default\";r=0;t=30\n", 30000},
    {200, "RateLimit: \"default\";r=50;t=30\n", -1},
    {200, "RateLimit: \"a\";r=5;t=1, \"b\"; r=0; t=30\n", 30000},
    {200, "RateLimit: limit=10, remaining=0, reset=7\n", 7000},
    {200, "RateLimit: limit=10, remaining=3, reset=7\n", -1},
    {200, "RateLimit: \"default\";r=0\n", -1},
    {200, "RateLimit: r=\n", -1},
    {200, "RateLimit: \n", -1},
    {200, "Retry-After: 5\nRateLimit-Remaining: 0\nRateLimit-Reset: 20\n", 20000},
};

static void
sees_a_quota_used_up(void)
{
	struct nq_headers h = NQ_HEADERS_INIT;

	for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
		nq_headers_reset(&h);
		for (const char *p = quotas[i].headers; *p != '\0'; p += strcspn(p, "\n") + 1)
			nq_headers_add(&h, (struct nq_str){p, strcspn(p, "\n")});
		CHECK_INT(nq_retry_quota(&h, NOW), quotas[i].ms);
		CHECK_ROW(nq_retry_quota(&h, NOW) == quotas[i].ms, quotas[i].headers);
	}
	nq_headers_free(&h);
}

static const struct {
	long status;
	const char *header;
	bool again;
} answers[] = {
    {403, "X-RateLimit-Limit: 60", false},
    {403, "X-RateLimit-Remaining: 1", false},
    {403, "X-RateLimit-Remaining: 0", true},
    {403, "RateLimit-Remaining: 0", true},
    {403, "RateLimit: \"default\";r=0;t=30", true},
    {403, "RateLimit: \"default\";r=1;t=30", false},
    {403, "Retry-After: 60", true},
    {403, "Retry-After: Thu, 28 May 2026 10:40:07 GMT", true},
    {403, "Retry-After: later", false},
    {401, "Retry-After: 60", false},
    {404, "X-RateLimit-Remaining: 0", false},
    {503, "X-RateLimit-Remaining: 1", true},
};

static void
knows_a_403_that_ends(void)
{
	struct nq_headers h = NQ_HEADERS_INIT;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		nq_headers_reset(&h);
		nq_headers_add(&h, nq_str(answers[i].header));
		CHECK_ROW(
		    nq_retry_answer(answers[i].status, &h) == answers[i].again, answers[i].header);
	}
	nq_headers_free(&h);
}

static void
knows_what_may_mend_itself(void)
{
	static const long yes[] = {408, 425, 429, 500, 502, 503, 504};
	size_t found = 0;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		CHECK(nq_retry_status(yes[i]));
	for (long status = 0; status < 700; status++)
		found += nq_retry_status(status);
	CHECK_INT(found, sizeof(yes) / sizeof(yes[0]));
	CHECK(nq_retry_curl(CURLE_PARTIAL_FILE, 0));
	CHECK(nq_retry_curl(CURLE_COULDNT_CONNECT, ECONNREFUSED));
	CHECK(nq_retry_curl(CURLE_SSL_CONNECT_ERROR, ECONNRESET));
	CHECK(!nq_retry_curl(CURLE_SSL_CONNECT_ERROR, 0));
	CHECK(!nq_retry_curl(CURLE_PEER_FAILED_VERIFICATION, 0));
	CHECK(!nq_retry_curl(CURLE_URL_MALFORMAT, 0));
	CHECK(!nq_retry_curl(CURLE_UNSUPPORTED_PROTOCOL, 0));
}

static void
doubles_to_the_longest(void)
{
	static const long long want[] = {2000, 4000, 8000, 16000, 30000, 30000};

	for (unsigned i = 0; i < 6; i++)
		CHECK_INT(nq_retry_backoff(i + 1, 2000, 30000), want[i]);
	CHECK_INT(nq_retry_backoff(4000000000u, 2000, 30000), 30000);
	CHECK_INT(nq_retry_backoff(4000000000u, 0, 30000), 0);
	CHECK_INT(nq_retry_backoff(1, 5000, 1000), 1000);
}

static void
only_adds_jitter(void)
{
	for (int i = 0; i < 1000; i++) {
		CHECK(nq_retry_jitter(1000) >= 0 && nq_retry_jitter(1000) <= 250);
		CHECK(nq_retry_jitter(1000000) <= 1000);
	}
	CHECK_INT(nq_retry_jitter(0), 0);
}

static const struct unit_test tests[] = {
    {"a server's wish in all its forms", obeys_the_server},
    {"a quota used up", sees_a_quota_used_up},
    {"a 403 that ends", knows_a_403_that_ends},
    {"what may mend itself", knows_what_may_mend_itself},
    {"waits double to the longest", doubles_to_the_longest},
    {"jitter only adds", only_adds_jitter},
    {NULL, NULL},
};

int
main(int argc, char **argv)
{
	return unit_main(argc, argv, tests);
}
