#include "http/client.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/exchange.h"
#include "http/identity.h"
#include "http/origin.h"
#include "http/redirect.h"
#include "http/retry.h"
#include "http/skew.h"
#include "http/tap.h"

#ifndef NQ_VERSION
#define NQ_VERSION "unknown"
#endif

const struct nq_http_options nq_http_defaults = {
    .attempts = 5,
    .retry_min_ms = 2000,
    .retry_max_ms = 30000,
    .max_wait_ms = NQ_MAX_WAIT * 1000LL,
    .connect_timeout_ms = 10000,
    .max_time_ms = 120000,
    .stall_ms = 30000,
    .max_body = NQ_MAX_BODY,
    .max_redirs = 5,
};

struct nq_http {
	struct nq_http_options opt;
	struct nq_origin origin;
	struct nq_exchange x;
	struct curl_slist *own; /* headers for the base origin alone */
	struct nq_rate own_rate, *rate;
	bool over;  /* no further attempt can help */
	bool plain; /* it says gzip and sends none: not asked for any more */
	bool skew_seen;
	struct nq_identity identity;
	struct nq_http_stats stats;
};

/* What every request of one walk through redirects carries along. */
struct walk {
	struct nq_http *h;
	const struct nq_request *q;
	struct nq_response *resp;
	struct nq_err *err;
};

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
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)o->max_time_ms);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 100L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)((o->stall_ms + 999) / 1000));
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

struct nq_http *
nq_http_open(const struct nq_http_options *o, const char *base_url, struct nq_err *err)
{
	struct nq_http *h = nq_calloc(1, sizeof(*h));

	h->opt = *o;
	if (h->opt.attempts == 0)
		h->opt.attempts = 1;
	h->x.opt = &h->opt;
	h->rate = o->rate != NULL ? o->rate : &h->own_rate;
	h->identity = (struct nq_identity)NQ_IDENTITY_INIT;
	h->identity.cert = o->cert;
	h->identity.cert_key = o->key;
	if (nq_origin_parse(&h->origin, base_url, err) == -1)
		goto fail;
	if (o->proxy != NULL && strchr(o->proxy, '@') != NULL) {
		nq_err_set(err, NQ_USAGE,
		    "--proxy: set https_proxy in the environment to give a user and password: "
		    "everybody can read command lines");
		goto fail;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (h->x.curl = curl_easy_init()) == NULL) {
		nq_err_set(err, NQ_TEMPFAIL, "cannot set up libcurl");
		goto fail;
	}
	set_limits(h->x.curl, &h->opt);
	set_peer(h->x.curl, &h->opt, nq_origin_loopback(&h->origin));
	return h;
fail:
	nq_http_free(h);
	return NULL;
}

void
nq_http_free(struct nq_http *h)
{
	if (h == NULL)
		return;
	nq_inflate_free(&h->x.inflate);
	nq_identity_free(&h->identity);
	curl_slist_free_all(h->own);
	curl_easy_cleanup(h->x.curl);
	nq_origin_free(&h->origin);
	free(h);
}

struct nq_identity *
nq_http_identity(struct nq_http *h)
{
	return &h->identity;
}

void
nq_http_host(const struct nq_http *h, struct nq_buf *b)
{
	nq_buf_adds(b, h->origin.host);
}

const struct nq_http_stats *
nq_http_stats(const struct nq_http *h)
{
	return &h->stats;
}

bool
nq_http_replays(const struct nq_http *h)
{
	return h->opt.tap != NULL && h->opt.tap->play != NULL;
}

bool
nq_http_expects(const struct nq_http *h, const char *method, const char *url)
{
	return nq_http_replays(h) && h->opt.tap->expects(h->opt.tap->ctx, method, url);
}

bool
nq_http_is_ours(const struct nq_http *h, const char *url)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_origin o;
	bool same;

	if (nq_origin_parse(&o, url, &err) == -1)
		return false;
	same = nq_origin_same(&o, &h->origin);
	nq_origin_free(&o);
	return same;
}

