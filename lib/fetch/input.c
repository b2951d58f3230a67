#include "fetch/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "http/inflate.h"

/*
 * One file, archive or stream: bytes come from fd, through zlib when they begin like gzip, into
 * libarchive, for which a plain file is an archive of one entry.
 */
struct nq_input {
	char *path;
	int fd;
	FTS *fts; /* walking a folder */
	struct archive *archive;
	struct nq_buf name;
	bool raw, fresh; /* fresh: nothing of the open file was handed out */
	bool empty;	 /* the page is a file without a byte */
	/* gzip */
	bool gzip, eof;
	struct nq_inflate inflate;
	struct nq_buf plain; /* decoded, not yet taken */
	char in[64 << 10];
	size_t at, have; /* what of in[] is not decoded yet */
};

enum { SLICE = 4 << 10 }; /* of gzip decoded at once: a thousand times as much may come out */

static ssize_t
read_fd(int fd, void *p, size_t n)
{
	ssize_t got;

	do {
		got = read(fd, p, n);
	} while (got == -1 && errno == EINTR);
	return got;
}

static int
collect(void *ctx, const char *p, size_t n, struct nq_err *err)
{
	(void)err;
	nq_buf_add(ctx, p, n);
	return 0;
}

/* Decodes the next slice of the file into plain, or finds that it ends where it should. */
static int
gunzip_slice(struct nq_input *in, struct nq_err *err)
{
	ssize_t n;
	size_t from = in->at, len;

	if (from == in->have) {
		n = read_fd(in->fd, in->in, sizeof(in->in));
		if (n == -1)
			return nq_err_set(err, NQ_FAIL, "cannot read:");
		in->eof = n == 0;
		in->have = (size_t)n;
		from = 0;
	}
	len = in->have - from < SLICE ? in->have - from : SLICE;
	in->at = from + len;
	if (in->eof)
		return nq_inflate_end(&in->inflate, err);
	return nq_inflate_data(
	    &in->inflate, (struct nq_str){in->in + from, len}, collect, &in->plain, err);
}

/* libarchive's read callback over the gzip layer. */
static la_ssize_t
gunzip(struct archive *a, void *ctx, const void **block)
{
	struct nq_input *in = ctx;
	struct nq_err err = NQ_ERR_INIT;

	nq_buf_reset(&in->plain);
	while (in->plain.len == 0 && !in->eof) {
		if (gunzip_slice(in, &err) == -1) {
			archive_set_error(a, EIO, "%s", err.msg);
			return -1;
		}
	}
	*block = in->plain.data;
	return (la_ssize_t)in->plain.len;
}

static int
archive_failed(struct nq_input *in, struct nq_err *err)
{
	const char *why = archive_error_string(in->archive);

	return nq_err_set(err, NQ_FAIL, "'%s': %s", in->path, why != NULL ? why : "damaged or cut");
}

/* Whether the file starts with gzip's magic; what was read of a pipe is pushed back for zlib. */
static bool
begins_like_gzip(int fd, unsigned char *head, size_t *n)
{
	ssize_t got;

	*n = 0;
	while (*n < 2 && (got = read_fd(fd, head + *n, 2 - *n)) > 0)
		*n += (size_t)got;
	return *n == 2 && head[0] == 0x1f && head[1] == 0x8b;
}

/* Plain bytes, with the two that were looked at given back first. */
static la_ssize_t
pass(struct archive *a, void *ctx, const void **block)
{
	struct nq_input *in = ctx;
	ssize_t n;

	*block = in->in;
	if (in->plain.len > 0) {
		memcpy(in->in, in->plain.data, in->plain.len);
		n = (ssize_t)in->plain.len;
		nq_buf_reset(&in->plain);
		return n;
	}
	n = read_fd(in->fd, in->in, sizeof(in->in));
	if (n == -1)
		archive_set_error(a, errno, "cannot read: %s", strerror(errno));
	return n;
}

