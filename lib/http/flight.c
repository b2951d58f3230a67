#include "http/flight.h"

#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/progress.h"
#include "http/fields.h"
#include "http/inner.h"
#include "http/redirect.h"
#include "http/retry.h"
#include "http/skew.h"

/* === handles ================================================================================ */

static int
on_progress(void *ctx, curl_off_t d, curl_off_t dnow, curl_off_t u, curl_off_t unow)
{
	(void)ctx, (void)d, (void)dnow, (void)u, (void)unow;
	nq_progress_tick();
	return 0;
}

static void
set_limits(CURL *c, const struct nq_http_options *o)
{
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 100L);
	curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 256L << 10);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION,
	    o->http1 ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
}

static void
set_peer(CURL *c, const struct nq_http_options *o, bool loopback)
{
	curl_easy_setopt(
	    c, CURLOPT_USERAGENT, o->user_agent != NULL ? o->user_agent : "nq/" NQ_VERSION);
	/* http_proxy must not carry away what is meant for this host */
	if (o->proxy != NULL || loopback)
		curl_easy_setopt(c, CURLOPT_PROXY, o->proxy != NULL ? o->proxy : "");
	if (o->cacert != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, o->cacert);
}

static struct nq_flight *
make(struct nq_http *h)
{
	struct nq_flight *f = nq_calloc(1, sizeof(*f));

	f->x.curl = curl_easy_init();
	if (f->x.curl == NULL)
		nq_reallocarray(NULL, SIZE_MAX, SIZE_MAX);
	f->h = h;
	f->x.opt = &h->opt;
	set_limits(f->x.curl, &h->opt);
	set_peer(f->x.curl, &h->opt, nq_origin_loopback(&h->origin));
	curl_easy_setopt(f->x.curl, CURLOPT_PRIVATE, f);
	f->next = h->flights;
	h->flights = f;
	return f;
}

static struct nq_flight *
at_rest(struct nq_http *h)
{
	struct nq_flight *f = h->flights;

	while (f != NULL && f->state != NQ_AT_REST)
		f = f->next;
	return f != NULL ? f : make(h);
}

/* === time =================================================================================== */

static void
set_times(struct nq_flight *f)
{
	const struct nq_http_options *o = &f->h->opt;
	int64_t spent = (nq_clock_ns() - f->launched_ns) / NQ_NS_PER_MS, most = 0, left;

	if (o->max_time_ms > 0) {
		most = o->max_time_ms + f->lent_ms - spent;
		most = most > 0 ? most : 1;
	}
	left = nq_rate_left(f->h->rate, most);
	curl_easy_setopt(f->x.curl, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? spent + left : 0));
	curl_easy_setopt(
	    f->x.curl, CURLOPT_LOW_SPEED_TIME, (long)((o->stall_ms + f->lent_ms + 999) / 1000));
}

/*
 * While whoever reads our output lets us wait, nobody takes what servers send. They are given that
 * time on top.
 */
static void
lend_time(struct nq_http *h)
{
	int64_t now = nq_clock_ns(), gap = now - h->pumped_ns;

	for (struct nq_flight *f = h->flights; f != NULL && gap > NQ_NS_PER_S; f = f->next) {
		if (f->state != NQ_FLYING || f->launched_ns >= h->pumped_ns)
			continue;
		f->lent_ms += gap / NQ_NS_PER_MS;
		set_times(f);
	}
	h->pumped_ns = now;
}

/* === what an answer tells all =============================================================== */

bool
nq_flight_good(const struct nq_flight *f)
{
	const struct nq_response *r = f->resp;

	if (f->outcome != NQ_ANSWERED)
		return false;
	if (r->rule != NQ_RULE_NONE)
		return r->rule == NQ_RULE_EMPTY || r->rule == NQ_RULE_STOP;
	return r->status >= 200 && r->status < 300;
}

