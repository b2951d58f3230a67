#include "state/runs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

static void
path_of(struct nq_buf *path, const char *base, const char *suffix)
{
	nq_buf_adds(path, base);
	nq_buf_adds(path, suffix);
}

static int
open_runs(const char *path, int flags, struct stat *st, struct nq_err *err)
{
	int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd == -1)
		return nq_err_set(err, NQ_FAIL, "cannot open the history '%s':", path);
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	return nq_err_set(err, NQ_FAIL, "the history '%s' is not a regular file", path);
}

/* The offset behind the last line feed, or -1. */
static off_t
whole_lines(int fd, off_t size)
{
	char part[4096];
	const char *nl;
	size_t want;
	off_t from;

	while (size > 0) {
		want = size < (off_t)sizeof(part) ? (size_t)size : sizeof(part);
		from = size - (off_t)want;
		if (pread(fd, part, want, from) != (ssize_t)want)
			return -1;
		for (nl = part + want; nl > part; nl--)
			if (nl[-1] == '\n')
				return from + (nl - part);
		size = from;
	}
	return 0;
}

static int
append(const char *path, int fd, const struct stat *st, struct nq_str line, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	off_t end = whole_lines(fd, st->st_size);
	int rc = 0;

	nq_buf_addstr(&text, line);
	nq_buf_addc(&text, '\n');
	if (end == -1 || (end < st->st_size && ftruncate(fd, end) == -1) ||
	    lseek(fd, end, SEEK_SET) == -1 || nq_io_write_all(fd, text.data, text.len) == -1 ||
	    fsync(fd) == -1)
		rc = nq_err_set(err, NQ_FAIL, "cannot write the history '%s':", path);
	nq_buf_free(&text);
	return rc;
}

int
nq_runs_append(const char *base, struct nq_str line, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT, old = NQ_BUF_INIT;
	struct stat st;
	int fd = -1, rc = -1;

	path_of(&path, base, ".runs.ndjson");
	path_of(&old, base, ".runs.1.ndjson");
	if (lstat(path.data, &st) == 0 && st.st_size > (off_t)NQ_MAX_HISTORY &&
	    rename(path.data, old.data) == -1) {
		nq_err_set(err, NQ_FAIL, "cannot rename the history '%s':", path.data);
		goto out;
	}
	fd = open_runs(path.data, O_RDWR | O_CREAT, &st, err);
	if (fd != -1)
		rc = append(path.data, fd, &st, line, err);
	if (fd != -1 && close(fd) == -1 && rc == 0)
		rc = nq_err_set(err, NQ_FAIL, "cannot write the history '%s':", path.data);
out:
	nq_buf_free(&old);
	nq_buf_free(&path);
	return rc;
}

static int
read_all(const char *path, struct nq_buf *text, struct nq_err *err)
{
	struct stat st;
	ssize_t n = 0;
	int fd;

	if (lstat(path, &st) == -1 && errno == ENOENT)
		return 0;
	fd = open_runs(path, O_RDONLY, &st, err);
	if (fd == -1)
		return -1;
	do {
		nq_buf_grow(text, 64 << 10);
		n = read(fd, text->data + text->len, 64 << 10);
		if (n > 0)
			text->len += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == -1)
		nq_err_set(err, NQ_FAIL, "cannot read the history '%s':", path);
	close(fd);
	return n == -1 ? -1 : 0;
}

static int
walk_file(const char *path, nq_store_line_fn fn, void *ctx, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = read_all(path, &text, err);
	const char *at = text.data, *end = text.data + text.len, *nl;

	while (rc == 0 && (nl = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		rc = fn(ctx, (struct nq_str){at, (size_t)(nl - at)}, err);
		at = nl + 1;
	}
	nq_buf_free(&text);
	return rc;
}

int
nq_runs_walk(const char *base, nq_store_line_fn fn, void *ctx, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;
	int rc;

	path_of(&path, base, ".runs.1.ndjson");
	rc = walk_file(path.data, fn, ctx, err);
	nq_buf_reset(&path);
	path_of(&path, base, ".runs.ndjson");
	if (rc == 0)
		rc = walk_file(path.data, fn, ctx, err);
	nq_buf_free(&path);
	return rc;
}
