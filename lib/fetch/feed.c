#include "fetch/feed.h"

#include <inttypes.h>
#include <stdio.h>

int
nq_feed_open(struct nq_pull *p, struct nq_err *err)
{
	struct nq_page_spec *s = &p->spec;

	if (p->opt.stop_before.p == NULL)
		return 0;
	if (!s->has_watermark || s->cursor_type == NQ_CURSOR_OPAQUE)
		return nq_err_set(err, NQ_USAGE,
		    "--stop-before: name by --watermark the time or number that it is before");
	s->watermark_ends = true;
	if (nq_watermark_check(s->cursor_type, p->opt.stop_before, err) == 0)
		return 0;
	err->status = NQ_USAGE;
	return nq_err_at(err, "--stop-before: ");
}

bool
nq_feed_ends(struct nq_pull *p)
{
	const struct nq_page *page = &p->now->page;
	struct nq_str last = nq_buf_str(&page->last);

	if (last.n == 0 || nq_watermark_cmp(p->spec.cursor_type, last, p->opt.stop_before) >= 0)
		return false;
	if (page->first.len > 0 &&
	    nq_watermark_cmp(p->spec.cursor_type, nq_buf_str(&page->first), last) < 0)
		nq_suspect(&p->suspects,
		    "page %" PRIu64 " goes from older to newer records, but --stop-before is for "
		    "the newest first",
		    p->pages);
	snprintf(p->stopped, sizeof(p->stopped), "the last record is before --stop-before");
	p->pager.reason = p->stopped;
	p->bounded = true;
	return true;
}
