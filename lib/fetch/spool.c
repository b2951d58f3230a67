#include "fetch/spool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

int
nq_spool_settle(struct nq_spool *s, struct nq_err *err)
{
	if (s->mem.len < NQ_PAGE_MEMORY)
		return 0;
	if (s->fd == -1)
		s->fd = nq_io_temp_file();
	if (s->fd == -1 || nq_io_write_all(s->fd, s->mem.data, s->mem.len) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot write a temporary file (TMPDIR):");
	s->filed += s->mem.len;
	nq_buf_reset(&s->mem);
	return 0;
}

static void
forget_file(struct nq_spool *s)
{
	if (s->filed > 0 && (ftruncate(s->fd, 0) == -1 || lseek(s->fd, 0, SEEK_SET) == -1)) {
		close(s->fd);
		s->fd = -1;
	}
	s->filed = 0;
}

void
nq_spool_reset(struct nq_spool *s)
{
	nq_buf_reset(&s->mem);
	forget_file(s);
}

void
nq_spool_free(struct nq_spool *s)
{
	nq_buf_free(&s->mem);
	if (s->fd != -1)
		close(s->fd);
	*s = (struct nq_spool)NQ_SPOOL_INIT;
}

static int
each_filed(struct nq_spool *s, nq_spool_fn fn, void *ctx, struct nq_err *err)
{
	char piece[64 << 10];
	uint64_t at = 0;
	ssize_t n;

	while (at < s->filed) {
		n = pread(s->fd, piece, sizeof(piece), (off_t)at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return nq_err_set(err, NQ_FAIL, "cannot read a temporary file:");
		if (fn(ctx, piece, (size_t)n, err) == -1)
			return -1;
		at += (uint64_t)n;
	}
	return 0;
}

int
nq_spool_each(struct nq_spool *s, nq_spool_fn fn, void *ctx, struct nq_err *err)
{
	if (each_filed(s, fn, ctx, err) == -1)
		return -1;
	return s->mem.len > 0 ? fn(ctx, s->mem.data, s->mem.len, err) : 0;
}

int
nq_spool_drain(struct nq_spool *s, size_t last, nq_spool_fn fn, void *ctx, struct nq_err *err)
{
	size_t n = s->mem.len - last;

	if (each_filed(s, fn, ctx, err) == -1 || (n > 0 && fn(ctx, s->mem.data, n, err) == -1))
		return -1;
	forget_file(s);
	if (last > 0)
		memmove(s->mem.data, s->mem.data + n, last);
	nq_buf_cut(&s->mem, last);
	return 0;
}

static int
put(void *out, const char *p, size_t n, struct nq_err *err)
{
	if (fwrite(p, 1, n, out) == n)
		return 0;
	return nq_err_set(err, NQ_FAIL, "cannot write standard output:");
}

int
nq_spool_write(struct nq_spool *s, FILE *out, struct nq_err *err)
{
	return nq_spool_each(s, put, out, err);
}
