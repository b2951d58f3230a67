#include "http/cassette_play.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/secret.h"
#include "http/cassette_form.h"
#include "http/cassette_mask.h"

struct exchange {
	uint64_t n; /* of its folder */
	struct nq_time time;
	struct {
		bool there;
		off_t at, size; /* in the temporary file */
	} part[NQ_CASSETTE_PARTS];
};

struct nq_cassette_player {
	char *path;
	int fd;
	off_t end; /* of what was unpacked */
	struct exchange *v;
	size_t n, cap, next;
};

static int
unusable(struct nq_cassette_player *p, const char *why, struct nq_err *err)
{
	return nq_err_set(err, NQ_USAGE, "--replay: '%s': %s", p->path, why);
}

/* The last one is the likely one. */
static struct exchange *
find(struct nq_cassette_player *p, uint64_t n)
{
	for (size_t i = p->n; i > 0; i--)
		if (p->v[i - 1].n == n)
			return &p->v[i - 1];
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 64;
		p->v = nq_reallocarray(p->v, p->cap, sizeof(*p->v));
	}
	memset(&p->v[p->n], 0, sizeof(*p->v));
	p->v[p->n].n = n;
	return &p->v[p->n++];
}

static int
unpack(struct nq_cassette_player *p, struct archive *a, struct archive_entry *e, struct nq_err *err)
{
	static char piece[64 << 10];
	enum nq_cassette_part part;
	struct exchange *x;
	la_ssize_t n;
	uint64_t number;

	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_pathname(e) == NULL ||
	    !nq_cassette_parse_name(archive_entry_pathname(e), &number, &part))
		return 0;
	x = find(p, number);
	x->part[part].there = true;
	x->part[part].at = p->end;
	if (part == NQ_CASSETTE_REQUEST)
		x->time = (struct nq_time){
		    archive_entry_mtime(e), (uint64_t)archive_entry_mtime_nsec(e) * 1000000000};
	while ((n = archive_read_data(a, piece, sizeof(piece))) > 0) {
		if (nq_io_write_all(p->fd, piece, (size_t)n) == -1)
			return nq_err_set(err, NQ_FAIL, "cannot use a temporary file (TMPDIR):");
		p->end += n;
	}
	x->part[part].size = p->end - x->part[part].at;
	return n == 0 ? 0 : unusable(p, archive_error_string(a), err);
}

static int
read_archive(struct nq_cassette_player *p, struct archive *a, int fd, struct nq_err *err)
{
	struct archive_entry *e;
	int rc;

	archive_read_support_filter_zstd(a);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_xz(a);
	archive_read_support_format_tar(a);
	if (archive_read_open_fd(a, fd, 64 << 10) != ARCHIVE_OK)
		return unusable(p, archive_error_string(a), err);
	while ((rc = archive_read_next_header(a, &e)) == ARCHIVE_OK || rc == ARCHIVE_WARN)
		if (unpack(p, a, e, err) == -1)
			return -1;
	return rc == ARCHIVE_EOF ? 0 : unusable(p, archive_error_string(a), err);
}

