#include "fetch/report.h"

#include <inttypes.h>

#include "base/io.h"
#include "json/text.h"

static void
describe(const struct nq_pull *p, const struct nq_http *http, struct nq_buf *b)
{
	const struct nq_http_stats none = {0, 0, 0, 0}, *s = &none;

	if (http != NULL)
		s = nq_http_stats(http);
	nq_buf_adds(b, "{");
	nq_text_number(b, "pages", p->pages);
	nq_text_number(b, "records", p->records);
	nq_text_number(b, "bytes", p->bytes);
	nq_text_number(b, "requests", s->requests);
	nq_text_number(b, "retries", s->retries);
	nq_text_name(b, "waited_seconds");
	nq_buf_addf(b, "%.3f", (double)s->waited_ms / 1000);
	nq_text_member(b, "stop_reason", p->reason);
	nq_text_name(b, "declared_total");
	if (p->suspects.has_total)
		nq_buf_addf(b, "%" PRIu64, p->suspects.total);
	else
		nq_buf_adds(b, "null");
	nq_text_name(b, "suspicions");
	nq_buf_addf(b, "[%s", p->suspects.list.data);
	nq_buf_adds(b, p->capped && p->suspects.n > 0 ? "," : "");
	nq_buf_adds(b, p->capped ? "\"watermark capped\"]}\n" : "]}\n");
}

int
nq_report_save(
    const struct nq_pull *p, const struct nq_http *http, const char *path, struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc;

	describe(p, http, &b);
	rc = nq_io_write_out(path, nq_buf_str(&b), 0666, err);
	nq_buf_free(&b);
	return rc;
}
