#define _GNU_SOURCE /* mkostemp(3), F_SETPIPE_SZ */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { HANDED_DOWN = 100 };

static ssize_t
read_some(int fd, struct nq_buf *b)
{
	ssize_t n;

	nq_buf_grow(b, 64 << 10);
	do {
		n = read(fd, b->data + b->len, b->cap - b->len - 1);
	} while (n == -1 && errno == EINTR);
	if (n > 0) {
		b->len += (size_t)n;
		b->data[b->len] = '\0';
	}
	return n;
}

int
nq_io_read_file(const char *path, size_t max, struct nq_buf *b, struct nq_err *err)
{
	size_t before = b->len;
	ssize_t n = 0;
	int fd = STDIN_FILENO, rc = -1;

	if (strcmp(path, "-") != 0 && (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return nq_err_set(err, NQ_USAGE, "cannot open '%s':", path);
	while (b->len - before <= max && (n = read_some(fd, b)) > 0)
		;
	if (n == -1)
		nq_err_set(err, NQ_USAGE, "cannot read '%s':", path);
	else if (b->len - before > max)
		nq_err_set(err, NQ_USAGE, "'%s' is larger than %zu bytes", path, max);
	else
		rc = 0;
	if (fd != STDIN_FILENO)
		close(fd);
	return rc;
}

void
nq_io_widen_pipe(int fd)
{
#ifdef F_SETPIPE_SZ
	(void)fcntl(fd, F_SETPIPE_SZ, NQ_PAGE_MEMORY); /* refused to those who have many: fine */
#else
	(void)fd;
#endif
}

int
nq_io_hand_down(int fd)
{
	int high = fcntl(fd, F_DUPFD, HANDED_DOWN);

	if (high == -1) {
		fcntl(fd, F_SETFD, 0);
		return fd;
	}
	close(fd);
	return high;
}

int
nq_io_write_all(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t w;

	while (n > 0) {
		w = write(fd, at, n);
		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1)
			return -1;
		if (w == 0) {
			errno = EIO;
			return -1;
		}
		at += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
sync_directory_of(const char *path)
{
	char *copy = nq_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	free(copy);
	if (fd == -1)
		return -1;
	rc = fsync(fd);
	if (close(fd) == -1)
		rc = -1;
	return rc;
}

static int
write_and_sync(int fd, struct nq_str content)
{
	int rc = nq_io_write_all(fd, content.p, content.n);

	if (rc == 0)
		rc = fsync(fd);
	if (close(fd) == -1)
		rc = -1;
	return rc;
}

int
nq_io_replace_file(const char *path, struct nq_str content, mode_t mode, struct nq_err *err)
{
	struct nq_buf tmp = NQ_BUF_INIT;
	int fd, rc = -1;

	nq_buf_addf(&tmp, "%s.%ld.tmp", path, (long)getpid());
	unlink(tmp.data);
	fd = open(tmp.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd == -1) {
		nq_err_set(err, NQ_FAIL, "cannot create '%s':", tmp.data);
		goto out;
	}
	if (write_and_sync(fd, content) == -1 || rename(tmp.data, path) == -1) {
		nq_err_set(err, NQ_FAIL, "cannot write '%s':", path);
		unlink(tmp.data);
		goto out;
	}
	if (sync_directory_of(path) == -1) {
		nq_err_set(err, NQ_FAIL, "cannot sync the directory of '%s':", path);
		goto out;
	}
	rc = 0;
out:
	nq_buf_free(&tmp);
	return rc;
}

static int
append_to(const char *path, struct nq_str content, struct nq_err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), rc = -1;

	if (fd == -1)
		return nq_err_set(err, NQ_FAIL, "cannot open '%s':", path);
	rc = nq_io_write_all(fd, content.p, content.n);
	if (close(fd) == -1)
		rc = -1;
	return rc == 0 ? 0 : nq_err_set(err, NQ_FAIL, "cannot write '%s':", path);
}

int
nq_io_write_out(const char *path, struct nq_str content, mode_t mode, struct nq_err *err)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return append_to(path, content, err);
	return nq_io_replace_file(path, content, mode, err);
}

/* mkdir(2), content with a directory that is there already. */
static int
make_dir(const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return 0;
	if (errno != EEXIST || stat(path, &st) == -1)
		return -1;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) ? 0 : -1;
}

int
nq_io_make_dirs(const char *path, mode_t mode, struct nq_err *err)
{
	char *copy = nq_strdup(path), *p = copy;
	int rc = 0;

	do {
		p = *p != '\0' ? strchr(p + 1, '/') : NULL;
		if (p != NULL)
			*p = '\0';
		if (make_dir(copy, mode) == -1)
			rc = nq_err_set(err, NQ_FAIL, "cannot create directory '%s':", copy);
		if (p != NULL)
			*p = '/';
	} while (rc == 0 && p != NULL);
	free(copy);
	return rc;
}

int
nq_io_temp_file(void)
{
	const char *dir = getenv("TMPDIR");
	struct nq_buf path = NQ_BUF_INIT;
	int fd;

	nq_buf_addf(&path, "%s/nq-XXXXXX", dir != NULL && *dir != '\0' ? dir : "/tmp");
	fd = mkostemp(path.data, O_CLOEXEC);
	if (fd != -1)
		unlink(path.data);
	nq_buf_free(&path);
	return fd;
}
