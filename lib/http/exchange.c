#include "http/exchange.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "http/retry.h"
#include "http/tap.h"

/* Whose body is wanted. */
static bool
is_page(const struct nq_response *r)
{
	return r->status >= 200 && r->status < 300 && r->rule == NQ_RULE_NONE;
}

static bool
records(const struct nq_exchange *x)
{
	return x->opt->tap != NULL && x->opt->tap->play == NULL;
}

static bool
replays(const struct nq_exchange *x)
{
	return x->opt->tap != NULL && x->opt->tap->play != NULL;
}

static size_t
on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct nq_exchange *x = ctx;

	if (nq_headers_add(&x->resp->headers, (struct nq_str){p, size * n}) == 0)
		return size * n;
	nq_err_set(x->err, NQ_FAIL, "more than %u bytes of headers", NQ_MAX_HEADERS);
	x->failed = true;
	return 0;
}

/* Decoded bytes on their way; libcurl's own size limit does not see them. */
static int
deliver(void *ctx, const char *p, size_t n, struct nq_err *err)
{
	struct nq_exchange *x = ctx;

	if (records(x) && x->opt->tap->data(x->opt->tap->ctx, p, n, err) == -1)
		return -1;
	x->resp->bytes += n;
	if (x->resp->bytes > x->opt->max_body)
		return nq_err_set(err, NQ_FAIL,
		    "the body is larger than %llu bytes (--max-body raises the limit)",
		    (unsigned long long)x->opt->max_body);
	if (is_page(x->resp) && x->recv != NULL)
		return x->recv->data(x->recv->ctx, p, n, err);
	if (!is_page(x->resp) && x->resp->body.len + n > NQ_MAX_ERROR_BODY)
		n = NQ_MAX_ERROR_BODY - x->resp->body.len;
	nq_buf_add(&x->resp->body, p, n);
	return 0;
}

static void
note_content_type(struct nq_response *r)
{
	struct nq_str s;

	nq_buf_reset(&r->content_type);
	if (!nq_headers_get(&r->headers, "Content-Type", 0, &s))
		return;
	for (size_t i = 0; i < s.n && s.p[i] != ';' && s.p[i] != ' '; i++)
		nq_buf_addc(&r->content_type, (char)tolower((unsigned char)s.p[i]));
}

static bool
is_coding(struct nq_str s, const char *name)
{
	return s.n == strlen(name) && strncasecmp(s.p, name, s.n) == 0;
}

static int
choose_decoding(struct nq_exchange *x)
{
	struct nq_str s;

	x->decoded = false;
	if (replays(x)) /* cassettes hold bodies decoded */
		return 0;
	if (!nq_headers_get(&x->resp->headers, "Content-Encoding", 0, &s) || s.n == 0 ||
	    is_coding(s, "identity"))
		return 0;
	if (!is_coding(s, "gzip") && !is_coding(s, "x-gzip") && !is_coding(s, "deflate"))
		return nq_err_set(x->err, NQ_FAIL,
		    "the body comes in the encoding '%.*s', which was not asked for", (int)s.n,
		    s.p);
	x->decoded = true;
	return nq_inflate_begin(&x->inflate, x->err);
}

/* Once a body byte, or the end of a body without one, shows that the headers are complete. */
static int
begin(struct nq_exchange *x)
{
	struct nq_response *r = x->resp;
	struct nq_str s;
	int version = 0;

	x->begun = true;
	r->status = nq_headers_status(&r->headers, &version);
	r->rule = nq_rules_find(x->opt->rules, r->status);
	r->framed = version >= 2 || nq_headers_get(&r->headers, "Content-Length", 0, &s) ||
		    nq_headers_get(&r->headers, "Transfer-Encoding", 0, &s);
	note_content_type(r);
	if (choose_decoding(x) == -1)
		return -1;
	if (is_page(r) && x->recv != NULL && x->recv->begin(x->recv->ctx, r, x->err) == -1)
		return -1;
	return 0;
}