static int
by_number(const void *a, const void *b)
{
	const struct exchange *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

static int
check(struct nq_cassette_player *p, struct nq_err *err)
{
	char what[80];

	if (p->n == 0)
		return unusable(
		    p, "there is no exchange in it (0001/request, 0001/headers …)", err);
	qsort(p->v, p->n, sizeof(*p->v), by_number);
	for (size_t i = 0; i < p->n; i++) {
		snprintf(what, sizeof(what), "%04" PRIu64 " lacks %s", p->v[i].n,
		    p->v[i].part[NQ_CASSETTE_REQUEST].there ? "its headers" : "its request");
		if (!p->v[i].part[NQ_CASSETTE_REQUEST].there ||
		    (!p->v[i].part[NQ_CASSETTE_HEADERS].there &&
			!p->v[i].part[NQ_CASSETTE_FAULT].there))
			return unusable(p, what, err);
	}
	return 0;
}

static int
unpack_all(struct nq_cassette_player *p, struct nq_err *err)
{
	struct archive *a;
	int fd = open(p->path, O_RDONLY | O_CLOEXEC), rc;

	if (fd == -1)
		return nq_err_set(err, NQ_USAGE, "--replay: cannot open '%s':", p->path);
	a = archive_read_new();
	rc = read_archive(p, a, fd, err);
	archive_read_free(a);
	close(fd);
	return rc;
}

struct nq_cassette_player *
nq_cassette_player_open(const char *path, struct nq_err *err)
{
	struct nq_cassette_player *p = nq_calloc(1, sizeof(*p));

	p->path = nq_strdup(path);
	p->fd = nq_io_temp_file();
	if (p->fd == -1)
		nq_err_set(err, NQ_FAIL, "cannot use a temporary file (TMPDIR):");
	else if (unpack_all(p, err) == 0 && check(p, err) == 0)
		return p;
	nq_cassette_player_free(p);
	return NULL;
}

void
nq_cassette_player_free(struct nq_cassette_player *p)
{
	if (p == NULL)
		return;
	if (p->fd != -1)
		close(p->fd);
	free(p->v);
	free(p->path);
	free(p);
}

/* Hands a part to fn, piece by piece. */
static int
each_piece(struct nq_cassette_player *p, const struct exchange *x, enum nq_cassette_part part,
    int (*fn)(void *, const char *, size_t), void *ctx, struct nq_err *err)
{
	char piece[64 << 10];
	off_t at = x->part[part].at, end = at + x->part[part].size;
	size_t want;
	ssize_t n;

	for (; at < end; at += n) {
		want = end - at < (off_t)sizeof(piece) ? (size_t)(end - at) : sizeof(piece);
		n = pread(p->fd, piece, want, at);
		if (n <= 0)
			return nq_err_set(err, NQ_FAIL, "cannot read a temporary file:");
		if (fn(ctx, piece, (size_t)n) == -1)
			return -1;
	}
	return 0;
}

static int
collect(void *b, const char *p, size_t n)
{
	nq_buf_add(b, p, n);
	return 0;
}

static int
read_text(struct nq_cassette_player *p, const struct exchange *x, enum nq_cassette_part part,
    struct nq_buf *b, struct nq_err *err)
{
	if (x->part[part].size > NQ_MAX_LINE)
		return nq_err_set(
		    err, NQ_FAIL, "exchange %04" PRIu64 " of '%s' is too large", x->n, p->path);
	return each_piece(p, x, part, collect, b, err);
}

/* An issued token came back from the cassette as ***; some of its ways to travel spell that so. */
static void
simplify(struct nq_str s, struct nq_buf *out)
{
	static const char spelled[] = "%2A%2A%2A";

	for (size_t i = 0; i < s.n; i++) {
		if (s.n - i >= strlen(spelled) && memcmp(s.p + i, spelled, strlen(spelled)) == 0) {
			nq_buf_adds(out, "***");
			i += strlen(spelled) - 1;
		} else {
			nq_buf_addc(out, s.p[i]);
		}
	}
}

static void
show(const struct nq_buf *request, struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_secret_excerpt(nq_cassette_line(nq_buf_str(request)), 600, &b);
	nq_err_add(err, " '%s'", b.data);
	nq_buf_free(&b);
}

/* Both texts are masked. */
static int
compare(const struct exchange *x, const struct nq_buf *asked, const struct nq_buf *recorded,
    struct nq_err *err)
{
	struct nq_str a = nq_buf_str(asked), r = nq_buf_str(recorded);

	if (!nq_str_eq(nq_cassette_line(a), nq_cassette_line(r))) {
		nq_err_set(err, NQ_FAIL, "the next request is");
		show(asked, err);
		nq_err_add(err, ", but %04" PRIu64 " on the cassette is", x->n);
		show(recorded, err);
		return -1;
	}
	if (nq_str_eq(nq_cassette_sent(a), nq_cassette_sent(r)))
		return 0;
	nq_err_set(err, NQ_FAIL, "the next request,");
	show(asked, err);
	return nq_err_add(err, ", sends another body than %04" PRIu64 " on the cassette", x->n);
}

/* As it would be on the cassette. */
static void
put_asked(const struct nq_tap_request *q, struct nq_buf *out)
{
	struct nq_buf raw = NQ_BUF_INIT, masked = NQ_BUF_INIT;

	nq_cassette_put_request(q, &raw);
	nq_cassette_mask(nq_buf_str(&raw), &masked);
	simplify(nq_buf_str(&masked), out);
	nq_buf_wipe(&raw);
	nq_buf_free(&masked);
}

static int
read_request(
    struct nq_cassette_player *p, const struct exchange *x, struct nq_buf *out, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = read_text(p, x, NQ_CASSETTE_REQUEST, &text, err);

	simplify(nq_buf_str(&text), out);
	nq_buf_free(&text);
	return rc;
}

static int
match(struct nq_cassette_player *p, const struct exchange *x, const struct nq_tap_request *q,
    struct nq_err *err)
{
	struct nq_buf asked = NQ_BUF_INIT, recorded = NQ_BUF_INIT;
	int rc = -1;

	put_asked(q, &asked);
	if (x == NULL) {
		nq_err_set(err, NQ_FAIL, "the cassette ends before the request");
		show(&asked, err);
	} else if (read_request(p, x, &recorded, err) == 0) {
		rc = compare(x, &asked, &recorded, err);
	}
	nq_buf_free(&asked);
	nq_buf_free(&recorded);
	return rc;
}

static int
play_headers(struct nq_cassette_player *p, const struct exchange *x, const struct nq_tap_sink *sink,
    struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	const char *at, *nl, *end;
	int rc = read_text(p, x, NQ_CASSETTE_HEADERS, &text, err);

	end = text.data + text.len;
	for (at = text.data; at < end && rc == 0; at = nl + 1) {
		nl = memchr(at, '\n', (size_t)(end - at));
		nl = nl != NULL ? nl : end;
		rc = sink->header(sink->ctx, (struct nq_str){at, (size_t)(nl - at)});
	}
	nq_buf_free(&text);
	return rc;
}

static int
play_fault(struct nq_cassette_player *p, const struct exchange *x, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;

	if (!x->part[NQ_CASSETTE_FAULT].there)
		return 0;
	if (read_text(p, x, NQ_CASSETTE_FAULT, &text, err) == 0)
		nq_cassette_get_fault(nq_buf_str(&text), err);
	nq_buf_free(&text);
	return -1;
}

static int
play(void *ctx, const struct nq_tap_request *q, const struct nq_tap_sink *sink, struct nq_err *err)
{
	struct nq_cassette_player *p = ctx;
	const struct exchange *x = p->next < p->n ? &p->v[p->next] : NULL;

	if (match(p, x, q, err) == -1 || x == NULL)
		return -1;
	p->next++;
	if (play_headers(p, x, sink, err) == -1 ||
	    each_piece(p, x, NQ_CASSETTE_BODY, sink->data, sink->ctx, err) == -1)
		return -1;
	return play_fault(p, x, err);
}

static int64_t
now(void *ctx)
{
	const struct nq_cassette_player *p = ctx;

	return p->v[p->next > 0 ? p->next - 1 : 0].time.sec;
}

static bool
expects(void *ctx, const char *method, const char *url)
{
	struct nq_cassette_player *p = ctx;
	const struct nq_tap_request q = {method, url, NULL, {NULL, 0}};
	struct nq_buf asked = NQ_BUF_INIT, recorded = NQ_BUF_INIT;
	struct nq_err ignored = NQ_ERR_INIT;
	bool same = p->next < p->n && read_request(p, &p->v[p->next], &recorded, &ignored) == 0;

	put_asked(&q, &asked);
	same = same && nq_str_eq(nq_cassette_line(nq_buf_str(&asked)),
			   nq_cassette_line(nq_buf_str(&recorded)));
	nq_buf_free(&asked);
	nq_buf_free(&recorded);
	return same;
}

void
nq_cassette_player_tap(struct nq_cassette_player *p, struct nq_tap *tap)
{
	*tap = (struct nq_tap){.ctx = p, .play = play, .now = now, .expects = expects};
}

struct nq_time
nq_cassette_player_start(const struct nq_cassette_player *p)
{
	return (struct nq_time){p->v[0].time.sec, 0};
}

uint64_t
nq_cassette_player_left(const struct nq_cassette_player *p)
{
	return p->n - p->next;
}