static int
open_reader(struct nq_input *in, struct nq_err *err)
{
	unsigned char head[2];
	size_t n;

	in->gzip = begins_like_gzip(in->fd, head, &n);
	in->eof = false;
	in->at = in->have = 0;
	nq_buf_reset(&in->plain);
	if (in->gzip) {
		if (nq_inflate_begin(&in->inflate, err) == -1 ||
		    nq_inflate_data(&in->inflate, (struct nq_str){(char *)head, n}, collect,
			&in->plain, err) == -1)
			return -1;
		return archive_read_open(in->archive, in, NULL, gunzip, NULL);
	}
	if (lseek(in->fd, 0, SEEK_CUR) == (off_t)n && lseek(in->fd, 0, SEEK_SET) == 0)
		return archive_read_open_fd(in->archive, in->fd, sizeof(in->in));
	nq_buf_add(&in->plain, head, n);
	return archive_read_open(in->archive, in, NULL, pass, NULL);
}

static int
start_archive(struct nq_input *in, struct nq_err *err)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		return nq_err_set(err, NQ_TEMPFAIL, "out of memory");
	in->archive = a;
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_xz(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_zip(a);
	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
	in->fresh = true;
	in->empty = false;
	if (open_reader(in, err) != ARCHIVE_OK)
		return err->msg[0] != '\0' ? -1 : archive_failed(in, err);
	return 0;
}

