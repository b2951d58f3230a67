#include "http/flight.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/secret.h"
#include "http/inner.h"
#include "http/retry.h"
#include "http/tap.h"

/* A flight that is wanted: its attempts, until one is good or trying again cannot help. */

enum { SLICE_NS = 50000000 };

static const char *
place(const struct nq_request *q)
{
	return q->what != NULL ? q->what : "";
}

/* Waits, while other transfers go on, and lets the progress line say why. */
static void
wait_until(struct nq_http *h, int64_t at, const char *why)
{
	int64_t left = at - nq_clock_ns();

	nq_progress_waits(why, left / NQ_NS_PER_MS);
	for (; left > 0; left = at - nq_clock_ns())
		nq_flight_pump(h, left < SLICE_NS ? left : SLICE_NS);
	nq_progress_waits(NULL, 0);
}

/* Sends it when its turn has come. */
static void
launch_in_turn(struct nq_flight *f)
{
	struct nq_http *h = f->h;
	const char *why = NULL;
	int64_t ns = 0;

	if (!nq_http_replays(h) &&
	    nq_rate_take(h->rate, h->opt.max_wait_ms, &ns, &why, &f->err) == -1) {
		f->over = true;
		nq_flight_land(f);
		return;
	}
	f->state = NQ_LANDED; /* out of the queue: it has its turn */
	if (ns > 0) {
		nq_log(nq_rate_paused(h->rate) ? NQ_LOG_WARN : NQ_LOG_DEBUG, "http",
		    "%s%s%s, waiting %.3g s", place(&f->q), f->q.what != NULL ? ": " : "", why,
		    (double)ns / NQ_NS_PER_S);
		h->stats.waited_ms += ns / NQ_NS_PER_MS;
		wait_until(h, nq_clock_ns() + ns, ns >= NQ_NS_PER_S / 2 ? why : NULL);
	}
	nq_flight_launch(f);
}

static void
land(struct nq_flight *f)
{
	while (f->state != NQ_LANDED)
		if (f->state == NQ_QUEUED)
			launch_in_turn(f);
		else
			nq_flight_pump(f->h, NQ_NS_PER_S);
}

static bool
worth_more(const struct nq_response *r)
{
	if (r->rule != NQ_RULE_NONE)
		return r->rule == NQ_RULE_RETRY;
	return nq_retry_answer(r->status, &r->headers);
}

/* Nothing that goes out could be a credential. */
static bool
is_anonymous(const struct nq_flight *f)
{
	return f->h->own == NULL && nq_identity_none(&f->h->identity) && f->q.body.p == NULL &&
	       !nq_url_has_secret(f->q.url);
}

static void
explain_status(struct nq_flight *f)
{
	struct nq_buf said = NQ_BUF_INIT;
	const struct nq_request *q = &f->q;
	const struct nq_response *r = f->resp;
	struct nq_err *err = &f->err;

	if (!q->confidential)
		nq_secret_excerpt(nq_buf_str(&r->body), 200, &said);
	nq_err_set(err, worth_more(r) ? NQ_TEMPFAIL : NQ_FAIL, "HTTP %ld%s%s", r->status,
	    said.len > 0 ? ": " : "", said.data);
	if (r->status == 401 && is_anonymous(f))
		nq_err_add(err, " (is --auth missing?)");
	if (r->rule != NQ_RULE_NONE)
		nq_err_add(err, " (--on %ld=%s)", r->status, nq_rules_name(r->rule));
	nq_buf_free(&said);
}

/*
 * Waits before the next attempt, counted from when the last one ended; -1 when the server asks for
 * more than we are told to give.
 */