/* What an answer tells about the server, apart from what was asked for. */
static void
note_answer(struct nq_flight *f)
{
	struct nq_http *h = f->h;
	struct nq_buf warning = NQ_BUF_INIT;

	if (!h->skew_seen && !nq_http_replays(h) &&
	    nq_skew_told(&f->resp->headers, time(NULL), &warning)) {
		h->skew_seen = true;
		nq_log(NQ_LOG_WARN, "http", "%s", warning.data);
	}
	nq_buf_free(&warning);
	if (!f->x.decoded || !f->x.inflate.foreign || f->err.status != NQ_TEMPFAIL)
		return;
	if (f->asked_plain)
		nq_err_set(&f->err, NQ_FAIL,
		    "the body is said to be compressed and is not, also where "
		    "that was not asked for");
	h->plain = true;
}

/* One that shall come back later speaks for all. */
static void
note_waits(struct nq_flight *f)
{
	struct nq_http *h = f->h;
	int64_t ms;

	if (nq_http_replays(h))
		return;
	if (nq_flight_good(f)) {
		nq_rate_note(h->rate, &f->resp->headers);
		return;
	}
	if (f->outcome != NQ_ANSWERED || !nq_retry_answer(f->resp->status, &f->resp->headers))
		return;
	ms = nq_retry_asked(f->resp->status, &f->resp->headers, time(NULL));
	if (ms < 0)
		ms = nq_retry_backoff(1, h->opt.retry_min_ms, h->opt.retry_max_ms);
	nq_rate_pause(h->rate, ms < h->opt.max_wait_ms ? ms : h->opt.max_wait_ms);
}

/* === one exchange after the other =========================================================== */

static void
land(struct nq_flight *f, enum nq_outcome outcome)
{
	f->outcome = outcome;
	f->state = NQ_LANDED;
	f->landed_ns = nq_clock_ns();
	note_waits(f);
}

void
nq_flight_land(struct nq_flight *f)
{
	land(f, NQ_BROKEN);
}

static void
arrive(struct nq_flight *f, enum nq_outcome outcome)
{
	struct nq_http *h = f->h;
	int more = 0;

	h->stats.bytes += f->x.wire;
	f->over = outcome == NQ_BROKEN && f->err.status == NQ_TEMPFAIL &&
		  nq_rate_check(h->rate, &f->err) == -1;
	note_answer(f);
	if (outcome == NQ_ANSWERED)
		more = nq_redirect_next(&f->q, f->resp, f->hops++, h->opt.max_redirs, &f->err);
	if (more == 1)
		f->state = NQ_QUEUED;
	else
		land(f, more == -1 ? NQ_BROKEN : outcome);
}

/* As who we are where it goes. */
static void
begin(struct nq_flight *f, const char *url, const char *line)
{
	struct nq_http *h = f->h;
	bool signs = nq_identity_signs(&h->identity, f->ours);
	struct curl_slist *fields = nq_fields_for(h->own, &f->q, f->ours, !h->plain, signs);
	int rc;

	if (*line != '\0')
		fields = nq_fields_append(fields, line);
	f->x.recv = f->recv;
	f->x.resp = f->resp;
	f->asked_plain = h->plain;
	f->launched_ns = nq_clock_ns();
	f->lent_ms = 0;
	set_times(f);
	h->stats.requests++;
	rc = nq_exchange_begin(&f->x, &f->q, url, fields, &f->err);
	f->state = NQ_FLYING;
	if (rc == 1 && h->multi == NULL)
		h->multi = curl_multi_init();
	if (rc == 1 && curl_multi_add_handle(h->multi, f->x.curl) == CURLM_OK)
		return;
	if (rc == 0) {
		arrive(f, nq_exchange_end(&f->x, CURLE_OK));
		return;
	}
	nq_exchange_forget(&f->x);
	if (rc == 1)
		nq_err_set(&f->err, NQ_TEMPFAIL, "cannot set up a transfer");
	arrive(f, NQ_BROKEN);
}

void
nq_flight_launch(struct nq_flight *f)
{
	struct nq_http *h = f->h;
	struct nq_buf url = NQ_BUF_INIT, line = NQ_BUF_INIT;

	f->resp->status = 0;
	if (nq_redirect_judge(&h->origin, &f->q, f->resp->url.data, &f->ours, &f->err) == -1) {
		land(f, NQ_BROKEN);
		return;
	}
	f->broken = nq_identity_show(&h->identity, f->x.curl, f->ours, f->resp->url.data, &url,
			&line, &f->err) == -1;
	f->shown = nq_identity_digest(&line);
	if (f->broken)
		land(f, NQ_BROKEN);
	else
		begin(f, url.data, line.data);
	nq_buf_free(&url);
	nq_buf_free(&line);
}

