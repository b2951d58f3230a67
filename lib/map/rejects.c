#include "map/rejects.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/io.h"
#include "json/text.h"

enum { FLUSH_AT = 64 << 10 };

static int
read_limit(struct nq_rejects *r, const char *limit, struct nq_err *err)
{
	char *digits = nq_strdup(limit);
	size_t n = strlen(digits);
	int rc;

	r->percent = n > 0 && digits[n - 1] == '%';
	if (r->percent)
		digits[n - 1] = '\0';
	rc = nq_cli_number(digits, &r->most);
	free(digits);
	if (rc == -1 || (r->percent && r->most > 100))
		return nq_err_set(err, NQ_USAGE,
		    "option '--max-rejects': '%s' is not a number or a share: write 100 or 5%%",
		    limit);
	return 0;
}

/* Only a file can be emptied and synced; a pipe or terminal does as well without. */
static bool
is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool
same_as_input(int fd)
{
	struct stat a, b;

	return is_file(fd) && fstat(fd, &a) == 0 && fstat(STDIN_FILENO, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
nq_rejects_open(struct nq_rejects *r, const char *path, const char *limit, struct nq_err *err)
{
	*r = (struct nq_rejects){.path = path, .fd = -1, .buf = NQ_BUF_INIT};
	if (limit != NULL && read_limit(r, limit, err) == -1)
		return -1;
	if (r->most > 0 && path == NULL)
		return nq_err_set(err, NQ_USAGE,
		    "option '--max-rejects' above 0 needs '--rejects FILE', so that no record is "
		    "lost");
	if (path == NULL)
		return 0;
	r->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (r->fd == -1)
		return nq_err_set(err, NQ_USAGE, "cannot open '%s':", path);
	if (same_as_input(r->fd))
		return nq_err_set(err, NQ_USAGE,
		    "option '--rejects': '%s' is the input itself: write to another file", path);
	if (is_file(r->fd) && ftruncate(r->fd, 0) == -1)
		return nq_err_set(err, NQ_USAGE, "cannot empty '%s':", path);
	return 0;
}

void
nq_rejects_close(struct nq_rejects *r)
{
	if (r->fd != -1)
		close(r->fd);
	r->fd = -1;
	nq_buf_free(&r->buf);
}

static int
flush(struct nq_rejects *r, struct nq_err *err)
{
	int rc = nq_io_write_all(r->fd, r->buf.data, r->buf.len);

	nq_buf_reset(&r->buf);
	return rc == 0 ? 0 : nq_err_set(err, NQ_FAIL, "cannot write '%s':", r->path);
}

int
nq_rejects_add(struct nq_rejects *r, uint64_t line, const char *error, struct nq_str record,
    struct nq_err *err)
{
	r->n++;
	if (r->fd == -1)
		return 0;
	r->dirty = true;
	nq_buf_adds(&r->buf, "{");
	nq_text_number(&r->buf, "line", line);
	nq_text_member(&r->buf, "error", error);
	nq_text_name(&r->buf, "record");
	nq_buf_addstr(&r->buf, record);
	nq_buf_adds(&r->buf, "}\n");
	return r->buf.len < FLUSH_AT ? 0 : flush(r, err);
}

bool
nq_rejects_too_many(const struct nq_rejects *r, uint64_t read, bool complete)
{
	if (!r->percent)
		return r->n > r->most;
	return complete && r->n * 100 > r->most * read;
}

int
nq_rejects_sync(struct nq_rejects *r, struct nq_err *err)
{
	if (!r->dirty)
		return 0;
	r->dirty = false;
	if (flush(r, err) == -1)
		return -1;
	if (is_file(r->fd) && fsync(r->fd) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot sync '%s':", r->path);
	return 0;
}
