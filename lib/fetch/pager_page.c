#include <stdio.h>

#include "base/cli.h"
#include "fetch/pager.h"

/*
 * Page numbers: ?page=1, ?page=2 … The API's own word ends the walk, in the order of the keys
 * below; where it says nothing, an empty page does. A short page never ends anything: servers cap
 * page sizes silently.
 */

enum { PARAM, START, SIZE_PARAM, SIZE, NEXT, MORE, TOTAL_PAGES, TOTAL_ITEMS };

static const struct nq_pager_key keys[] = {
    {"param", "page", false},
    {"start", "1", false},
    {"size-param", NULL, false},
    {"size", NULL, false},
    {"next", NULL, true},
    {"more", NULL, true},
    {"total-pages", NULL, true},
    {"total-items", NULL, true},
    {NULL, NULL, false},
};

static int
open_page(struct nq_pager *p, struct nq_err *err)
{
	uint64_t size;

	if (nq_cli_number(p->key[START], &p->page) == -1)
		return nq_err_set(
		    err, NQ_USAGE, "--paginate page: start: '%s' is not a number", p->key[START]);
	if (p->key[SIZE] != NULL && (nq_cli_number(p->key[SIZE], &size) == -1 || size == 0))
		return nq_err_set(err, NQ_USAGE,
		    "--paginate page: size: '%s' is not a number above 0", p->key[SIZE]);
	if ((p->key[SIZE] == NULL) != (p->key[SIZE_PARAM] == NULL))
		return nq_err_set(err, NQ_USAGE,
		    "--paginate page: size and size-param go together: "
		    "size-param=per_page,size=200");
	return 0;
}

static void
ask(const struct nq_pager *p, struct nq_url *u)
{
	char number[24];

	if (p->key[SIZE] != NULL)
		nq_url_set_query(u, nq_str(p->key[SIZE_PARAM]), nq_str(p->key[SIZE]));
	snprintf(number, sizeof(number), "%llu", (unsigned long long)p->page);
	nq_url_set_query(u, nq_str(p->key[PARAM]), nq_str(number));
}

static int
done(struct nq_pager *p, const char *reason)
{
	p->reason = reason;
	return 0;
}

static int
not_usable(const struct nq_pager *p, int key, const char *want, struct nq_err *err)
{
	return nq_err_set(err, NQ_FAIL, "the value at %s (%s) is missing or not %s", p->key[key],
	    keys[key].name, want);
}

/* null, absent, false and "" end it; a number is the next page; true is the page after this. */
static int
by_next(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	const struct nq_value *v = &page->watched[NEXT];
	bool yes;

	if (nq_value_empty(v))
		return done(p, "the API names no next page");
	if (nq_value_uint(v, &p->page) == 0)
		return 1;
	if (nq_value_bool(v, &yes) == -1)
		return not_usable(p, NEXT, "a page number", err);
	p->page++;
	return yes ? 1 : done(p, "the API names no next page");
}

static int
by_more(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	bool yes;

	if (nq_value_bool(&page->watched[MORE], &yes) == -1)
		return not_usable(p, MORE, "true or false", err);
	p->page++;
	return yes ? 1 : done(p, "the API says that there is no more");
}

static int
by_total_pages(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	uint64_t total, start;

	if (nq_value_uint(&page->watched[TOTAL_PAGES], &total) == -1)
		return not_usable(p, TOTAL_PAGES, "a number", err);
	nq_cli_number(p->key[START], &start);
	p->page++;
	return p->page - start < total ? 1 : done(p, "all pages read");
}

static int
by_total_items(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	if (nq_value_uint(&page->watched[TOTAL_ITEMS], &p->total) == -1)
		return not_usable(p, TOTAL_ITEMS, "a number", err);
	p->has_total = true;
	p->page++;
	if (p->rows >= p->total)
		return done(p, "all items read");
	return page->records > 0 ? 1 : done(p, "an empty page before the declared total");
}

static int
by_rows(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	(void)err;
	p->page++;
	return page->records > 0 ? 1 : done(p, "an empty page");
}

static int
next(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	static const struct {
		int key;
		int (*rule)(struct nq_pager *, const struct nq_page *, struct nq_err *);
	} rules[] = {{NEXT, by_next}, {MORE, by_more}, {TOTAL_PAGES, by_total_pages},
	    {TOTAL_ITEMS, by_total_items}};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (p->key[rules[i].key] != NULL)
			return rules[i].rule(p, page, err);
	return by_rows(p, page, err);
}

const struct nq_pager_kind nq_pager_page = {"page", keys, open_page, ask, next};