void
nq_flight_try(struct nq_flight *f)
{
	nq_buf_reset(&f->resp->url);
	nq_buf_adds(&f->resp->url, f->q.url);
	f->resp->status = 0;
	f->hops = 0;
	f->ours = true;
	f->over = f->broken = false;
	f->state = NQ_QUEUED;
}

/* === all of them ============================================================================ */

static int
reap(struct nq_http *h)
{
	struct nq_flight *f = NULL;
	CURLMsg *m;
	CURLcode code;
	int n = 0, left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		if (m->msg != CURLMSG_DONE)
			continue;
		code = m->data.result;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&f);
		curl_multi_remove_handle(h->multi, m->easy_handle);
		arrive(f, nq_exchange_end(&f->x, code));
		n++;
	}
	return n;
}

static struct nq_flight *
first_queued(const struct nq_http *h)
{
	struct nq_flight *first = NULL;

	for (struct nq_flight *f = h->flights; f != NULL; f = f->next)
		if (f->state == NQ_QUEUED && (first == NULL || f->order < first->order))
			first = f;
	return first;
}

/* Those whose turn has come. */
static void
launch_due(struct nq_http *h)
{
	struct nq_flight *f;
	struct nq_err none = NQ_ERR_INIT;
	const char *why;
	int64_t ns;

	while ((f = first_queued(h)) != NULL &&
	       (nq_http_replays(h) ||
		   (nq_rate_due(h->rate) == 0 &&
		       nq_rate_take(h->rate, h->opt.max_wait_ms, &ns, &why, &none) == 0)))
		nq_flight_launch(f);
}

static void
wait_for_news(struct nq_http *h, int64_t ns)
{
	int64_t due = first_queued(h) != NULL ? nq_rate_due(h->rate) : INT64_MAX;
	struct timespec ts;

	if (ns > due)
		ns = due > NQ_NS_PER_MS ? due : NQ_NS_PER_MS;
	ts = (struct timespec){0, (long)(ns < NQ_NS_PER_S ? ns : NQ_NS_PER_S - 1)};
	if (h->multi != NULL && ns >= NQ_NS_PER_MS)
		curl_multi_poll(h->multi, NULL, 0, (int)(ns / NQ_NS_PER_MS), NULL);
	else
		nanosleep(&ts, NULL);
}

void
nq_flight_pump(struct nq_http *h, int64_t ns)
{
	int flying = 0;

	lend_time(h);
	if (h->multi != NULL)
		curl_multi_perform(h->multi, &flying);
	if (h->multi == NULL || reap(h) == 0) {
		launch_due(h);
		lend_time(h); /* a token may have been fetched */
		nq_progress_tick();
		wait_for_news(h, ns);
	}
	h->pumped_ns = nq_clock_ns();
}

/* === from outside =========================================================================== */

struct nq_flight *
nq_flight_send(struct nq_http *h, const struct nq_request *q, const struct nq_receiver *recv,
    struct nq_response *r)
{
	struct nq_flight *f = at_rest(h);

	f->q = *q;
	f->recv = recv;
	f->resp = r;
	f->err = (struct nq_err)NQ_ERR_INIT;
	f->order = ++h->sent;
	r->attempts = 1;
	nq_flight_try(f);
	launch_due(h);
	return f;
}

void
nq_flight_drop(struct nq_flight *f)
{
	if (f == NULL)
		return;
	if (f->state == NQ_FLYING) {
		curl_multi_remove_handle(f->h->multi, f->x.curl);
		nq_exchange_forget(&f->x);
	}
	f->state = NQ_AT_REST;
}

bool
nq_flight_landed(const struct nq_flight *f)
{
	return f->state == NQ_LANDED;
}

bool
nq_flight_failed(const struct nq_flight *f)
{
	return f->state == NQ_LANDED && !nq_flight_good(f);
}
