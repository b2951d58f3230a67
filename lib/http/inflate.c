#include "http/inflate.h"

#include <stdint.h>
#include <string.h>

enum { HEADER = 2 }; /* bytes that tell gzip and zlib from anything else */

int
nq_inflate_begin(struct nq_inflate *f, struct nq_err *err)
{
	nq_inflate_free(f);
	memset(&f->z, 0, sizeof(f->z));
	if (inflateInit2(&f->z, MAX_WBITS + 32) != Z_OK) /* + 32: gzip or zlib by its header */
		return nq_err_set(err, NQ_TEMPFAIL, "out of memory");
	f->open = true;
	f->member_done = f->begun = f->foreign = false;
	return 0;
}

void
nq_inflate_free(struct nq_inflate *f)
{
	if (f->open)
		inflateEnd(&f->z);
	f->open = false;
}

/* One step: some input in, some output handed on. */
static int
step(struct nq_inflate *f, nq_inflate_fn fn, void *ctx, struct nq_err *err)
{
	size_t n;
	int z;

	if (f->member_done) {
		inflateReset(&f->z);
		f->member_done = false;
	}
	f->z.next_out = (Bytef *)f->out;
	f->z.avail_out = sizeof(f->out);
	z = inflate(&f->z, Z_NO_FLUSH);
	f->foreign = z == Z_DATA_ERROR && !f->begun && f->z.total_in <= HEADER;
	f->begun = f->begun || f->z.total_in > HEADER;
	if (f->foreign)
		return nq_err_set(err, NQ_TEMPFAIL, "the body is said to be compressed and is not");
	if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
		return nq_err_set(err, NQ_TEMPFAIL, "the compressed body is damaged: %s",
		    f->z.msg != NULL ? f->z.msg : "no more is known");
	n = sizeof(f->out) - f->z.avail_out;
	if (n > 0 && fn(ctx, f->out, n, err) == -1)
		return -1;
	f->member_done = z == Z_STREAM_END;
	return 0;
}

int
nq_inflate_data(
    struct nq_inflate *f, struct nq_str in, nq_inflate_fn fn, void *ctx, struct nq_err *err)
{
	f->z.next_in = (Bytef *)(uintptr_t)in.p;
	f->z.avail_in = (uInt)in.n;
	do {
		if (step(f, fn, ctx, err) == -1)
			return -1;
	} while (f->z.avail_in > 0 || f->z.avail_out == 0);
	return 0;
}

int
nq_inflate_end(struct nq_inflate *f, struct nq_err *err)
{
	if (f->member_done)
		return 0;
	return nq_err_set(err, NQ_TEMPFAIL, "the compressed body was cut");
}