static int
open_file(struct nq_input *in, const char *path, struct nq_err *err)
{
	free(in->path);
	in->path = nq_strdup(strcmp(path, "-") == 0 ? "standard input" : path);
	in->fd = STDIN_FILENO;
	if (strcmp(path, "-") != 0 && (in->fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return nq_err_set(err, NQ_USAGE, "cannot open '%s':", path);
	return start_archive(in, err);
}

static void
close_file(struct nq_input *in)
{
	if (in->archive != NULL)
		archive_read_free(in->archive);
	in->archive = NULL;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
	nq_inflate_free(&in->inflate);
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int
open_folder(struct nq_input *in, const char *path, struct nq_err *err)
{
	char *copy = nq_strdup(path), *paths[] = {copy, NULL};

	in->fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	free(copy);
	if (in->fts == NULL)
		return nq_err_set(err, NQ_USAGE, "cannot open '%s':", path);
	return 0;
}

struct nq_input *
nq_input_open(const char *path, struct nq_err *err)
{
	struct nq_input *in = nq_calloc(1, sizeof(*in));
	struct stat st;
	int rc;

	in->fd = -1;
	in->name = in->plain = (struct nq_buf)NQ_BUF_INIT;
	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		rc = open_folder(in, path, err);
	else
		rc = open_file(in, path, err);
	if (rc == 0)
		return in;
	nq_input_free(in);
	return NULL;
}

void
nq_input_free(struct nq_input *in)
{
	if (in == NULL)
		return;
	close_file(in);
	if (in->fts != NULL)
		fts_close(in->fts);
	nq_buf_free(&in->name);
	nq_buf_free(&in->plain);
	free(in->path);
	free(in);
}

/* Suffixes of a compression, which was taken off, say nothing about the page inside. */
static void
page_name(struct nq_input *in, const char *name)
{
	static const char *const packed[] = {".gz", ".zst", ".xz"};
	size_t n = strlen(name), k;

	for (size_t i = 0; in->raw && i < sizeof(packed) / sizeof(packed[0]); i++) {
		k = strlen(packed[i]);
		if (n > k && strcmp(name + n - k, packed[i]) == 0) {
			n -= k;
			break;
		}
	}
	nq_buf_reset(&in->name);
	nq_buf_add(&in->name, name, n);
}

static bool
ends_in(const struct nq_buf *name, const char *suffix)
{
	size_t n = strlen(suffix);

	return name->len >= n && strcmp(name->data + name->len - n, suffix) == 0;
}

/* 1: a page; 0: something to pass over. */
static int
is_page(struct nq_input *in, bool *lines, bool alone)
{
	const char *base = strrchr(in->name.data, '/');

	base = base != NULL ? base + 1 : in->name.data;
	*lines = ends_in(&in->name, ".ndjson") || ends_in(&in->name, ".jsonl");
	if (alone || *lines || ends_in(&in->name, ".json"))
		return 1;
	if (*base != '.')
		nq_log(NQ_LOG_WARN, "read", "passing over '%s', neither .json nor .ndjson",
		    in->name.data);
	return 0;
}

static const char *
entry_name(struct archive_entry *e)
{
	const char *name = archive_entry_pathname_utf8(e);

	if (name == NULL)
		name = archive_entry_pathname(e);
	return name != NULL ? name : "?";
}

/* For libarchive a file without a byte is an archive without entries; for us it is a page. */
static bool
is_empty_file(struct nq_input *in)
{
	in->empty = in->fresh && archive_format(in->archive) == ARCHIVE_FORMAT_EMPTY;
	in->fresh = false;
	in->raw = true;
	if (in->empty)
		page_name(in, in->path);
	return in->empty;
}

/* An archive may end before the gzip stream around it does, whose checksum is still to come. */
static int
drain_gzip(struct nq_input *in, struct nq_err *err)
{
	while (in->gzip && !in->eof) {
		nq_buf_reset(&in->plain);
		if (gunzip_slice(in, err) == -1) {
			err->status = NQ_FAIL;
			return nq_err_at(err, "'%s': ", in->path);
		}
	}
	return 0;
}

/* 1: the next page of the open file; 0: it has no more. */
static int
next_entry(struct nq_input *in, bool *lines, struct nq_err *err)
{
	struct archive_entry *e;
	const char *name;
	int rc;

	if (in->empty)
		return 0;
	/* ARCHIVE_WARN: a name that our locale, which is C, cannot spell */
	while (
	    (rc = archive_read_next_header(in->archive, &e)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		in->raw = archive_format(in->archive) == ARCHIVE_FORMAT_RAW;
		in->fresh = false;
		name = in->raw ? in->path : entry_name(e);
		page_name(in, name);
		if (archive_entry_is_data_encrypted(e) == 1)
			return nq_err_set(
			    err, NQ_FAIL, "'%s' in '%s' is encrypted", in->name.data, in->path);
		if (!in->raw && archive_entry_filetype(e) != AE_IFREG)
			continue;
		if (is_page(in, lines, in->raw && in->fts == NULL) == 1)
			return 1;
	}
	if (rc != ARCHIVE_EOF)
		return archive_failed(in, err);
	if (drain_gzip(in, err) == -1)
		return -1;
	return is_empty_file(in) ? is_page(in, lines, in->fts == NULL) : 0;
}

/* 1: the folder's next file is open; 0: there is none. */
static int
next_file(struct nq_input *in, struct nq_err *err)
{
	FTSENT *e;

	while ((e = fts_read(in->fts)) != NULL) {
		if (e->fts_info == FTS_DC || e->fts_info == FTS_SLNONE)
			e->fts_errno = e->fts_info == FTS_DC ? ELOOP : ENOENT;
		if (e->fts_errno != 0) {
			errno = e->fts_errno;
			return nq_err_set(err, NQ_FAIL, "cannot read '%s':", e->fts_path);
		}
		if (e->fts_level > 0 && e->fts_name[0] == '.')
			fts_set(in->fts, e, FTS_SKIP);
		else if (e->fts_info == FTS_F)
			return open_file(in, e->fts_path, err) == 0 ? 1 : -1;
	}
	return 0;
}

int
nq_input_next(struct nq_input *in, const char **name, bool *lines, struct nq_err *err)
{
	int rc;

	for (;;) {
		rc = in->archive != NULL ? next_entry(in, lines, err) : 0;
		if (rc != 0)
			break;
		close_file(in);
		rc = in->fts != NULL ? next_file(in, err) : 0;
		if (rc != 1)
			break;
	}
	*name = in->name.data;
	return rc;
}

int
nq_input_read(struct nq_input *in, int (*fn)(void *, const char *, size_t, struct nq_err *),
    void *ctx, struct nq_err *err)
{
	static char piece[64 << 10];
	la_ssize_t n;

	if (in->empty)
		return 0;
	while ((n = archive_read_data(in->archive, piece, sizeof(piece))) > 0)
		if (fn(ctx, piece, (size_t)n, err) == -1)
			return -1;
	return n == 0 ? 0 : archive_failed(in, err);
}
