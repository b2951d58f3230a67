#include "json/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 256 << 10 };

void
nq_lines_init(struct nq_lines *l, int fd, size_t max)
{
	*l = (struct nq_lines){fd, max, 0, 0, NQ_BUF_INIT, 0, false, NULL};
}

void
nq_lines_free(struct nq_lines *l)
{
	nq_buf_free(&l->buf);
}

/* Moves the unfinished line to the front and reads behind it. */
static int
refill(struct nq_lines *l, struct nq_err *err)
{
	size_t left = l->buf.len - l->at;
	ssize_t n;

	if (l->at > 0)
		memmove(l->buf.data, l->buf.data + l->at, left);
	l->buf.len = left;
	l->at = 0;
	nq_buf_grow(&l->buf, CHUNK);
	do {
		n = read(l->fd, l->buf.data + left, CHUNK);
	} while (n == -1 && errno == EINTR && (l->stop == NULL || *l->stop == 0));
	if (n == -1)
		return nq_err_set(err, NQ_FAIL, "cannot read the input:");
	l->eof = n == 0;
	l->bytes += (uint64_t)n;
	l->buf.len += (size_t)n;
	return 0;
}

static int
too_long(const struct nq_lines *l, struct nq_err *err)
{
	return nq_err_set(err, NQ_FAIL,
	    "line %llu: longer than %zu bytes (--max-line raises the limit)",
	    (unsigned long long)l->number + 1, l->max);
}

/* 1 and the next line, blank or not. */
static int
any_line(struct nq_lines *l, struct nq_str *line, struct nq_err *err)
{
	size_t seen = 0, left;
	const char *from, *nl;

	for (;;) {
		from = l->buf.data + l->at;
		left = l->buf.len - l->at;
		nl = left > seen ? memchr(from + seen, '\n', left - seen) : NULL;
		seen = nl != NULL ? (size_t)(nl - from) : left;
		if (seen > l->max)
			return too_long(l, err);
		if (nl != NULL || (l->eof && left > 0))
			break;
		if (l->eof)
			return 0;
		if (refill(l, err) == -1)
			return -1;
	}
	*line = (struct nq_str){from, seen};
	l->at += seen + (nl != NULL);
	l->number++;
	return 1;
}

static bool
blank(struct nq_str s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r'))
		i++;
	return i == s.n;
}

int
nq_lines_next(struct nq_lines *l, struct nq_str *line, struct nq_err *err)
{
	int rc;

	do {
		rc = any_line(l, line, err);
	} while (rc == 1 && blank(*line));
	return rc;
}

bool
nq_lines_ready(const struct nq_lines *l)
{
	size_t left = l->buf.len - l->at;

	return l->eof || (left > 0 && memchr(l->buf.data + l->at, '\n', left) != NULL);
}
