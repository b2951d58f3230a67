#include "base/cli.h"
#include "fetch/pager.h"

/*
 * Row numbers: ?offset=0&limit=100, ?offset=100 … The offset advances by the rows received, not by
 * the limit asked for: where the server caps the limit, the rows between would be lost.
 */

enum { PARAM, START, LIMIT_PARAM, LIMIT, MORE, TOTAL_ITEMS, IN };

static const struct nq_pager_key keys[] = {
    {"param", "offset", NQ_KEY_TEXT},
    {"start", "0", NQ_KEY_TEXT},
    {"limit-param", "limit", NQ_KEY_TEXT},
    {"limit", NULL, NQ_KEY_TEXT},
    {"more", NULL, NQ_KEY_PATH},
    {"total-items", NULL, NQ_KEY_PATH},
    {"in", NULL, NQ_KEY_IN},
    {NULL, NULL, NQ_KEY_TEXT},
};

static int
open_offset(struct nq_pager *p, struct nq_err *err)
{
	if (nq_cli_number(p->key[START], &p->at) == -1)
		return nq_err_set(
		    err, NQ_USAGE, "--paginate offset: start: '%s' is not a number", p->key[START]);
	if (p->key[LIMIT] != NULL && (nq_cli_number(p->key[LIMIT], &p->size) == -1 || p->size == 0))
		return nq_err_set(err, NQ_USAGE,
		    "--paginate offset: limit: '%s' is not a number above 0", p->key[LIMIT]);
	p->from_later = p->at > 0;
	return 0;
}

static void
ask(const struct nq_pager *p, struct nq_url *u)
{
	if (p->key[LIMIT] != NULL)
		nq_url_set_query(u, nq_str(p->key[LIMIT_PARAM]), nq_str(p->key[LIMIT]));
	nq_url_set_number(u, nq_str(p->key[PARAM]), p->at);
}

static int
next(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	uint64_t start = p->at + a->page->records - p->rows;

	p->at += a->page->records;
	if (p->key[MORE] == NULL && p->key[TOTAL_ITEMS] == NULL)
		return nq_pager_by_rows(p, a);
	if (p->key[MORE] != NULL && a->page->records == 0)
		return nq_pager_by_rows(p, a);
	if (p->key[MORE] != NULL)
		return nq_pager_by_more(p, MORE, a, err);
	return nq_pager_by_total(p, TOTAL_ITEMS, start, a, err);
}

/* If all pages are full. */
static bool
ahead(const struct nq_pager *p, uint64_t k, uint64_t rows, uint64_t total, uint64_t *at)
{
	if (rows == 0 || rows > UINT32_MAX)
		return false;
	*at = p->at + k * rows;
	return *at < total;
}

const struct nq_pager_kind nq_pager_offset = {"offset", keys, open_offset, ask, next, true, ahead};
