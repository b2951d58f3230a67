#include <string.h>

#include "fetch/links.h"
#include "fetch/pager.h"
#include "http/link.h"
#include "http/origin.h"

/*
 * The kinds that go from page to page by something the last answer gave: a token in the body or
 * in a header, a URL in the body or in a Link field, or a field of the last record.
 */

enum { C_PARAM, C_NEXT, C_MORE, C_REPEAT, C_IN };

static const struct nq_pager_key cursor_keys[] = {
    {"param", "cursor", NQ_KEY_TEXT},
    {"next", ".next_cursor", NQ_KEY_PATH},
    {"more", NULL, NQ_KEY_PATH},
    {"repeat", "no", NQ_KEY_TEXT},
    {"in", NULL, NQ_KEY_IN},
    {NULL, NULL, NQ_KEY_TEXT},
};

enum { H_NAME, H_PARAM };

static const struct nq_pager_key header_keys[] = {
    {"name", "X-Next-Page", NQ_KEY_TEXT},
    {"param", "page", NQ_KEY_TEXT},
    {NULL, NULL, NQ_KEY_TEXT},
};

enum { U_NEXT };

static const struct nq_pager_key next_url_keys[] = {
    {"next", ".next", NQ_KEY_PATH},
    {NULL, NULL, NQ_KEY_TEXT},
};

enum { L_REL, L_IN };

static const struct nq_pager_key link_keys[] = {
    {"rel", "next", NQ_KEY_TEXT},
    {"in", NULL, NQ_KEY_LINKS},
    {NULL, NULL, NQ_KEY_TEXT},
};

enum { K_PARAM, K_FIELD, K_MORE, K_IN };

static const struct nq_pager_key keyset_keys[] = {
    {"param", NULL, NQ_KEY_TEXT},
    {"field", ".id", NQ_KEY_FIELD},
    {"more", NULL, NQ_KEY_PATH},
    {"in", NULL, NQ_KEY_IN},
    {NULL, NULL, NQ_KEY_TEXT},
};

static int
open_token(struct nq_pager *p, struct nq_err *err)
{
	(void)p;
	(void)err;
	return 0;
}

static int
open_cursor(struct nq_pager *p, struct nq_err *err)
{
	p->repeat = strcmp(p->key[C_REPEAT], "yes") == 0;
	if (p->repeat || strcmp(p->key[C_REPEAT], "no") == 0)
		return 0;
	return nq_err_set(err, NQ_USAGE, "--paginate cursor: repeat: write yes or no, not '%s'",
	    p->key[C_REPEAT]);
}

static int
open_keyset(struct nq_pager *p, struct nq_err *err)
{
	if (p->key[K_PARAM] != NULL || p->in != NQ_IN_QUERY)
		return 0;
	return nq_err_set(err, NQ_USAGE,
	    "--paginate keyset: name the parameter: keyset:param=starting_after,field=.id");
}

static void
ask_param(const struct nq_pager *p, int key, struct nq_url *u)
{
	if (p->token.len > 0)
		nq_url_set_query(u, nq_str(p->key[key]), nq_buf_str(&p->token));
}

static void
ask_cursor(const struct nq_pager *p, struct nq_url *u)
{
	ask_param(p, C_PARAM, u);
}

static void
ask_header(const struct nq_pager *p, struct nq_url *u)
{
	ask_param(p, H_PARAM, u);
}

static void
ask_keyset(const struct nq_pager *p, struct nq_url *u)
{
	ask_param(p, K_PARAM, u);
}

/* A next URL brings its own query: ours is not added to it again. */
static void
ask_url(const struct nq_pager *p, struct nq_url *u)
{
	if (p->token.len > 0)
		nq_url_set(u, nq_buf_str(&p->token));
}

/* An empty page is not the end while there is a token, unless the token says nothing of itself. */
static int
next_cursor(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	int more = nq_pager_by_more(p, C_MORE, a, err);

	if (more != 1)
		return more;
	if (p->repeat && a->page->records == 0)
		return nq_pager_by_rows(p, a);
	more = nq_pager_by_token(p, C_NEXT, &a->page->watched[C_NEXT], err);
	if (more == 0 && p->key[C_MORE] != NULL)
		p->doubt = "the API says that there is more, but gives no token";
	return more;
}

static int
next_header(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	struct nq_str token;

	(void)err;
	if (!nq_headers_get(a->headers, p->key[H_NAME], 0, &token) || token.n == 0)
		return nq_pager_done(p, "the header names no next page");
	nq_buf_reset(&p->token);
	nq_buf_addstr(&p->token, token);
	return 1;
}

/* Resolves a reference against the URL that gave it. */
static int
follow(struct nq_pager *p, const struct nq_answer *a, struct nq_str reference, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT, url = NQ_BUF_INIT;
	int rc;

	nq_buf_addstr(&text, reference);
	rc = nq_url_resolve(a->url, text.data, &url, err);
	nq_buf_reset(&p->token);
	nq_buf_addstr(&p->token, nq_buf_str(&url));
	nq_buf_free(&text);
	nq_buf_free(&url);
	return rc == 0 ? 1 : -1;
}

static int
next_url(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	const struct nq_scalar *v = &a->page->watched[U_NEXT];

	if (nq_scalar_empty(v))
		return nq_pager_done(p, "the API names no next URL");
	if (v->type != NQ_STRING)
		return nq_pager_unusable(p, U_NEXT, "a URL", err);
	return follow(p, a, nq_buf_str(&v->text), err);
}

static int
next_link(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	struct nq_str target;
	int rc;

	if (p->key[L_IN] != NULL) {
		rc = nq_links_target(a->page, &target);
		if (rc == -1)
			return nq_pager_unusable(
			    p, L_IN, "a list with a URL for that relation", err);
		return rc == 1 ? follow(p, a, target, err)
			       : nq_pager_done(p, "the links name no next page");
	}
	if (!nq_link_find(a->headers, p->key[L_REL], &target))
		return nq_pager_done(p, "the Link field names no next page");
	return follow(p, a, target, err);
}

static int
next_keyset(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	int more = nq_pager_by_more(p, K_MORE, a, err);

	if (more != 1)
		return more;
	if (a->page->records == 0)
		return nq_pager_done(p, "an empty page");
	if (nq_scalar_empty(&a->page->field))
		return nq_pager_unusable(p, K_FIELD, "set in the last record", err);
	return nq_pager_by_token(p, K_FIELD, &a->page->field, err);
}

const struct nq_pager_kind nq_pager_cursor = {
    "cursor", cursor_keys, open_cursor, ask_cursor, next_cursor, false, NULL};
const struct nq_pager_kind nq_pager_header = {
    "header", header_keys, open_token, ask_header, next_header, false, NULL};
const struct nq_pager_kind nq_pager_next_url = {
    "next-url", next_url_keys, open_token, ask_url, next_url, false, NULL};
const struct nq_pager_kind nq_pager_link = {
    "link", link_keys, open_token, ask_url, next_link, false, NULL};
const struct nq_pager_kind nq_pager_keyset = {
    "keyset", keyset_keys, open_keyset, ask_keyset, next_keyset, false, NULL};
