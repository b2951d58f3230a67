#include "http/oauth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/secret.h"
#include "http/identity.h"
#include "http/rate.h"
#include "http/tap.h"
#include "json/doc.h"

#define MARGIN_MS   INT64_C(60000)
#define LONGEST_SEC UINT64_C(3000000000) /* a token that outlives us: no product overflows */

struct oauth {
	struct nq_http *http; /* the token endpoint's own */
	struct nq_rate rate;  /* so is its quota; the deadline is the run's */
	char *url;
	struct nq_buf fixed;   /* of the body: all but the grant */
	struct nq_buf refresh; /* token; empty for client credentials */
	char *refresh_file;    /* where it came from and goes back to, NULL for none */
	struct nq_buf token;   /* empty for none at hand */
	int64_t stale_ms;      /* from when on it is not used any more; INT64_MAX for never */
	bool issued;	       /* there was one already: an error now is no configuration's */
};

static void
oauth_free(void *ctx)
{
	struct oauth *a = ctx;

	nq_http_free(a->http);
	free(a->url);
	free(a->refresh_file);
	nq_buf_wipe(&a->fixed);
	nq_buf_wipe(&a->refresh);
	nq_buf_wipe(&a->token);
	free(a);
}

/* The body is a form, whose values percent-encoding spells well enough. */
static void
add_field(struct nq_buf *form, const char *name, struct nq_str value)
{
	if (form->len > 0)
		nq_buf_addc(form, '&');
	nq_buf_addf(form, "%s=", name);
	nq_buf_add_percent(form, value);
}

/* --- what the token endpoint says ------------------------------------------------------------ */

static const struct {
	const char *code, *hint;
} refusals[] = {
    {"invalid_client", "see to --client-id, --client-secret and --token-auth"},
    {"invalid_grant", "the refresh token is no longer good: log in again for a new one"},
    {"unauthorized_client", "this client may not ask so"},
    {"unsupported_grant_type", "it wants, or wants no --refresh-token"},
    {"invalid_scope", "see to --scope"},
    {"invalid_request", "see to --token-auth, --scope and --audience"},
};

/* Puts one of the codes of RFC 6749, 5.2 in the place of what was met, if the answer has one. */
static int
explain(const struct oauth *a, const struct nq_response *r, struct nq_err *err)
{
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str code = {NULL, 0};
	struct nq_doc doc;
	uint32_t i = NQ_NONE;

	nq_doc_init(&doc);
	if (r->status >= 400 && r->status < 500 && err->status == NQ_FAIL) {
		err->status = a->issued ? NQ_FAIL : NQ_USAGE;
		if (nq_doc_parse(&doc, nq_buf_str(&r->body), &ignored) == 0 &&
		    nq_doc_type(&doc, 0) == NQ_OBJECT)
			i = nq_doc_get(&doc, 0, nq_str("error"));
	}
	if (nq_doc_type(&doc, i) == NQ_STRING && nq_doc_string(&doc, i, &scratch, &code) == 0)
		for (size_t k = 0; k < sizeof(refusals) / sizeof(refusals[0]); k++)
			if (nq_str_is(code, refusals[k].code))
				nq_err_add(err, ": %s (%s)", refusals[k].code, refusals[k].hint);
	nq_buf_free(&scratch);
	nq_doc_free(&doc);
	return -1;
}

/* The text of a member into out, which stays empty when there is none. */
static int
get_text(const struct nq_doc *d, const char *name, struct nq_buf *out, struct nq_err *err)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t i = nq_doc_get(d, 0, nq_str(name));
	struct nq_str s = {"", 0};
	int rc = 0;

	nq_buf_reset(out);
	if (nq_doc_type(d, i) != NQ_ABSENT && nq_doc_type(d, i) != NQ_NULL)
		rc = nq_doc_type(d, i) == NQ_STRING ? nq_doc_string(d, i, &scratch, &s) : -1;
	for (size_t k = 0; k < s.n; k++)
		if ((unsigned char)s.p[k] <= ' ' || s.p[k] == 0x7f)
			rc = -1;
	if (rc == -1)
		nq_err_set(err, NQ_FAIL, "the token endpoint: '%s' is no text of a token", name);
	else
		nq_buf_addstr(out, s);
	nq_buf_wipe(&scratch);
	return rc;
}

/* "expires_in": seconds, whole or not, a number or its text; without it a token is good for ever.
 */
