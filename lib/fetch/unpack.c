#include "fetch/unpack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	SLICE = 4 << 10, /* of gzip decoded at once: a thousand times as much may come out */
	LONGEST = 6,	 /* bytes that tell a packing */
};

/* Reads on; at the end of the file nothing is added and eof is set. */
static ssize_t
fill(struct nq_unpack *u)
{
	ssize_t n;

	if (u->at == u->have)
		u->at = u->have = 0;
	if (u->eof)
		return 0;
	do {
		n = read(u->fd, u->in + u->have, sizeof(u->in) - u->have);
	} while (n == -1 && errno == EINTR);
	if (n > 0)
		u->have += (size_t)n;
	u->eof = n == 0;
	return n;
}

bool
nq_unpack_begins(const struct nq_unpack *u, const char *magic, size_t n)
{
	return u->have - u->at >= n && memcmp(u->in + u->at, magic, n) == 0;
}

/* libarchive's read callback: the file as it is. */
static la_ssize_t
packed_bytes(struct archive *a, void *ctx, const void **block)
{
	struct nq_unpack *u = ctx;
	size_t n;

	if (u->at == u->have && fill(u) == -1) {
		archive_set_error(a, errno, "cannot read: %s", strerror(errno));
		return -1;
	}
	*block = u->in + u->at;
	n = u->have - u->at;
	u->at = u->have;
	return (la_ssize_t)n;
}

static int
archive_error(struct nq_unpack *u, struct nq_err *err)
{
	const char *why = archive_error_string(u->archive);

	return nq_err_set(err, NQ_FAIL, "%s", why != NULL ? why : "damaged or cut");
}

static int
open_other(struct nq_unpack *u, struct nq_err *err)
{
	u->archive = archive_read_new();
	if (u->archive == NULL)
		return nq_err_set(err, NQ_TEMPFAIL, "out of memory");
	archive_read_support_filter_zstd(u->archive);
	archive_read_support_filter_xz(u->archive);
	archive_read_support_format_raw(u->archive);
	archive_read_support_format_empty(u->archive);
	if (archive_read_open(u->archive, u, NULL, packed_bytes, NULL) != ARCHIVE_OK)
		return archive_error(u, err);
	return 0;
}

int
nq_unpack_open(struct nq_unpack *u, int fd, struct nq_err *err)
{
	nq_unpack_close(u);
	u->fd = fd;
	u->at = u->have = 0;
	u->eof = u->entered = u->done = false;
	u->plain = (struct nq_buf)NQ_BUF_INIT;
	while (u->have < LONGEST && !u->eof)
		if (fill(u) == -1)
			return nq_err_set(err, NQ_FAIL, "cannot read:");
	u->packing = NQ_PACKED_NOT;
	if (nq_unpack_begins(u, "\x1f\x8b", 2)) {
		u->packing = NQ_PACKED_GZIP;
		return nq_inflate_begin(&u->inflate, err);
	}
	if (!nq_unpack_begins(u, "\x28\xb5\x2f\xfd", 4) &&
	    !nq_unpack_begins(u, "\xfd\x37\x7a\x58\x5a\x00", 6))
		return 0;
	u->packing = NQ_PACKED_OTHER;
	return open_other(u, err);
}

void
nq_unpack_close(struct nq_unpack *u)
{
	if (u->archive != NULL)
		archive_read_free(u->archive);
	u->archive = NULL;
	nq_inflate_free(&u->inflate);
	if (u->plain.data != NULL)
		nq_buf_free(&u->plain);
}

static ssize_t
read_plain(struct nq_unpack *u, const void **block, struct nq_err *err)
{
	size_t n;

	if (u->at == u->have && fill(u) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot read:");
	*block = u->in + u->at;
	n = u->have - u->at;
	u->at = u->have;
	return (ssize_t)n;
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
gunzip_slice(struct nq_unpack *u, struct nq_err *err)
{
	size_t from, len;

	if (u->at == u->have && fill(u) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot read:");
	if (u->at == u->have) {
		u->done = nq_inflate_end(&u->inflate, err) ==
			  0; /* else whoever asks again is told again */
		return u->done ? 0 : -1;
	}
	from = u->at;
	len = u->have - from < SLICE ? u->have - from : SLICE;
	u->at = from + len;
	return nq_inflate_data(
	    &u->inflate, (struct nq_str){u->in + from, len}, collect, &u->plain, err);
}

static ssize_t
read_gzip(struct nq_unpack *u, const void **block, struct nq_err *err)
{
	nq_buf_reset(&u->plain);
	while (u->plain.len == 0 && !u->done)
		if (gunzip_slice(u, err) == -1)
			return -1;
	*block = u->plain.data;
	return (ssize_t)u->plain.len;
}

static ssize_t
read_other(struct nq_unpack *u, const void **block, struct nq_err *err)
{
	struct archive_entry *e;
	la_int64_t at;
	size_t n = 0;
	int rc = ARCHIVE_OK;

	if (u->done)
		return 0;
	if (!u->entered)
		rc = archive_read_next_header(u->archive, &e);
	u->entered = true;
	while (rc == ARCHIVE_OK && n == 0)
		rc = archive_read_data_block(u->archive, block, &n, &at);
	if (rc != ARCHIVE_OK && rc != ARCHIVE_EOF)
		return archive_error(u, err);
	u->done = rc == ARCHIVE_EOF;
	return (ssize_t)n;
}

ssize_t
nq_unpack_read(struct nq_unpack *u, const void **block, struct nq_err *err)
{
	if (u->packing == NQ_PACKED_GZIP)
		return read_gzip(u, block, err);
	if (u->packing == NQ_PACKED_OTHER)
		return read_other(u, block, err);
	return read_plain(u, block, err);
}
