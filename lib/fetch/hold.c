#define _GNU_SOURCE /* fopencookie(3) */
#include "fetch/hold.h"

#include <sys/types.h>

/* 0 is how such a function fails. */
static ssize_t
take(void *ctx, const char *text, size_t n)
{
	struct nq_hold *h = ctx;

	if (h->why.status != NQ_OK)
		return 0;
	nq_buf_add(&h->spool.mem, text, n);
	return nq_spool_settle(&h->spool, &h->why) == 0 ? (ssize_t)n : 0;
}

int
nq_hold_open(struct nq_hold *h, struct nq_err *err)
{
	const cookie_io_functions_t io = {.write = take};

	h->spool = (struct nq_spool)NQ_SPOOL_INIT;
	h->stream = fopencookie(h, "w", io);
	if (h->stream == NULL)
		return nq_err_set(err, NQ_FAIL, "cannot open a stream:");
	return 0;
}

void
nq_hold_free(struct nq_hold *h)
{
	if (h->stream == NULL)
		return;
	fclose(h->stream);
	nq_spool_free(&h->spool);
	h->stream = NULL;
}

uint64_t
nq_hold_size(const struct nq_hold *h)
{
	return h->spool.filed + h->spool.mem.len;
}

int
nq_hold_release(struct nq_hold *h, FILE *to, struct nq_err *err)
{
	if (fflush(h->stream) == EOF || h->why.status != NQ_OK) {
		*err = h->why;
		return -1;
	}
	if (nq_spool_write(&h->spool, to, err) == -1)
		return -1;
	nq_spool_reset(&h->spool);
	return fflush(to) == EOF ? nq_err_set(err, NQ_FAIL, "cannot write standard output:") : 0;
}