static int64_t
stale_at(const struct nq_doc *d, int64_t asked_ms)
{
	uint32_t i = nq_doc_get(d, 0, nq_str("expires_in"));
	uint64_t seconds = 0;
	struct nq_str s;
	int64_t life;

	if (nq_doc_type(d, i) != NQ_NUMBER && nq_doc_type(d, i) != NQ_STRING)
		return INT64_MAX;
	s = nq_doc_raw(d, i);
	for (size_t k = s.p[0] == '"'; k < s.n && s.p[k] >= '0' && s.p[k] <= '9'; k++)
		if (seconds < LONGEST_SEC)
			seconds = seconds * 10 + (uint64_t)(s.p[k] - '0');
	life = (int64_t)seconds * 1000;
	return asked_ms + (life > 2 * MARGIN_MS ? life - MARGIN_MS : life / 2);
}

/* A token endpoint may replace the refresh token with each use: the old one is void then. */
static int
keep_refresh_token(struct oauth *a, struct nq_buf *replacement, struct nq_err *err)
{
	struct nq_buf line = NQ_BUF_INIT;
	int rc = 0;

	if (replacement->len == 0 || a->refresh.len == 0 ||
	    nq_str_eq(nq_buf_str(replacement), nq_buf_str(&a->refresh)))
		return 0;
	nq_secret_add(nq_buf_str(replacement));
	nq_buf_addf(&line, "%s\n", replacement->data);
	if (nq_http_replays(a->http)) /* that of a cassette is no token */
		rc = 0;
	else if (a->refresh_file != NULL)
		rc = nq_io_replace_file(a->refresh_file, nq_buf_str(&line), 0600, err);
	else
		nq_log(NQ_LOG_WARN, "http",
		    "the token endpoint gave a new refresh token, which is lost when this run "
		    "ends: only --refresh-token '${file:PATH}' can be kept up to date");
	nq_buf_wipe(&line);
	if (rc == -1)
		return nq_err_at(
		    err, "cannot keep the new refresh token, and the old one is void: ");
	nq_buf_wipe(&a->refresh);
	nq_buf_addstr(&a->refresh, nq_buf_str(replacement));
	return 0;
}

static int
check_type(const struct nq_doc *d, struct nq_err *err)
{
	struct nq_buf type = NQ_BUF_INIT;
	int rc = get_text(d, "token_type", &type, err);

	if (rc == 0 && type.len > 0 && strcasecmp(type.data, "bearer") != 0)
		rc = nq_err_set(
		    err, NQ_FAIL, "the token endpoint gave a token that is no bearer token");
	nq_buf_free(&type);
	return rc;
}

/* The body of a 2xx answer: RFC 6749, 5.1. */
static int
take(struct oauth *a, const struct nq_buf *body, int64_t asked_ms, struct nq_err *err)
{
	struct nq_err bad = NQ_ERR_INIT;
	struct nq_buf token = NQ_BUF_INIT, refresh = NQ_BUF_INIT;
	struct nq_doc d;
	int rc = 0;

	nq_doc_init(&d);
	if (nq_doc_parse(&d, nq_buf_str(body), &bad) == -1 || nq_doc_type(&d, 0) != NQ_OBJECT)
		rc = nq_err_set(err, NQ_FAIL, "the token endpoint gave no JSON object");
	if (rc == 0)
		rc = get_text(&d, "access_token", &token, err);
	if (rc == 0 && token.len == 0)
		rc = nq_err_set(err, NQ_FAIL, "the token endpoint gave no access_token");
	if (rc == 0)
		rc = check_type(&d, err);
	if (rc == 0)
		rc = get_text(&d, "refresh_token", &refresh, err);
	nq_secret_add(nq_buf_str(&token));
	nq_secret_add(nq_buf_str(&refresh));
	if (rc == 0)
		rc = keep_refresh_token(a, &refresh, err);
	if (rc == 0) {
		nq_buf_addstr(&a->token, nq_buf_str(&token));
		a->stale_ms = stale_at(&d, asked_ms);
		a->issued = true;
	}
	nq_buf_wipe(&token);
	nq_buf_wipe(&refresh);
	nq_doc_free(&d);
	return rc;
}

/* --- asking it ------------------------------------------------------------------------------- */