static struct curl_slist *
append(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (longer == NULL)
		nq_reallocarray(NULL, SIZE_MAX, SIZE_MAX);
	return longer;
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

int
nq_http_secret(const struct nq_http *h, const char *what, struct nq_err *err)
{
	if (strcmp(h->origin.scheme, "http") != 0 || h->opt.allow_http ||
	    nq_origin_loopback(&h->origin))
		return 0;
	return nq_err_set(err, NQ_USAGE,
	    "the secret in %s would travel in plain text to '%s': use https, or --allow-http", what,
	    h->origin.host);
}

int
nq_http_header(
    struct nq_http *h, const char *name, const char *value, bool secret, struct nq_err *err)
{
	struct nq_buf line = NQ_BUF_INIT;
	char what[80];

	if (has_control(value) || has_control(name) || strpbrk(name, ": \t") != NULL ||
	    *name == '\0')
		return nq_err_set(err, NQ_USAGE,
		    "the header '%s' has a bad name or a control character in its value", name);
	snprintf(what, sizeof(what), "the header '%s'", name);
	if (secret && nq_http_secret(h, what, err) == -1)
		return -1;
	/* libcurl drops a header without value unless it ends in a semicolon. */
	nq_buf_addf(&line, *value == '\0' ? "%s;" : "%s: %s", name, value);
	h->own = append(h->own, line.data);
	explicit_bzero(line.data, line.len);
	nq_buf_free(&line);
	return 0;
}

static bool
listed(const struct curl_slist *l, const char *name)
{
	size_t n = strlen(name);

	for (; l != NULL; l = l->next)
		if (strncasecmp(l->data, name, n) == 0 && strchr(":;", l->data[n]) != NULL)
			return true;
	return false;
}

/* The headers for a URL: the client's own ones for its own origin only. */
static struct curl_slist *
headers_for(const struct nq_http *h, const struct nq_request *q, bool ours)
{
	struct curl_slist *list = NULL;
	struct nq_buf line = NQ_BUF_INIT;

	for (const struct curl_slist *l = ours ? h->own : NULL; l != NULL; l = l->next)
		list = append(list, l->data);
	if (ours && q->header != NULL)
		list = append(list, q->header);
	if (!listed(list, "Accept"))
		list = append(list, "Accept: application/json");
	if (!nq_identity_signs(&h->identity, ours)) {
		if (!h->plain && !listed(list, "Accept-Encoding"))
			list = append(list, "Accept-Encoding: gzip");
		list = append(list, "Expect:");
	}
	if (q->body.p != NULL && !listed(list, "Content-Type")) {
		nq_buf_addf(&line, "Content-Type: %s",
		    q->content_type != NULL ? q->content_type : "application/json");
		list = append(list, line.data);
	}
	nq_buf_free(&line);
	return list;
}

static const char *
place(const struct nq_request *q)
{
	return q->what != NULL ? q->what : "";
}

/* What an answer tells about the server, apart from what was asked for. */
static void
note_answer(struct nq_http *h, const struct nq_response *r, struct nq_err *err)
{
	struct nq_buf warning = NQ_BUF_INIT;

	if (!h->skew_seen && !nq_http_replays(h) &&
	    nq_skew_told(&r->headers, time(NULL), &warning)) {
		h->skew_seen = true;
		nq_log(NQ_LOG_WARN, "http", "%s", warning.data);
	}
	nq_buf_free(&warning);
	if (!h->x.decoded || !h->x.inflate.foreign || err->status != NQ_TEMPFAIL)
		return;
	if (h->plain)
		nq_err_set(err, NQ_FAIL,
		    "the body is said to be compressed and is not, also where "
		    "that was not asked for");
	h->plain = true;
}

/* One request and its answer, as who we are where it goes, when its turn has come. */
static enum nq_outcome
send_one(struct walk *w, bool ours, const char *url, const char *line)
{
	struct nq_http *h = w->h;
	struct curl_slist *headers = headers_for(h, w->q, ours);
	enum nq_outcome outcome;

	if (*line != '\0')
		headers = append(headers, line);
	curl_easy_setopt(
	    h->x.curl, CURLOPT_TIMEOUT_MS, (long)nq_rate_left(h->rate, h->opt.max_time_ms));
	outcome = nq_exchange_run(&h->x, w->q, url, headers, w->err);
	curl_slist_free_all(headers);
	h->stats.requests++;
	h->stats.bytes += h->x.wire;
	h->over = outcome == NQ_BROKEN && w->err->status == NQ_TEMPFAIL &&
		  nq_rate_check(h->rate, w->err) == -1;
	note_answer(h, w->resp, w->err);
	return outcome;
}

static enum nq_outcome
exchange(struct walk *w, bool ours)
{
	struct nq_http *h = w->h;
	struct nq_buf url = NQ_BUF_INIT, line = NQ_BUF_INIT;
	enum nq_outcome outcome = NQ_BROKEN;

	w->resp->status = 0;
	h->over = !nq_http_replays(h) && nq_rate_turn(h->rate, place(w->q), h->opt.max_wait_ms,
					     &h->stats.waited_ms, w->err) == -1;
	if (!h->over && nq_identity_show(&h->identity, h->x.curl, ours, w->resp->url.data, &url,
			    &line, w->err) == 0)
		outcome = send_one(w, ours, url.data, line.data);
	nq_buf_free(&url);
	nq_buf_free(&line);
	return outcome;
}

/* One attempt, through the redirects that it meets. */
static enum nq_outcome
attempt(struct nq_http *h, const struct nq_request *q, struct nq_response *resp, struct nq_err *err)
{
	struct walk w = {h, q, resp, err};
	uint64_t hops = 0;
	enum nq_outcome outcome;
	bool ours = true;
	int more;

	nq_buf_reset(&resp->url);
	nq_buf_adds(&resp->url, q->url);
	do {
		if (nq_redirect_judge(&h->origin, q, resp->url.data, &ours, err) == -1)
			return NQ_BROKEN;
		outcome = exchange(&w, ours);
		more = outcome == NQ_ANSWERED
			   ? nq_redirect_next(q, resp, hops++, h->opt.max_redirs, err)
			   : 0;
	} while (more == 1);
	return more == -1 ? NQ_BROKEN : outcome;
}

static bool
worth_more(const struct nq_response *r)
{
	if (r->rule != NQ_RULE_NONE)
		return r->rule == NQ_RULE_RETRY;
	return nq_retry_answer(r->status, &r->headers);
}

static void
explain_status(const struct nq_request *q, const struct nq_response *r, struct nq_err *err)
{
	struct nq_buf said = NQ_BUF_INIT;

	if (!q->confidential)
		nq_secret_excerpt(nq_buf_str(&r->body), 200, &said);
	nq_err_set(err, worth_more(r) ? NQ_TEMPFAIL : NQ_FAIL, "HTTP %ld%s%s", r->status,
	    said.len > 0 ? ": " : "", said.data);
	if (r->rule != NQ_RULE_NONE)
		nq_err_add(err, " (--on %ld=%s)", r->status, nq_rules_name(r->rule));
	nq_buf_free(&said);
}

/* Waits before the next attempt; -1 when the server asks for more than we are told to give. */
static int
wait_for(
    struct nq_http *h, const struct nq_request *q, const struct nq_response *r, struct nq_err *err)
{
	const struct nq_tap *tap = h->opt.tap;
	int64_t now = nq_http_replays(h) ? tap->now(tap->ctx) : time(NULL);
	int64_t asked = r->status != 0 ? nq_retry_asked(r->status, &r->headers, now) : -1;
	int64_t ms = nq_retry_backoff(r->attempts, h->opt.retry_min_ms, h->opt.retry_max_ms);
	char why[32];

	if (asked > h->opt.max_wait_ms)
		return nq_rate_refuse(asked, h->opt.max_wait_ms, err);
	ms = asked > 0 ? asked : ms;
	ms += nq_retry_jitter(ms);
	if (nq_rate_before(h->rate, nq_http_replays(h) ? 0 : ms, err) == -1)
		return -1;
	nq_log(NQ_LOG_WARN, "http", "%s%s%s, attempt %u of %llu, %s %.3g s", place(q),
	    q->what != NULL ? ": " : "", err->msg, r->attempts, (unsigned long long)h->opt.attempts,
	    nq_http_replays(h) ? "replayed without waiting" : "waiting", (double)ms / 1000);
	h->stats.retries++;
	if (nq_http_replays(h))
		return 0;
	h->stats.waited_ms += ms;
	snprintf(why, sizeof(why), r->status != 0 ? "HTTP %ld" : "broken connection", r->status);
	nq_rate_wait(ms, why);
	return 0;
}

static bool
is_good(const struct nq_response *r)
{
	if (r->rule != NQ_RULE_NONE)
		return r->rule == NQ_RULE_EMPTY || r->rule == NQ_RULE_STOP;
	return r->status >= 200 && r->status < 300;
}

/* 0: a good answer; 1: worth another attempt; -1: not. */
static int
judge(const struct nq_http *h, const struct nq_request *q, enum nq_outcome outcome,
    const struct nq_response *r, struct nq_err *err)
{
	if (h->identity.broken)
		return -1;
	if (outcome == NQ_ANSWERED && is_good(r))
		return 0;
	if (outcome == NQ_ANSWERED)
		explain_status(q, r, err);
	return err->status == NQ_TEMPFAIL ? 1 : -1;
}

int
nq_http_do(struct nq_http *h, const struct nq_request *q, const struct nq_receiver *recv,
    struct nq_response *r, struct nq_err *err)
{
	bool renewed = false;
	int verdict;

	h->x.recv = recv;
	h->x.resp = r;
	for (r->attempts = 1;; r->attempts++) {
		verdict = judge(h, q, attempt(h, q, r, err), r, err);
		if (verdict != 0 && r->status == 401 && !h->over && !renewed &&
		    nq_identity_renew(&h->identity)) {
			renewed = true;
			continue;
		}
		if (verdict != 1 || h->over || r->attempts >= h->opt.attempts ||
		    (recv != NULL && recv->kept != NULL && *recv->kept))
			break;
		if (wait_for(h, q, r, err) == -1)
			break;
	}
	if (verdict == 0) {
		*err = (struct nq_err)NQ_ERR_INIT; /* what earlier attempts met is forgotten */
		nq_rate_note(h->rate, &r->headers);
		return 0;
	}
	if (verdict == 1 && !h->over && r->attempts >= h->opt.attempts && r->attempts > 1)
		nq_err_add(err, ", after %u attempts", r->attempts);
	return q->what != NULL ? nq_err_at(err, "%s: ", q->what) : -1;
}

void
nq_response_init(struct nq_response *r)
{
	memset(r, 0, sizeof(*r));
	r->headers = (struct nq_headers)NQ_HEADERS_INIT;
	r->body = r->content_type = r->url = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_response_free(struct nq_response *r)
{
	nq_headers_free(&r->headers);
	nq_buf_free(&r->body);
	nq_buf_free(&r->content_type);
	nq_buf_free(&r->url);
}
