#include "fetch/stream.h"

#include <string.h>

#include "fetch/out.h"

int
nq_stream_check(const struct nq_pull_options *o, struct nq_err *err)
{
	if (!o->stream)
		return 0;
	if ((strcmp(o->paginate, "auto") != 0 && strcmp(o->paginate, "none") != 0) ||
	    o->stop_before.p != NULL)
		return nq_err_set(err, NQ_USAGE, "--stream reads one body: it has no pages");
	if (o->raw)
		return nq_err_set(err, NQ_USAGE, "--stream and --raw do not go together");
	return 0;
}

int
nq_stream_begin(struct nq_pull *p, bool lines, struct nq_err *err)
{
	p->written = 0;
	if (p->opt.stream && !lines && p->opt.records == NULL)
		return nq_err_set(err, NQ_USAGE,
		    "--stream: say by --records where in the body the list is (. is the body)");
	return 0;
}

int
nq_stream_write(struct nq_pull *p, struct nq_err *err)
{
	uint64_t lines = p->now->page.records - (p->opt.stream ? p->written : 0);
	bool last = p->opt.max_records > 0 && p->records + lines >= p->opt.max_records;
	int rc;

	if (last)
		lines = p->opt.max_records - p->records;
	p->written = p->now->page.records;
	p->records += lines;
	p->committed = p->committed || lines > 0;
	if (p->opt.raw)
		rc = nq_out_raw(p->out, &p->now->raw, err);
	else
		rc = nq_out_drain(p->out, &p->now->page, lines, err);
	p->limited = p->limited || (last && rc == 0);
	return rc;
}

int
nq_stream_data(struct nq_pull *p, const char *piece, size_t n, struct nq_err *err)
{
	if (nq_page_data(&p->now->page, piece, n, err) == -1)
		return -1;
	if (p->now->page.records == p->written)
		return 0;
	nq_suspects_ids(&p->suspects, &p->now->page, p->pages + 1);
	nq_buf_reset(&p->now->page.ids);
	if (nq_stream_write(p, err) == -1)
		return -1;
	return p->limited ? nq_err_set(err, NQ_FAIL, "enough") : 0;
}

bool
nq_stream_enough(const struct nq_pull *p, struct nq_err *err)
{
	if (!p->opt.stream || !p->limited)
		return false;
	*err = (struct nq_err)NQ_ERR_INIT;
	return true;
}
