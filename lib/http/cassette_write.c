#include "http/cassette_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/io.h"

/*
 * Bytes of the tar go unbuffered into a second archive, of the format "raw", whose only task is to
 * compress them: closing that one ends a frame. gzip and zstd read frames in a row as one stream.
 */
struct nq_cassette_writer {
	char *path;
	int fd;
	struct archive *tar;
	struct archive *frame; /* NULL: none is open */
	int (*compress)(struct archive *);
};

static const struct {
	const char *ending;
	int (*compress)(struct archive *);
} kinds[] = {
    {".tar.zst", archive_write_add_filter_zstd},
    {".tar.gz", archive_write_add_filter_gzip},
    {".tgz", archive_write_add_filter_gzip},
    {".tar", NULL},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static la_ssize_t
write_out(struct archive *a, void *ctx, const void *p, size_t n)
{
	const struct nq_cassette_writer *w = ctx;

	if (nq_io_write_all(w->fd, p, n) == 0)
		return (la_ssize_t)n;
	archive_set_error(a, errno, "%s", strerror(errno));
	return -1;
}

static int
open_frame(struct nq_cassette_writer *w)
{
	struct archive_entry *e = archive_entry_new();
	int rc;

	w->frame = archive_write_new();
	archive_entry_set_filetype(e, AE_IFREG);
	archive_write_set_format_raw(w->frame);
	archive_write_set_bytes_in_last_block(w->frame, 1);
	rc = w->compress(w->frame);
	if (rc == ARCHIVE_OK)
		rc = archive_write_open(w->frame, w, NULL, write_out, NULL);
	if (rc == ARCHIVE_OK)
		rc = archive_write_header(w->frame, e);
	archive_entry_free(e);
	return rc;
}

static la_ssize_t
write_tar(struct archive *a, void *ctx, const void *p, size_t n)
{
	struct nq_cassette_writer *w = ctx;

	if (w->compress == NULL)
		return write_out(a, w, p, n);
	if ((w->frame == NULL && open_frame(w) != ARCHIVE_OK) ||
	    archive_write_data(w->frame, p, n) != (la_ssize_t)n) {
		archive_set_error(a, archive_errno(w->frame), "%s", archive_error_string(w->frame));
		return -1;
	}
	return (la_ssize_t)n;
}

static int
failed(const struct nq_cassette_writer *w, struct archive *a, struct nq_err *err)
{
	const char *why = archive_error_string(a);

	return nq_err_set(
	    err, NQ_FAIL, "cannot write '%s': %s", w->path, why != NULL ? why : "out of memory");
}

static int
open_tar(struct nq_cassette_writer *w, struct nq_err *err)
{
	struct archive *a = archive_write_new();

	w->tar = a;
	archive_write_set_format_pax_restricted(a);
	archive_write_set_bytes_per_block(a, 0);
	return archive_write_open(a, w, NULL, write_tar, NULL) == ARCHIVE_OK ? 0
									     : failed(w, a, err);
}

static size_t
kind_of(const char *path)
{
	size_t n = strlen(path), k, i;

	for (i = 0; i < KINDS; i++) {
		k = strlen(kinds[i].ending);
		if (n > k && strcmp(path + n - k, kinds[i].ending) == 0)
			break;
	}
	return i;
}

int
nq_cassette_writer_check(const char *path, struct nq_err *err)
{
	if (kind_of(path) < KINDS)
		return 0;
	nq_err_set(err, NQ_USAGE, "--record: let '%s' end in", path);
	for (size_t i = 0; i < KINDS; i++)
		nq_err_add(err, "%s %s", i > 0 ? " or" : "", kinds[i].ending);
	return -1;
}

struct nq_cassette_writer *
nq_cassette_writer_open(const char *path, struct nq_err *err)
{
	struct nq_cassette_writer *w;
	int fd;

	if (nq_cassette_writer_check(path, err) == -1)
		return NULL;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1) {
		nq_err_set(err, NQ_USAGE, "--record: cannot create '%s':", path);
		return NULL;
	}
	w = nq_calloc(1, sizeof(*w));
	w->path = nq_strdup(path);
	w->fd = fd;
	w->compress = kinds[kind_of(path)].compress;
	if (open_tar(w, err) == 0)
		return w;
	nq_cassette_writer_close(w, err);
	return NULL;
}

int
nq_cassette_writer_file(struct nq_cassette_writer *w, const char *name, uint64_t size,
    struct nq_time t, struct nq_err *err)
{
	struct archive_entry *e = archive_entry_new();
	int rc;

	archive_entry_set_pathname(e, name);
	archive_entry_set_size(e, (la_int64_t)size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, (time_t)t.sec, (long)(t.atto / 1000000000));
	rc = archive_write_header(w->tar, e);
	archive_entry_free(e);
	return rc == ARCHIVE_OK ? 0 : failed(w, w->tar, err);
}

int
nq_cassette_writer_data(struct nq_cassette_writer *w, struct nq_str s, struct nq_err *err)
{
	if (archive_write_data(w->tar, s.p, s.n) == (la_ssize_t)s.n)
		return 0;
	return failed(w, w->tar, err);
}

static int
close_frame(struct nq_cassette_writer *w, struct nq_err *err)
{
	int rc = 0;

	if (w->frame != NULL && archive_write_close(w->frame) != ARCHIVE_OK)
		rc = failed(w, w->frame, err);
	archive_write_free(w->frame);
	w->frame = NULL;
	return rc;
}

int
nq_cassette_writer_settle(struct nq_cassette_writer *w, struct nq_err *err)
{
	if (archive_write_finish_entry(w->tar) != ARCHIVE_OK)
		return failed(w, w->tar, err);
	return close_frame(w, err);
}

int
nq_cassette_writer_close(struct nq_cassette_writer *w, struct nq_err *err)
{
	int rc = 0;

	if (w == NULL)
		return 0;
	if (w->tar != NULL && archive_write_close(w->tar) != ARCHIVE_OK)
		rc = failed(w, w->tar, err);
	if (close_frame(w, err) == -1)
		rc = -1;
	archive_write_free(w->tar);
	if (w->fd != -1 && close(w->fd) == -1 && rc == 0)
		rc = nq_err_set(err, NQ_FAIL, "cannot write '%s':", w->path);
	free(w->path);
	free(w);
	return rc;
}
