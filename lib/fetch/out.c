#include "fetch/out.h"

#include <string.h>

struct limited_out {
	FILE *out;
	uint64_t lines;
};

static int
put_lines(void *ctx, const char *text, size_t n, struct nq_err *err)
{
	struct limited_out *o = ctx;
	const char *end = text;

	while (o->lines > 0 && end < text + n) {
		end = memchr(end, '\n', (size_t)(text + n - end));
		if (end == NULL) {
			end = text + n;
			break;
		}
		end++;
		o->lines--;
	}
	if (fwrite(text, 1, (size_t)(end - text), o->out) == (size_t)(end - text))
		return 0;
	return nq_err_set(err, NQ_FAIL, "cannot write standard output:");
}

static int
flush(FILE *out, struct nq_err *err)
{
	if (fflush(out) == EOF)
		return nq_err_set(err, NQ_FAIL, "cannot write standard output:");
	return 0;
}

int
nq_out_drain(FILE *out, struct nq_page *page, uint64_t lines, struct nq_err *err)
{
	struct limited_out o = {out, lines};

	return nq_page_drain(page, put_lines, &o, err) == 0 ? flush(out, err) : -1;
}

int
nq_out_raw(FILE *out, struct nq_spool *raw, struct nq_err *err)
{
	return nq_spool_write(raw, out, err) == 0 ? flush(out, err) : -1;
}
