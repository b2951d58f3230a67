#include "fetch/window.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "fetch/pull.h"

int
nq_window_check(uint64_t *parallel, bool stream, bool taped, struct nq_err *err)
{
	if (*parallel < 1 || *parallel > NQ_MAX_PARALLEL)
		return nq_err_set(
		    err, NQ_USAGE, "--parallel: write a number from 1 to %d", NQ_MAX_PARALLEL);
	if (*parallel == 1 || (!taped && !stream))
		return 0;
	nq_log(NQ_LOG_INFO, "fetch", "--parallel has no effect: %s",
	    taped ? "a cassette keeps the order of requests" : "--stream reads one body");
	*parallel = 1;
	return 0;
}

static struct nq_arrival *
at(struct nq_window *w, size_t i, struct nq_pull *p)
{
	struct nq_arrival **slot = &w->slot[i];

	if (*slot == NULL) {
		*slot = nq_calloc(1, sizeof(**slot));
		nq_arrival_init(*slot, p);
	}
	return *slot;
}

void
nq_window_drop(struct nq_window *w)
{
	for (size_t i = 0; i < NQ_MAX_PARALLEL; i++)
		if (w->slot[i] != NULL)
			nq_arrival_drop(w->slot[i]);
	w->n = 0;
}

void
nq_window_free(struct nq_window *w)
{
	for (size_t i = 0; i < NQ_MAX_PARALLEL; i++) {
		if (w->slot[i] == NULL)
			continue;
		nq_arrival_free(w->slot[i]);
		free(w->slot[i]);
		w->slot[i] = NULL;
	}
	w->n = 0;
}

void
nq_window_first(struct nq_window *w, struct nq_pull *p)
{
	p->now = at(w, 0, p);
}

/* The first goes behind those in use, where its memory is used again before there is more. */
static void
shift(struct nq_window *w)
{
	struct nq_arrival *first = w->slot[0];

	w->n--;
	memmove(w->slot, w->slot + 1, w->n * sizeof(*w->slot));
	w->slot[w->n] = first;
}

struct nq_arrival *
nq_window_next(struct nq_window *w, struct nq_pull *p, const char *base, struct nq_err *err)
{
	struct nq_arrival *a;

	if (w->n > 0 && w->slot[0]->flight == NULL)
		shift(w);
	/* The first page stays the first, also when it has told of what kind the pager is. */
	if (w->n > 0 && p->pages > 0 && w->slot[0]->at != p->pager.at) {
		nq_log(NQ_LOG_INFO, "fetch",
		    "the next page is not where it was expected: one at a time from here");
		nq_window_drop(w);
		w->alone = true;
	}
	a = at(w, 0, p);
	p->now = a;
	if (w->n > 0)
		return a;
	w->n = 1;
	a->at = p->pager.at;
	return nq_ask_set(&a->ask, &p->pager, base, p->opt.body, err) == 0 ? a : NULL;
}

/* Where the page is that comes k pages after the one at hand. */
static bool
guess(const struct nq_window *w, const struct nq_pull *p, uint64_t k, uint64_t *place)
{
	uint64_t rows = p->pager.size > 0 ? p->pager.size : w->rows, total = UINT64_MAX;

	if (p->opt.max_pages > 0 && p->pages + k >= p->opt.max_pages)
		return false;
	if (p->opt.max_records > 0 && p->records + k * w->rows >= p->opt.max_records)
		return false;
	if (p->pager.has_total)
		total = p->pager.total;
	else if (p->suspects.has_total)
		total = p->suspects.total;
	return p->pager.kind->ahead(&p->pager, k, rows, total, place);
}

void
nq_window_fill(struct nq_window *w, struct nq_pull *p, struct nq_http *http, const char *base)
{
	struct nq_err none = NQ_ERR_INIT;
	struct nq_pager later = p->pager;
	struct nq_arrival *a;

	if (p->opt.parallel < 2 || w->alone || p->pages == 0 || p->pager.kind == NULL ||
	    p->pager.kind->ahead == NULL)
		return;
	while (w->n < p->opt.parallel && !nq_arrival_ends(at(w, w->n - 1, p)) &&
	       guess(w, p, w->n, &later.at)) {
		a = at(w, w->n, p);
		a->at = later.at;
		if (nq_ask_set(&a->ask, &later, base, p->opt.body, &none) == -1)
			return;
		nq_arrival_send(a, http, p->pages + w->n + 1);
		w->n++;
	}
}

void
nq_window_note(struct nq_window *w, const struct nq_pull *p, bool more)
{
	w->rows = p->now->page.records;
	if (p->opt.parallel < 2 || w->alone || !more)
		return;
	if (p->pager.kind->ahead == NULL && p->earlier.any)
		nq_log(NQ_LOG_DEBUG, "fetch", "pages come one at a time, parents at once");
	else if (p->pager.kind->ahead == NULL)
		nq_log(NQ_LOG_INFO, "fetch",
		    "--parallel: with pagination '%s' each page tells where the next one is, so "
		    "they come one at a time",
		    p->pager.kind->name);
	else if (p->pager.size > 0 && w->rows < p->pager.size)
		nq_log(NQ_LOG_INFO, "fetch",
		    "page %" PRIu64 " has %" PRIu64 " records of %" PRIu64
		    " asked for: one at a time from here",
		    p->pages, w->rows, p->pager.size);
	else
		return;
	w->alone = true;
}
