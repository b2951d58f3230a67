#include "fetch/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fetch/csv.h"
#include "fetch/extract.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

enum { BOM = sizeof(byte_order_mark) - 1 };

void
nq_page_init(struct nq_page *page, const struct nq_page_spec *spec)
{
	memset(page, 0, sizeof(*page));
	page->spec = spec;
	page->lines = (struct nq_spool)NQ_SPOOL_INIT;
	page->ids = page->watermark = page->field.text = (struct nq_buf)NQ_BUF_INIT;
	page->first = page->last = page->target.text = (struct nq_buf)NQ_BUF_INIT;
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		page->watched[i].text = (struct nq_buf)NQ_BUF_INIT;
	page->parser = nq_calloc(1, sizeof(*page->parser));
	page->csv = nq_calloc(1, sizeof(*page->csv));
	nq_csv_init(page->csv);
}

void
nq_page_free(struct nq_page *page)
{
	nq_extract_free(page->parser);
	free(page->parser);
	nq_csv_free(page->csv);
	free(page->csv);
	nq_spool_free(&page->lines);
	nq_buf_free(&page->watermark);
	nq_buf_free(&page->first);
	nq_buf_free(&page->last);
	nq_buf_free(&page->ids);
	nq_buf_free(&page->field.text);
	nq_buf_free(&page->target.text);
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		nq_buf_free(&page->watched[i].text);
}

int
nq_page_begin(struct nq_page *page, struct nq_err *err)
{
	(void)err;
	nq_spool_reset(&page->lines);
	nq_buf_reset(&page->watermark);
	nq_buf_reset(&page->first);
	nq_buf_reset(&page->last);
	nq_buf_reset(&page->ids);
	page->records = page->bytes = page->digest = 0;
	page->bom = 0;
	page->field.type = page->target.type = NQ_ABSENT;
	page->link_item = page->target_item = 0;
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		nq_scalar_set(&page->watched[i], NQ_ABSENT, "", 0);
	nq_extract_begin(page->parser, page);
	if (page->spec->csv)
		nq_csv_begin(page->csv, page->spec->delimiter, page->spec->max_line);
	return 0;
}

static int
at_line(uint64_t line, struct nq_err *err)
{
	return nq_err_at(err, "line %llu: ", (unsigned long long)line);
}

static int
take_lines(struct nq_page *page, const char *p, size_t n, struct nq_err *err)
{
	struct nq_extract *x = page->parser;
	const char *feed;
	size_t k;

	for (; n > 0; p += k, n -= k) {
		feed = memchr(p, '\n', n);
		k = feed != NULL ? (size_t)(feed + 1 - p) : n;
		if (nq_extract_data(x, p, k, err) == -1 ||
		    (feed != NULL && nq_extract_line(x, err) == -1))
			return at_line(x->line, err);
	}
	return 0;
}

/* A row of CSV, as JSON. */
static int
take_row(void *ctx, const char *p, size_t n, struct nq_err *err)
{
	struct nq_page *page = ctx;

	if (nq_extract_data(page->parser, p, n, err) == -1 ||
	    nq_extract_line(page->parser, err) == -1)
		return at_line(page->csv->row_line, err);
	return 0;
}

static int
take(struct nq_page *page, const char *p, size_t n, struct nq_err *err)
{
	if (page->spec->csv)
		return nq_csv_data(page->csv, p, n, take_row, page, err);
	if (page->spec->lines)
		return take_lines(page, p, n, err);
	return nq_extract_data(page->parser, p, n, err);
}

/* What began like a mark, in this piece or an earlier one, and went on otherwise. */
static int
take_half_mark(struct nq_page *page, struct nq_err *err)
{
	size_t half = page->bom;

	page->bom = BOM;
	return half > 0 && half < BOM ? take(page, byte_order_mark, half, err) : 0;
}

int
nq_page_data(struct nq_page *page, const char *p, size_t n, struct nq_err *err)
{
	page->bytes += n;
	while (page->bom < BOM && n > 0 && *p == byte_order_mark[page->bom]) {
		p++;
		n--;
		if (++page->bom == BOM)
			page->parser->before += BOM;
	}
	if (n == 0)
		return 0;
	if (page->bom < BOM && take_half_mark(page, err) == -1)
		return -1;
	return take(page, p, n, err);
}

int
nq_page_end(struct nq_page *page, struct nq_err *err)
{
	if (page->bytes == 0)
		return 0;
	if (take_half_mark(page, err) == -1)
		return -1;
	if (page->spec->csv)
		return nq_csv_end(page->csv, take_row, page, err);
	if (nq_extract_end(page->parser, err) == 0)
		return 0;
	return page->spec->lines ? at_line(page->parser->line, err) : -1;
}

int
nq_page_drain(struct nq_page *page, nq_spool_fn fn, void *ctx, struct nq_err *err)
{
	struct nq_extract *x = page->parser;
	size_t open = x->record_depth > 0 ? page->lines.mem.len - x->record_start : 0;

	if (nq_spool_drain(&page->lines, open, fn, ctx, err) == -1)
		return -1;
	x->record_start = 0;
	return 0;
}
