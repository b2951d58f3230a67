#include "http/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "http/fields.h"
#include "http/inner.h"
#include "http/tap.h"

struct nq_http *
nq_http_open(const struct nq_http_options *o, const char *base_url, struct nq_err *err)
{
	struct nq_http *h = nq_calloc(1, sizeof(*h));

	h->opt = *o;
	if (h->opt.attempts == 0)
		h->opt.attempts = 1;
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
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		nq_err_set(err, NQ_TEMPFAIL, "cannot set up libcurl");
		goto fail;
	}
	return h;
fail:
	nq_http_free(h);
	return NULL;
}

void
nq_http_free(struct nq_http *h)
{
	struct nq_flight *f;

	if (h == NULL)
		return;
	while ((f = h->flights) != NULL) {
		h->flights = f->next;
		nq_flight_drop(f);
		nq_inflate_free(&f->x.inflate);
		curl_easy_cleanup(f->x.curl);
		free(f);
	}
	curl_multi_cleanup(h->multi);
	nq_identity_free(&h->identity);
	curl_slist_free_all(h->own);
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

	if (!nq_fields_valid(name, value))
		return nq_err_set(err, NQ_USAGE,
		    "the header '%s' has a bad name or a control character in its value", name);
	snprintf(what, sizeof(what), "the header '%s'", name);
	if (secret && nq_http_secret(h, what, err) == -1)
		return -1;
	/* libcurl drops a header without value unless it ends in a semicolon. */
	nq_buf_addf(&line, *value == '\0' ? "%s;" : "%s: %s", name, value);
	h->own = nq_fields_append(h->own, line.data);
	nq_buf_wipe(&line);
	return 0;
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
