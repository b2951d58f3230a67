#include "fetch/ask.h"

#include <inttypes.h>
#include <string.h>

#include "base/hash.h"
#include "http/origin.h"
#include "json/edit.h"
#include "json/text.h"

void
nq_ask_free(struct nq_ask *a)
{
	nq_url_free(&a->url);
	nq_buf_free(&a->body);
	nq_buf_free(&a->header);
}

/* Puts the place into the body, as a number where it is one: APIs compare it by its type. */
static int
place_in_body(struct nq_ask *a, const struct nq_pager *p, struct nq_str place, struct nq_str body,
    struct nq_err *err)
{
	struct nq_buf raw = NQ_BUF_INIT;
	struct nq_doc doc;
	int rc;

	if (p->place_is_number)
		nq_buf_addstr(&raw, place);
	else
		nq_text_quote(&raw, place);
	nq_buf_reset(&a->body);
	nq_doc_init(&doc);
	rc = nq_doc_parse(&doc, body.n > 0 ? body : nq_str("{}"), err);
	if (rc == 0)
		rc = nq_edit_set(&doc, &p->in_body, nq_buf_str(&raw), &a->body, err);
	nq_doc_free(&doc);
	nq_buf_free(&raw);
	return rc == 0 ? 0 : nq_err_at(err, "--paginate %s: in: ", p->kind->name);
}

static int
place_elsewhere(struct nq_ask *a, const struct nq_pager *p, struct nq_str body, struct nq_err *err)
{
	struct nq_buf place = NQ_BUF_INIT;
	int rc = 0;

	nq_pager_place(p, &place);
	if (place.len > 0 && p->in == NQ_IN_BODY)
		rc = place_in_body(a, p, nq_buf_str(&place), body, err);
	else if (place.len > 0)
		nq_buf_addf(&a->header, "%s: %s", p->in_header, place.data);
	nq_buf_free(&place);
	if (strpbrk(a->header.data, "\r\n") != NULL)
		rc = nq_err_set(err, NQ_FAIL, "the page token holds a line end");
	return rc;
}

int
nq_ask_set(struct nq_ask *a, const struct nq_pager *p, const char *base, struct nq_str body,
    struct nq_err *err)
{
	nq_url_set(&a->url, nq_str(base));
	nq_buf_reset(&a->header);
	nq_buf_reset(&a->body);
	nq_buf_addstr(&a->body, body);
	if (p->kind == NULL)
		return 0;
	if (p->in != NQ_IN_QUERY)
		return place_elsewhere(a, p, body, err);
	nq_pager_ask(p, &a->url);
	return 0;
}

uint64_t
nq_ask_digest(const struct nq_ask *a)
{
	uint64_t h = nq_hash(0, a->url.text.data, a->url.text.len);

	h = nq_hash(h, a->body.data, a->body.len);
	return nq_hash(h, a->header.data, a->header.len);
}

static bool
is_allowed(const char *url, const char *origin)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_origin a, b;
	bool same;

	if (nq_origin_parse(&a, url, &err) == -1)
		return false;
	if (nq_origin_parse(&b, origin, &err) == -1) {
		nq_origin_free(&a);
		return false;
	}
	same = nq_origin_same(&a, &b);
	nq_origin_free(&a);
	nq_origin_free(&b);
	return same;
}

/* Without user and password, and without the query. */
static void
show(const char *url, struct nq_buf *b)
{
	const char *host = strstr(url, "://"), *at;

	host = host != NULL ? host + 3 : url;
	at = memchr(host, '@', strcspn(host, "/?#"));
	nq_buf_add(b, url, (size_t)(host - url));
	nq_url_bare(at != NULL ? at + 1 : host, b);
}

int
nq_ask_check(const struct nq_ask *a, const struct nq_http *http, const struct nq_list *allowed,
    struct nq_err *err)
{
	const char *url = a->url.text.data;
	struct nq_buf bare = NQ_BUF_INIT;

	if (nq_http_is_ours(http, url))
		return 0;
	for (size_t i = 0; i < allowed->n; i++)
		if (is_allowed(url, allowed->v[i]))
			return 0;
	show(url, &bare);
	nq_err_set(err, NQ_FAIL,
	    "the next page is on another origin: '%s' "
	    "(--allow-origin takes it, without credentials)",
	    bare.data);
	nq_buf_free(&bare);
	return -1;
}

int
nq_ask_origins(const struct nq_list *list, struct nq_err *err)
{
	struct nq_origin o;

	for (size_t i = 0; i < list->n; i++) {
		const char *host = strstr(list->v[i], "://");

		if (nq_origin_parse(&o, list->v[i], err) == -1)
			return nq_err_at(err, "--allow-origin: ");
		nq_origin_free(&o);
		if (host[3 + strcspn(host + 3, "/?#")] != '\0')
			return nq_err_set(err, NQ_USAGE,
			    "--allow-origin: '%s' is more than scheme, host and port", list->v[i]);
	}
	return 0;
}