static int
ask(struct oauth *a, struct nq_err *err)
{
	struct nq_buf form = NQ_BUF_INIT;
	struct nq_request q = {.method = "POST",
	    .url = a->url,
	    .what = "the token endpoint",
	    .content_type = "application/x-www-form-urlencoded",
	    .confidential = true};
	struct nq_response r;
	int64_t asked_ms = nq_clock_ms();
	int rc;

	nq_buf_adds(&form,
	    a->refresh.len > 0 ? "grant_type=refresh_token" : "grant_type=client_credentials");
	if (a->refresh.len > 0)
		add_field(&form, "refresh_token", nq_buf_str(&a->refresh));
	if (a->fixed.len > 0)
		nq_buf_addf(&form, "&%s", a->fixed.data);
	q.body = nq_buf_str(&form);
	nq_response_init(&r);
	rc = nq_http_do(a->http, &q, NULL, &r, err);
	rc = rc == 0 ? take(a, &r.body, asked_ms, err) : explain(a, &r, err);
	nq_buf_wipe(&form);
	nq_buf_wipe(&r.body);
	nq_response_free(&r);
	return rc;
}

/* A replay takes a new token where the recorded run did: its clock is another. */
static bool
is_stale(const struct oauth *a)
{
	if (nq_http_replays(a->http))
		return nq_http_expects(a->http, "POST", a->url);
	return nq_clock_ms() >= a->stale_ms;
}

static int
oauth_line(void *ctx, struct nq_buf *line, struct nq_err *err)
{
	struct oauth *a = ctx;

	if (a->token.len > 0 && is_stale(a))
		nq_buf_wipe(&a->token);
	if (a->token.len == 0 && ask(a, err) == -1)
		return -1;
	nq_buf_addf(line, "Authorization: Bearer %s", a->token.data);
	return 0;
}

static bool
oauth_refused(void *ctx)
{
	struct oauth *a = ctx;

	nq_log(NQ_LOG_INFO, "http", "HTTP 401: taking a new token");
	nq_buf_wipe(&a->token);
	return true;
}

/* --- what the command line says -------------------------------------------------------------- */

static int
need_reference(const char *option, const char *ref, struct nq_err *err)
{
	if (nq_ref_present(nq_str(ref)))
		return 0;
	return nq_err_set(err, NQ_USAGE,
	    "%s: write a reference, for example '${ACME_SECRET}', never the secret itself: "
	    "everybody can read command lines",
	    option);
}

/* RFC 6749, 2.3.1: both are form-encoded before they are joined. */
static int
show_by_header(struct oauth *a, struct nq_str id, struct nq_str secret, struct nq_err *err)
{
	struct nq_buf pair = NQ_BUF_INIT, line = NQ_BUF_INIT;
	int rc;

	nq_buf_add_percent(&pair, id);
	nq_buf_addc(&pair, ':');
	nq_buf_add_percent(&pair, secret);
	nq_secret_add(nq_buf_str(&pair));
	nq_buf_adds(&line, "Basic ");
	nq_buf_add_base64(&line, nq_buf_str(&pair));
	rc = nq_http_header(a->http, "Authorization", line.data, true, err);
	nq_buf_wipe(&pair);
	nq_buf_wipe(&line);
	return rc;
}

static int
set_client(struct oauth *a, const struct nq_oauth_options *o, const struct nq_refs *refs,
    struct nq_err *err)
{
	struct nq_buf id = NQ_BUF_INIT, secret = NQ_BUF_INIT;
	bool by_header = o->client_secret != NULL &&
			 (o->token_auth == NULL || strcmp(o->token_auth, "basic") == 0);
	int rc = nq_ref_expand(
	    refs, nq_str(o->client_id), "--client-id", NQ_REF_RAW, &id, NULL, err);

	if (rc == 0 && o->client_secret != NULL)
		rc = nq_ref_expand(refs, nq_str(o->client_secret), "--client-secret", NQ_REF_RAW,
		    &secret, NULL, err);
	nq_secret_add(nq_buf_str(&secret));
	if (rc == 0 && by_header)
		rc = show_by_header(a, nq_buf_str(&id), nq_buf_str(&secret), err);
	if (rc == 0 && !by_header)
		add_field(&a->fixed, "client_id", nq_buf_str(&id));
	if (rc == 0 && !by_header && secret.len > 0)
		add_field(&a->fixed, "client_secret", nq_buf_str(&secret));
	nq_buf_wipe(&id);
	nq_buf_wipe(&secret);
	return rc;
}