static size_t
on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct nq_exchange *x = ctx;
	int rc = x->begun ? 0 : begin(x);

	n *= size;
	x->wire += n;
	if (rc == 0 && x->decoded)
		rc = nq_inflate_data(&x->inflate, (struct nq_str){p, n}, deliver, x, x->err);
	else if (rc == 0)
		rc = deliver(x, p, n, x->err);
	x->failed = rc == -1;
	return rc == 0 ? n : 0;
}

/* The answer is whole: so says its transfer. */
static int
finish(struct nq_exchange *x)
{
	if (!x->begun && begin(x) == -1)
		return -1;
	if (x->decoded && x->wire > 0)
		return nq_inflate_end(&x->inflate, x->err);
	return 0;
}

static int
accept_answer(struct nq_exchange *x)
{
	bool empty = x->resp->rule == NQ_RULE_EMPTY;

	if (x->recv == NULL || (!empty && !is_page(x->resp)))
		return 0;
	if (empty && x->recv->begin(x->recv->ctx, x->resp, x->err) == -1)
		return -1;
	return x->recv->end(x->recv->ctx, x->err);
}

static void
set_request(struct nq_exchange *x, const struct nq_request *q, const char *url)
{
	CURL *c = x->curl;
	bool get = strcmp(q->method, "GET") == 0;

	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, x->headers);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->detail);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, NULL); /* makes it a POST: the order matters */
	curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	if (q->body.p != NULL) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body.p);
	}
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, get && q->body.p == NULL ? NULL : q->method);
}

static int
broken(struct nq_exchange *x, CURLcode code)
{
	long os_errno = 0;

	if (x->failed)
		return -1;
	curl_easy_getinfo(x->curl, CURLINFO_OS_ERRNO, &os_errno);
	return nq_err_set(x->err, nq_retry_curl((int)code, os_errno) ? NQ_TEMPFAIL : NQ_FAIL, "%s",
	    *x->detail != '\0' ? x->detail : curl_easy_strerror(code));
}

static int
played_header(void *ctx, struct nq_str line)
{
	return on_header((char *)(uintptr_t)line.p, 1, line.n, ctx) == line.n ? 0 : -1;
}

static int
played_body(void *ctx, const char *p, size_t n)
{
	return on_body((char *)(uintptr_t)p, 1, n, ctx) == n ? 0 : -1;
}

int
nq_exchange_begin(struct nq_exchange *x, const struct nq_request *q, const char *url,
    struct curl_slist *headers, struct nq_err *err)
{
	const struct nq_tap_sink sink = {played_header, played_body, x};
	const struct nq_tap_request tapped = {q->method, url, headers, q->body};
	const struct nq_tap *tap = x->opt->tap;

	x->err = err;
	x->headers = headers;
	x->begun = x->failed = x->decoded = false;
	x->wire = 0;
	*x->detail = '\0';
	x->resp->status = 0;
	x->resp->rule = NQ_RULE_NONE;
	x->resp->bytes = 0;
	nq_buf_reset(&x->resp->body);
	nq_headers_reset(&x->resp->headers);
	if (replays(x))
		return tap->play(tap->ctx, &tapped, &sink, err);
	if (records(x) && tap->begin(tap->ctx, &tapped, err) == -1)
		return -1;
	set_request(x, q, url);
	return 1;
}

void
nq_exchange_forget(struct nq_exchange *x)
{
	curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(x->headers);
	x->headers = NULL;
}

enum nq_outcome
nq_exchange_end(struct nq_exchange *x, CURLcode code)
{
	const struct nq_tap *tap = x->opt->tap;
	int rc = code != CURLE_OK ? broken(x, code) : finish(x);

	nq_exchange_forget(x);
	if (records(x) && tap->end(tap->ctx, &x->resp->headers, rc == -1 ? x->err : NULL,
			      x->recv != NULL, x->err) == -1)
		rc = -1;
	return rc == -1 || accept_answer(x) == -1 ? NQ_BROKEN : NQ_ANSWERED;
}
