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
#include "fetch/unpack.h"

/*
 * One file, archive or stream: its bytes, unpacked, go into libarchive, for which a plain file is
 * an archive of one entry.
 */
struct nq_input {
	char *path;
	int fd;
	FTS *fts; /* walking a folder */
	struct archive *archive;
	struct nq_buf name;
	bool raw, fresh; /* fresh: nothing of the open file was handed out */
	bool empty;	 /* the page is a file without a byte */
	bool direct;	 /* libarchive reads the file itself, out of order */
	struct nq_unpack unpack;
	uint64_t seen, last_text; /* bytes given to libarchive, up to the last that is not 0 */
};

enum { TAR_END = 1024 }; /* bytes of zeros that end a tar archive (POSIX, pax) */

static ssize_t
next_block(struct nq_input *in, const void **block, struct nq_err *err)
{
	ssize_t n = nq_unpack_read(&in->unpack, block, err);
	const char *p = *block;

	if (n <= 0)
		return n;
	in->seen += (uint64_t)n;
	for (ssize_t i = n; i > 0; i--) {
		if (p[i - 1] == '\0')
			continue;
		in->last_text = in->seen - (uint64_t)(n - i);
		break;
	}
	return n;
}

/* libarchive's read callback. */
static la_ssize_t
give(struct archive *a, void *ctx, const void **block)
{
	struct nq_err err = NQ_ERR_INIT;
	ssize_t n = next_block(ctx, block, &err);

	if (n == -1)
		archive_set_error(a, EIO, "%s", err.msg);
	return n;
}

static int
archive_failed(struct nq_input *in, struct nq_err *err)
{
	const char *why = archive_error_string(in->archive);

	return nq_err_set(err, NQ_FAIL, "'%s': %s", in->path, why != NULL ? why : "damaged or cut");
}

/* A zip archive on disk is best read from its end, where its list is. */
static int
open_reader(struct nq_input *in, struct nq_err *err)
{
	in->seen = in->last_text = 0;
	if (nq_unpack_open(&in->unpack, in->fd, err) == -1)
		return nq_err_at(err, "'%s': ", in->path);
	in->direct = nq_unpack_begins(&in->unpack, "PK", 2) &&
		     lseek(in->fd, 0, SEEK_CUR) == (off_t)in->unpack.have &&
		     lseek(in->fd, 0, SEEK_SET) == 0;
	if (in->direct)
		return archive_read_open_fd(in->archive, in->fd, sizeof(in->unpack.in));
	return archive_read_open(in->archive, in, NULL, give, NULL);
}

static int
start_archive(struct nq_input *in, struct nq_err *err)
{
	struct archive *a = archive_read_new();

	if (a == NULL)
		return nq_err_set(err, NQ_TEMPFAIL, "out of memory");
	in->archive = a;
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
	nq_unpack_close(&in->unpack);
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
	in->name = (struct nq_buf)NQ_BUF_INIT;
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

/* 1: a page; 0: something to pass over. */
static int
is_page(struct nq_input *in, enum nq_format *format, bool alone)
{
	const char *base = strrchr(in->name.data, '/');

	base = base != NULL ? base + 1 : in->name.data;
	if (nq_format_of_name(&in->name, format) || alone)
		return 1;
	if (*base != '.')
		nq_log(NQ_LOG_WARN, "read", "passing over '%s', neither .json, .ndjson nor .csv",
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

/* A tar archive cut between two entries looks whole to libarchive. */
static int
judge_tar(struct nq_input *in, struct nq_err *err)
{
	if ((archive_format(in->archive) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_TAR)
		return 0;
	if (in->seen - in->last_text < TAR_END)
		return nq_err_set(
		    err, NQ_FAIL, "'%s': the archive was cut: it has no end mark", in->path);
	if (in->last_text > (uint64_t)archive_filter_bytes(in->archive, 0))
		return nq_err_set(
		    err, NQ_FAIL, "'%s': something follows the end of the archive", in->path);
	return 0;
}

/* An archive may end before what it is packed in, whose checksum is still to come. */
static int
drain(struct nq_input *in, struct nq_err *err)
{
	const void *block;
	ssize_t n = in->direct ? 0 : 1;

	while (n > 0)
		n = next_block(in, &block, err);
	if (n == 0)
		return in->direct ? 0 : judge_tar(in, err);
	err->status = NQ_FAIL;
	return nq_err_at(err, "'%s': ", in->path);
}

/* 1: the next page of the open file; 0: it has no more. */
static int
next_entry(struct nq_input *in, enum nq_format *format, struct nq_err *err)
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
		if (is_page(in, format, in->raw && in->fts == NULL) == 1)
			return 1;
	}
	if (rc != ARCHIVE_EOF)
		return archive_failed(in, err);
	if (drain(in, err) == -1)
		return -1;
	return is_empty_file(in) ? is_page(in, format, in->fts == NULL) : 0;
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
nq_input_next(struct nq_input *in, const char **name, enum nq_format *format, struct nq_err *err)
{
	int rc;

	for (;;) {
		rc = in->archive != NULL ? next_entry(in, format, err) : 0;
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