/* A token that is all of one file, "${file:PATH}", can be written back there. */
static int
set_refresh(struct oauth *a, const char *ref, const struct nq_refs *refs, struct nq_err *err)
{
	size_t n = strlen(ref);
	char *path;

	if (need_reference("--refresh-token", ref, err) == -1 ||
	    nq_ref_expand(
		refs, nq_str(ref), "--refresh-token", NQ_REF_RAW, &a->refresh, NULL, err) == -1)
		return -1;
	if (n <= 8 || strncmp(ref, "${file:", 7) != 0 || strchr(ref, '}') != ref + n - 1)
		return 0;
	path = nq_strndup(ref + 7, n - 8);
	a->refresh_file = realpath(path, NULL); /* a link stays one */
	if (a->refresh_file == NULL)
		nq_err_set(err, NQ_USAGE, "--refresh-token: cannot find '%s':", path);
	free(path);
	return a->refresh_file != NULL ? 0 : -1;
}

static int
set_extra(struct oauth *a, const char *name, const char *value, const struct nq_refs *refs,
    struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	if (value != NULL)
		rc = nq_ref_expand(refs, nq_str(value), name, NQ_REF_RAW, &text, NULL, err);
	if (rc == 0 && value != NULL)
		add_field(&a->fixed, name, nq_buf_str(&text));
	nq_buf_wipe(&text);
	return rc;
}

static int
check_options(const struct nq_oauth_options *o, struct nq_err *err)
{
	if (o->token_url == NULL || o->client_id == NULL)
		return nq_err_set(err, NQ_USAGE, "--auth oauth2 needs --token-url and --client-id");
	if (o->client_secret == NULL && o->refresh_token == NULL)
		return nq_err_set(
		    err, NQ_USAGE, "--auth oauth2 needs --client-secret or --refresh-token");
	if (o->token_auth != NULL && strcmp(o->token_auth, "basic") != 0 &&
	    strcmp(o->token_auth, "body") != 0)
		return nq_err_set(
		    err, NQ_USAGE, "--token-auth: write basic or body, not '%s'", o->token_auth);
	return o->client_secret != NULL ? need_reference("--client-secret", o->client_secret, err)
					: 0;
}

static int
set_up(struct oauth *a, const struct nq_oauth_options *o, const struct nq_http_options *http,
    const struct nq_refs *refs, struct nq_err *err)
{
	struct nq_http_options own = *http;
	struct nq_buf url = NQ_BUF_INIT;

	if (nq_ref_expand(refs, nq_str(o->token_url), "--token-url", NQ_REF_URL, &url, NULL, err) ==
	    -1) {
		nq_buf_free(&url);
		return -1;
	}
	a->url = nq_buf_take(&url);
	if (http->rate != NULL) {
		a->rate.deadline_ns = http->rate->deadline_ns;
		a->rate.deadline_ms = http->rate->deadline_ms;
	}
	own.rate = &a->rate;
	own.rules = NULL;
	a->http = nq_http_open(&own, a->url, err);
	if (a->http == NULL)
		return nq_err_at(err, "--token-url: ");
	if (nq_http_secret(a->http, "--auth oauth2", err) == -1 ||
	    set_client(a, o, refs, err) == -1 || set_extra(a, "scope", o->scope, refs, err) == -1 ||
	    set_extra(a, "audience", o->audience, refs, err) == -1)
		return -1;
	return o->refresh_token != NULL ? set_refresh(a, o->refresh_token, refs, err) : 0;
}

int
nq_oauth_open(const struct nq_oauth_options *o, const struct nq_http_options *http,
    const struct nq_refs *refs, struct nq_identity_token *token, struct nq_err *err)
{
	struct oauth *a;

	if (check_options(o, err) == -1)
		return -1;
	a = nq_calloc(1, sizeof(*a));
	a->fixed = a->refresh = a->token = (struct nq_buf)NQ_BUF_INIT;
	*token = (struct nq_identity_token){oauth_line, oauth_refused, oauth_free, a};
	return set_up(a, o, http, refs, err);
}

int
nq_oauth_unused(const struct nq_oauth_options *o, struct nq_err *err)
{
	const struct {
		const char *name, *value;
	} all[] = {{"token-url", o->token_url}, {"client-id", o->client_id},
	    {"client-secret", o->client_secret}, {"refresh-token", o->refresh_token},
	    {"scope", o->scope}, {"audience", o->audience}, {"token-auth", o->token_auth}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].value != NULL)
			return nq_err_set(
			    err, NQ_USAGE, "--%s goes with --auth oauth2", all[i].name);
	return 0;
}
