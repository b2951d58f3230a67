#include "fetch/children.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "fetch/hold.h"

struct child {
	struct nq_pull pull;
	struct nq_url url;
	struct nq_buf body, members; /* members: what --keep puts into its records */
	char place[32];		     /* "parent 7" */
	struct nq_hold hold;	     /* its records, until its turn has come */
	struct nq_err err;	     /* filled: why it came no further */
};

struct children {
	struct nq_each *each;
	struct nq_pull *sum;
	struct nq_http *http;
	nq_children_fill fill;
	void *ctx;
	struct child *ring[NQ_MAX_PARALLEL];
	size_t first, n;
	int more;	   /* of the parents: as nq_each_next() said */
	struct nq_err err; /* with more -1 */
};

/* === one of them ============================================================================ */

static void
free_child(struct child *c)
{
	nq_pull_free(&c->pull);
	nq_hold_free(&c->hold);
	nq_url_free(&c->url);
	nq_buf_free(&c->body);
	nq_buf_free(&c->members);
	free(c);
}

/* The suspicions of one, under its name. */
static void
add_suspicions(struct nq_suspects *sum, const struct nq_suspects *one, const char *place)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_doc d;
	struct nq_str s;

	nq_doc_init(&d);
	nq_buf_addf(&text, "[%s]", one->list.data);
	if (nq_doc_parse(&d, nq_buf_str(&text), &err) == 0)
		for (uint32_t i = 1; i < d.ntok; i++) {
			s = nq_doc_raw(&d, i);
			nq_buf_addf(&sum->list, "%s\"%s: ", sum->n++ > 0 ? "," : "", place);
			nq_buf_add(&sum->list, s.p + 1, s.n - 1);
		}
	nq_doc_free(&d);
	nq_buf_free(&text);
}

/* They are read in any order: nothing is sure but what was there when the first of them was. */
static void
lower_cap(struct nq_pull *sum, const struct nq_pull *one)
{
	if (one->has_cap && (!sum->has_cap || nq_time_cmp(one->cap, sum->cap) < 0))
		sum->cap = one->cap;
	sum->has_cap = sum->has_cap || one->has_cap;
}

static void
add_up(struct nq_pull *sum, const struct nq_pull *one, const char *place)
{
	sum->records += one->records;
	sum->pages += one->pages;
	sum->bytes += one->bytes;
	sum->limited = sum->limited || one->limited;
	lower_cap(sum, one);
	if (one->watermark.len > 0)
		nq_watermark_raise(
		    sum->spec.cursor_type, &sum->watermark, nq_buf_str(&one->watermark));
	add_suspicions(&sum->suspects, &one->suspects, place);
}

/* What the limits of all leave for one, now that those before it are done. */
static void
set_limits(struct nq_pull *one, const struct nq_pull *sum, uint64_t parallel)
{
	one->opt.parallel = parallel;
	if (one->opt.max_pages > 0)
		one->opt.max_pages -= sum->pages;
	if (one->opt.max_records > 0)
		one->opt.max_records -= sum->records;
	one->earlier.pages = sum->pages;
	one->earlier.records = sum->records;
}

/* === reading ahead ========================================================================== */

/*
 * What it brings is held back. Of much of that, and where limits of all may end it sooner, nothing
 * more is asked for; why it cannot go on is told when its turn has come.
 */
static void
go_ahead(struct children *w, struct child *c)
{
	bool begun = c->pull.now != NULL;

	if (begun && (w->sum->opt.max_pages > 0 || w->sum->opt.max_records > 0 ||
			 nq_hold_size(&c->hold) >= NQ_PAGE_MEMORY))
		return;
	if (c->err.status != NQ_OK ||
	    (begun && c->hold.stream == NULL && nq_hold_open(&c->hold, &c->err) == -1))
		return;
	if (begun)
		c->pull.out = c->hold.stream;
	c->pull.waits = true;
	nq_log_place(c->place);
	if (nq_pull_ahead(&c->pull, w->http, c->url.text.data, &c->err) == -1 &&
	    c->hold.why.status != NQ_OK)
		c->err = c->hold.why;
	nq_log_place(NULL);
}

