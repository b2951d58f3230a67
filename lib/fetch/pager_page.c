#include "base/cli.h"
#include "fetch/pager.h"

/*
 * Page numbers: ?page=1, ?page=2 … The API's own word ends the walk, in the order of the keys
 * below; where it says nothing, an empty page does. A short page never ends anything: servers cap
 * page sizes silently.
 */

enum { PARAM, START, SIZE_PARAM, SIZE, NEXT, MORE, TOTAL_PAGES, TOTAL_ITEMS, IN };

static const struct nq_pager_key keys[] = {
    {"param", "page", NQ_KEY_TEXT},
    {"start", "1", NQ_KEY_TEXT},
    {"size-param", NULL, NQ_KEY_TEXT},
    {"size", NULL, NQ_KEY_TEXT},
    {"next", NULL, NQ_KEY_PATH},
    {"more", NULL, NQ_KEY_PATH},
    {"total-pages", NULL, NQ_KEY_PATH},
    {"total-items", NULL, NQ_KEY_PATH},
    {"in", NULL, NQ_KEY_IN},
    {NULL, NULL, NQ_KEY_TEXT},
};

static int
open_page(struct nq_pager *p, struct nq_err *err)
{
	if (nq_cli_number(p->key[START], &p->at) == -1)
		return nq_err_set(
		    err, NQ_USAGE, "--paginate page: start: '%s' is not a number", p->key[START]);
	if (p->key[SIZE] != NULL && (nq_cli_number(p->key[SIZE], &p->size) == -1 || p->size == 0))
		return nq_err_set(err, NQ_USAGE,
		    "--paginate page: size: '%s' is not a number above 0", p->key[SIZE]);
	if ((p->key[SIZE] == NULL) != (p->key[SIZE_PARAM] == NULL))
		return nq_err_set(err, NQ_USAGE,
		    "--paginate page: size and size-param go together: "
		    "size-param=per_page,size=200");
	p->from_later = p->at > 1;
	return 0;
}

static void
ask(const struct nq_pager *p, struct nq_url *u)
{
	if (p->key[SIZE] != NULL)
		nq_url_set_query(u, nq_str(p->key[SIZE_PARAM]), nq_str(p->key[SIZE]));
	nq_url_set_number(u, nq_str(p->key[PARAM]), p->at);
}

/* null, absent, false and "" end it; a number is the next page; true is the page after this. */
static int
by_next(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	const struct nq_scalar *v = &a->page->watched[NEXT];
	uint64_t number;
	bool yes = false;

	if (nq_scalar_empty(v))
		return nq_pager_done(p, "the API names no next page");
	if (nq_scalar_uint(v, &number) == 0) {
		p->at = number;
		return 1;
	}
	if (nq_scalar_bool(v, &yes) == -1)
		return nq_pager_unusable(p, NEXT, "a page number", err);
	p->at++;
	return yes ? 1 : nq_pager_done(p, "the API names no next page");
}

/* The last page has the number of pages for its number, or one less where counting starts at 0. */
static int
by_total_pages(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	uint64_t total, start;

	if (nq_scalar_uint(&a->page->watched[TOTAL_PAGES], &total) == -1)
		return nq_pager_unusable(p, TOTAL_PAGES, "a number", err);
	nq_cli_number(p->key[START], &start);
	if (a->page->records == 0 && p->pages > 1 && !p->from_later)
		p->doubt = "a page before the declared last one is empty";
	p->end = total + (start > 0);
	return p->at < p->end ? 1 : nq_pager_done(p, "all pages read");
}

static int
next(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	if (p->key[NEXT] != NULL)
		return by_next(p, a, err);
	p->at++;
	if (p->key[MORE] != NULL)
		return nq_pager_by_more(p, MORE, a, err);
	if (p->key[TOTAL_PAGES] != NULL)
		return by_total_pages(p, a, err);
	if (p->key[TOTAL_ITEMS] != NULL)
		return nq_pager_by_total(p, TOTAL_ITEMS, 0, a, err);
	return nq_pager_by_rows(p, a);
}

/* Numbers follow each other, until a page says otherwise. */
static bool
ahead(const struct nq_pager *p, uint64_t k, uint64_t rows, uint64_t total, uint64_t *at)
{
	uint64_t start, before;

	nq_cli_number(p->key[START], &start);
	*at = p->at + k;
	if (p->end > 0 && *at >= p->end)
		return false;
	before = *at - (start > 0);
	return rows == 0 || total == UINT64_MAX || (total > 0 && (total - 1) / rows >= before);
}

const struct nq_pager_kind nq_pager_page = {"page", keys, open_page, ask, next, true, ahead};