static int
wait_for(struct nq_flight *f, int64_t spent_ms)
{
	struct nq_http *h = f->h;
	const struct nq_request *q = &f->q;
	const struct nq_response *r = f->resp;
	const struct nq_tap *tap = h->opt.tap;
	int64_t now = nq_http_replays(h) ? tap->now(tap->ctx) : time(NULL);
	int64_t asked = r->status != 0 ? nq_retry_asked(r->status, &r->headers, now) : -1;
	int64_t ms = nq_retry_backoff(r->attempts, h->opt.retry_min_ms, h->opt.retry_max_ms);
	char why[32];

	if (asked > h->opt.max_wait_ms)
		return nq_rate_refuse(asked, h->opt.max_wait_ms, &f->err);
	ms = asked > 0 ? asked : ms;
	ms += nq_retry_jitter(ms);
	ms = ms > spent_ms ? ms - spent_ms : 0;
	if (nq_rate_before(h->rate, nq_http_replays(h) ? 0 : ms, &f->err) == -1)
		return -1;
	nq_log(NQ_LOG_WARN, "http", "%s%s%s, attempt %u of %llu, %s %.3g s", place(q),
	    q->what != NULL ? ": " : "", f->err.msg, r->attempts,
	    (unsigned long long)h->opt.attempts,
	    nq_http_replays(h) ? "replayed without waiting" : "waiting", (double)ms / 1000);
	h->stats.retries++;
	if (nq_http_replays(h))
		return 0;
	h->stats.waited_ms += ms;
	snprintf(why, sizeof(why), r->status != 0 ? "HTTP %ld" : "broken connection", r->status);
	wait_until(h, nq_clock_ns() + nq_rate_span(ms), why);
	return 0;
}

/* 0: a good answer; 1: worth another attempt; -1: not. */
static int
judge(struct nq_flight *f)
{
	if (f->broken)
		return -1;
	if (nq_flight_good(f))
		return 0;
	if (f->outcome == NQ_ANSWERED)
		explain_status(f);
	return f->err.status == NQ_TEMPFAIL ? 1 : -1;
}

/* All attempts; the verdict on the last. wanted_ns is when somebody came to ask for it. */
static int
persist(struct nq_flight *f, int64_t wanted_ns)
{
	const struct nq_receiver *recv = f->recv;
	struct nq_http *h = f->h;
	bool renewed = false;
	int64_t spent_ms;
	int verdict;

	for (;; f->resp->attempts++) {
		land(f);
		verdict = judge(f);
		if (verdict != 0 && f->resp->status == 401 && !f->over && !renewed && f->ours &&
		    nq_identity_renew(&h->identity, f->shown)) {
			renewed = true;
			nq_flight_try(f);
			continue;
		}
		if (verdict != 1 || f->over || f->resp->attempts >= h->opt.attempts ||
		    (recv != NULL && recv->kept != NULL && *recv->kept))
			return verdict;
		spent_ms = wanted_ns > f->landed_ns ? (nq_clock_ns() - f->landed_ns) / NQ_NS_PER_MS
						    : 0;
		if (wait_for(f, spent_ms) == -1)
			return verdict;
		nq_flight_try(f);
	}
}

int
nq_flight_finish(struct nq_flight *f, struct nq_err *err)
{
	struct nq_http *h = f->h;
	int verdict = persist(f, nq_clock_ns());

	f->state = NQ_AT_REST;
	if (verdict == 0) {
		*err = (struct nq_err)NQ_ERR_INIT; /* what earlier attempts met is forgotten */
		return 0;
	}
	*err = f->err;
	if (verdict == 1 && !f->over && f->resp->attempts >= h->opt.attempts &&
	    f->resp->attempts > 1)
		nq_err_add(err, ", after %u attempts", f->resp->attempts);
	return f->q.what != NULL ? nq_err_at(err, "%s: ", f->q.what) : -1;
}

int
nq_http_do(struct nq_http *h, const struct nq_request *q, const struct nq_receiver *recv,
    struct nq_response *r, struct nq_err *err)
{
	return nq_flight_finish(nq_flight_send(h, q, recv, r), err);
}
