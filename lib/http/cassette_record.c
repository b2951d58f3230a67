#include "http/cassette_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/io.h"
#include "http/cassette_form.h"
#include "http/cassette_mask.h"
#include "http/cassette_write.h"

struct nq_cassette_recorder {
	const char *path;
	struct nq_cassette_writer *writer;     /* NULL before the first exchange */
	uint64_t n;			       /* exchanges begun */
	bool pending;			       /* one is over and not written yet */
	bool answered;			       /* it has headers, and so a body */
	bool cut;			       /* that is not whole */
	struct nq_time time;		       /* its request's */
	struct nq_buf request, headers, fault; /* not masked */
	int fd;				       /* the body, not masked, size bytes */
	off_t size;
};

/* Where the pieces of a masked body go: into the count, and if write is set also out. */
struct sink {
	struct nq_cassette_writer *writer;
	bool write;
	uint64_t bytes;
};

static int
spool_failed(struct nq_err *err)
{
	return nq_err_set(err, NQ_FAIL, "cannot use a temporary file (TMPDIR):");
}

static int
drain(struct sink *s, struct nq_buf *b, struct nq_err *err)
{
	int rc = s->write ? nq_cassette_writer_data(s->writer, nq_buf_str(b), err) : 0;

	s->bytes += b->len;
	nq_buf_reset(b);
	return rc;
}

static int
mask_body(struct nq_cassette_recorder *r, struct sink *s, struct nq_err *err)
{
	struct nq_cassette_mask m = NQ_CASSETTE_MASK_INIT;
	struct nq_buf out = NQ_BUF_INIT;
	char piece[64 << 10];
	ssize_t n;
	int rc = 0;

	for (off_t at = 0; at < r->size && rc == 0; at += n) {
		n = pread(r->fd, piece, sizeof(piece), at);
		if (n <= 0) {
			rc = spool_failed(err);
			break;
		}
		nq_cassette_mask_add(&m, (struct nq_str){piece, (size_t)n}, &out);
		rc = drain(s, &out, err);
	}
	nq_cassette_mask_end(&m, r->cut, &out);
	if (rc == 0)
		rc = drain(s, &out, err);
	nq_buf_free(&out);
	return rc;
}

static int
start_file(
    struct nq_cassette_recorder *r, enum nq_cassette_part part, uint64_t size, struct nq_err *err)
{
	struct nq_buf name = NQ_BUF_INIT;
	int rc;

	nq_cassette_name(r->n, part, &name);
	rc = nq_cassette_writer_file(r->writer, name.data, size, r->time, err);
	nq_buf_free(&name);
	return rc;
}

static int
write_text(struct nq_cassette_recorder *r, enum nq_cassette_part part, const struct nq_buf *text,
    struct nq_err *err)
{
	struct nq_buf masked = NQ_BUF_INIT;
	int rc = 0;

	nq_cassette_mask(nq_buf_str(text), &masked);
	if (masked.len > 0)
		rc = start_file(r, part, masked.len, err);
	if (masked.len > 0 && rc == 0)
		rc = nq_cassette_writer_data(r->writer, nq_buf_str(&masked), err);
	nq_buf_free(&masked);
	return rc;
}

/* Twice through the mask, as its size comes first. */
static int
write_body(struct nq_cassette_recorder *r, struct nq_err *err)
{
	struct sink count = {r->writer, false, 0}, out = {r->writer, true, 0};

	if (!r->answered)
		return 0;
	if (mask_body(r, &count, err) == -1 ||
	    start_file(r, NQ_CASSETTE_BODY, count.bytes, err) == -1)
		return -1;
	return mask_body(r, &out, err);
}

static int
commit(struct nq_cassette_recorder *r, struct nq_err *err)
{
	if (!r->pending)
		return 0;
	r->pending = false;
	if (write_text(r, NQ_CASSETTE_REQUEST, &r->request, err) == -1 ||
	    write_text(r, NQ_CASSETTE_HEADERS, &r->headers, err) == -1 ||
	    write_body(r, err) == -1 || write_text(r, NQ_CASSETTE_FAULT, &r->fault, err) == -1)
		return -1;
	return nq_cassette_writer_settle(r->writer, err);
}

static void
wipe(struct nq_buf *b)
{
	if (b->len > 0)
		explicit_bzero(b->data, b->len);
	nq_buf_reset(b);
}

static int
begin(void *ctx, const struct nq_tap_request *q, struct nq_err *err)
{
	struct nq_cassette_recorder *r = ctx;

	if (r->writer == NULL && (r->writer = nq_cassette_writer_open(r->path, err)) == NULL)
		return -1;
	if (commit(r, err) == -1)
		return -1;
	if (r->n++ > 0)
		r->time = nq_time_now();
	wipe(&r->request);
	wipe(&r->headers);
	wipe(&r->fault);
	nq_cassette_put_request(q, &r->request);
	r->size = 0;
	if (ftruncate(r->fd, 0) == -1 || lseek(r->fd, 0, SEEK_SET) == -1)
		return spool_failed(err);
	return 0;
}

static int
data(void *ctx, const char *p, size_t n, struct nq_err *err)
{
	struct nq_cassette_recorder *r = ctx;

	r->size += (off_t)n;
	return nq_io_write_all(r->fd, p, n) == 0 ? 0 : spool_failed(err);
}

static int
end(void *ctx, const struct nq_headers *headers, const struct nq_err *fault, bool settled,
    struct nq_err *err)
{
	struct nq_cassette_recorder *r = ctx;

	nq_cassette_put_headers(nq_buf_str(&headers->text), &r->headers);
	if (fault != NULL)
		nq_cassette_put_fault(fault, &r->fault);
	r->cut = fault != NULL;
	r->answered = headers->text.len > 0;
	r->pending = true;
	return settled ? commit(r, err) : 0;
}

struct nq_cassette_recorder *
nq_cassette_recorder_new(const char *path, struct nq_time start, struct nq_err *err)
{
	struct nq_cassette_recorder *r = nq_calloc(1, sizeof(*r));

	r->path = path;
	r->time = start;
	r->request = r->headers = r->fault = (struct nq_buf)NQ_BUF_INIT;
	r->fd = nq_io_temp_file();
	if (r->fd == -1)
		spool_failed(err);
	else if (nq_cassette_writer_check(path, err) == 0)
		return r;
	nq_cassette_recorder_free(r);
	return NULL;
}

int
nq_cassette_recorder_close(struct nq_cassette_recorder *r, struct nq_err *err)
{
	int rc = commit(r, err);

	if (nq_cassette_writer_close(r->writer, err) == -1)
		rc = -1;
	r->writer = NULL;
	return rc;
}

void
nq_cassette_recorder_free(struct nq_cassette_recorder *r)
{
	struct nq_err ignored = NQ_ERR_INIT;

	if (r == NULL)
		return;
	nq_cassette_writer_close(r->writer, &ignored);
	wipe(&r->request);
	nq_buf_free(&r->request);
	nq_buf_free(&r->headers);
	nq_buf_free(&r->fault);
	if (r->fd != -1)
		close(r->fd);
	free(r);
}

void
nq_cassette_recorder_tap(struct nq_cassette_recorder *r, struct nq_tap *tap)
{
	*tap = (struct nq_tap){.ctx = r, .begin = begin, .data = data, .end = end};
}