/* The parent at hand gets its pull, whose first page is asked for. */
static int
add(struct children *w, struct nq_err *err)
{
	struct child *c = nq_calloc(1, sizeof(*c));
	struct nq_pull_options o = w->sum->opt;
	struct nq_each_keep *keep = &w->each->keep;

	c->url = (struct nq_url)NQ_URL_INIT;
	c->body = c->members = (struct nq_buf)NQ_BUF_INIT;
	if (w->fill(w->ctx, &c->url, &c->body, err) == -1)
		goto fail;
	o.no_cap = true; /* the sum has it, the lowest of all */
	o.parallel = 1;	 /* until its turn comes */
	o.body = nq_buf_str(&c->body);
	if (nq_pull_open(&c->pull, &o, nq_each_keep_stream(keep), err) == -1)
		goto fail;
	snprintf(c->place, sizeof(c->place), "parent %" PRIu64, w->each->parents);
	nq_each_keep_read(keep, &w->each->doc, &c->members);
	c->pull.place = c->place;
	c->pull.earlier.any = true;
	c->pull.started = w->sum->started; /* that of a recorded run, where one is replayed */
	w->ring[(w->first + w->n++) % NQ_MAX_PARALLEL] = c;
	go_ahead(w, c);
	return 1;
fail:
	free_child(c);
	return -1;
}

/* So many parents are of use, if each has a page at least. */
static size_t
most(const struct nq_pull *sum)
{
	uint64_t n = sum->opt.parallel;

	if (sum->opt.max_pages > 0 && sum->opt.max_pages - sum->pages < n)
		n = sum->opt.max_pages - sum->pages;
	return (size_t)n;
}

static void
read_ahead(struct children *w)
{
	while (w->more == 1 && w->n < most(w->sum) && (w->n == 0 || nq_each_ready(w->each))) {
		w->more = nq_each_next(w->each, w->n == 0, &w->err);
		if (w->more == 2) {
			w->more = 1;
			return;
		}
		if (w->more == 1)
			w->more = add(w, &w->err);
	}
}

/* === one after the other ==================================================================== */

/* Page by page, and those behind it meanwhile as they come. */
static int
walk(struct children *w, struct child *c, struct nq_err *err)
{
	int rc = c->hold.stream != NULL ? nq_hold_release(&c->hold, c->pull.out, err) : 0;

	if (rc == 0 && c->err.status != NQ_OK) {
		*err = c->err;
		return -1;
	}
	while (rc == 0 && c->pull.more == 1 && !c->pull.limited) {
		nq_log_place(c->place);
		rc = nq_pull_page(&c->pull, w->http, c->url.text.data, err);
		for (size_t i = 0; i < w->n && rc == 0; i++)
			go_ahead(w, w->ring[(w->first + i) % NQ_MAX_PARALLEL]);
	}
	nq_log_place(c->place);
	return rc;
}

static int
finish(struct children *w, struct child *c, struct nq_err *err)
{
	struct nq_each_keep *keep = &w->each->keep;
	int rc;

	nq_each_keep_use(keep, &c->members);
	set_limits(&c->pull, w->sum, w->sum->opt.parallel - w->n);
	c->pull.out = nq_each_keep_stream(keep);
	c->pull.waits = false;
	nq_log_place(c->place);
	rc = walk(w, c, err);
	if (rc == 0)
		rc = nq_pull_end(&c->pull, err);
	if (rc == -1 && keep->why.status != NQ_OK) {
		*err = keep->why;
		nq_err_at(err, "page %" PRIu64 ": ", c->pull.pages);
	}
	add_up(w->sum, &c->pull, c->place);
	nq_log_place(NULL);
	return rc == 0 ? 0 : nq_err_at(err, "%s: ", c->place);
}

static struct child *
take_first(struct children *w)
{
	struct child *c = w->ring[w->first];

	w->first = (w->first + 1) % NQ_MAX_PARALLEL;
	w->n--;
	return c;
}

int
nq_children_pull(struct nq_each *e, struct nq_pull *sum, struct nq_http *http,
    nq_children_fill fill, void *ctx, struct nq_err *err)
{
	struct children w = {e, sum, http, fill, ctx, {NULL}, 0, 0, 1, NQ_ERR_INIT};
	struct child *c;
	int rc = 0;

	while (rc == 0 && !sum->limited) {
		read_ahead(&w);
		if (w.n == 0)
			break;
		c = take_first(&w);
		rc = finish(&w, c, err);
		free_child(c);
	}
	if (rc == 0 && w.n == 0 && w.more == -1 && !sum->limited) {
		*err = w.err;
		rc = -1;
	}
	while (w.n > 0)
		free_child(take_first(&w));
	return rc;
}
