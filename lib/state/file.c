#include "state/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "json/doc.h"
#include "json/dup.h"
#include "json/text.h"
#include "state/damage.h"
#include "state/listing.h"
#include "state/lock.h"
#include "state/runs.h"

enum { VERSION = 1, HOLD_WAIT_MS = 30000, HOLD_STEP_MS = 10, LOCK_STEP_MS = 50 };

/* WHERE/CONNECTOR[/STREAM and suffix] */
static void
path_of(const struct nq_store *s, struct nq_key k, const char *suffix, struct nq_buf *path)
{
	nq_buf_addf(path, "%s/", s->where);
	nq_name_encode(path, k.connector);
	if (suffix != NULL) {
		nq_buf_addc(path, '/');
		nq_name_encode(path, k.stream);
		nq_buf_adds(path, suffix);
	}
}

static int
file_open(struct nq_store *s, struct nq_err *err)
{
	struct stat st;

	if (stat(s->where, &st) == 0 && !S_ISDIR(st.st_mode))
		return nq_err_set(
		    err, NQ_USAGE, "--state: '%s' is a file, not a directory", s->where);
	return 0;
}

static void
let_go(struct nq_store *s)
{
	if (s->held != -1)
		close(s->held);
	s->held = -1;
}

/* What was changed is on disk already, whatever became of the rest. */
static int
file_release(struct nq_store *s, bool keep, struct nq_err *err)
{
	(void)keep;
	(void)err;
	let_go(s);
	return 0;
}

/* === exclusive changes ===================================================================== */

/* A new directory must outlive a power cut like what is put into it. */
static int
make_connector(const struct nq_store *s, const char *path, struct nq_err *err)
{
	int fd, rc;

	if (nq_io_make_dirs(s->where, 0700, err) == -1)
		return -1;
	if (mkdir(path, 0700) == -1)
		return errno == EEXIST
			   ? 0
			   : nq_err_set(err, NQ_FAIL, "cannot create directory '%s':", path);
	fd = open(s->where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = fd == -1 ? -1 : fsync(fd);
	if (rc == -1)
		nq_err_set(err, NQ_FAIL, "cannot sync '%s':", s->where);
	if (fd != -1)
		close(fd);
	return rc;
}

static int
flock_within(int fd, int64_t wait_ms)
{
	int64_t end = nq_clock_ms() + wait_ms;

	while (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (nq_clock_ms() >= end) {
			errno = EWOULDBLOCK;
			return -1;
		}
		nq_clock_sleep(HOLD_STEP_MS);
	}
	return 0;
}

/* What a killed writer left; nobody else writes while we hold. */
static void
sweep(const struct nq_store *s, struct nq_key k)
{
	struct nq_buf name = NQ_BUF_INIT;
	DIR *dir = fdopendir(openat(s->held, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const struct dirent *e;
	size_t n;

	nq_name_encode(&name, k.stream);
	nq_buf_adds(&name, ".json.");
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		n = strlen(e->d_name);
		if (strncmp(e->d_name, name.data, name.len) == 0 && n > 4 &&
		    strcmp(e->d_name + n - 4, ".tmp") == 0)
			unlinkat(s->held, e->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
	nq_buf_free(&name);
}

static int
file_hold(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;
	int rc = -1;

	path_of(s, k, NULL, &path);
	if (make_connector(s, path.data, err) == -1)
		goto out;
	s->held = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (s->held == -1) {
		nq_err_set(err, NQ_FAIL, "cannot open directory '%s':", path.data);
		goto out;
	}
	if (flock_within(s->held, HOLD_WAIT_MS) == -1) {
		if (errno == EWOULDBLOCK)
			nq_err_set(err, NQ_TEMPFAIL, "another process keeps changing '%s' for %d s",
			    path.data, HOLD_WAIT_MS / 1000);
		else
			nq_err_set(err, NQ_FAIL, "cannot lock directory '%s':", path.data);
		let_go(s);
		goto out;
	}
	sweep(s, k);
	rc = 0;
out:
	nq_buf_free(&path);
	return rc;
}

/* === the row =============================================================================== */

/* FNV-1a, 64 bits: tells damage from what we wrote, and nothing about intent. */
static uint64_t
checksum(struct nq_str s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	return h;
}

static void
add_checksum(const struct nq_row *row, struct nq_buf *b)
{
	struct nq_buf text = NQ_BUF_INIT;

	nq_row_write(row, &text);
	nq_buf_addf(b, "fnv1a64:%016llx", (unsigned long long)checksum(nq_buf_str(&text)));
	nq_buf_free(&text);
}

static void
format(const struct nq_row *row, struct nq_buf *b)
{
	nq_buf_addf(b, "{\n  \"version\": %d,\n", VERSION);
	for (int f = 0; f < NQ_ROW_FIELDS; f++) {
		nq_buf_addf(b, "  \"%s\": ", nq_row_field_name((enum nq_field)f));
		nq_row_write_value(row, (enum nq_field)f, b);
		nq_buf_adds(b, ",\n");
	}
	nq_buf_adds(b, "  \"checksum\": \"");
	add_checksum(row, b);
	nq_buf_adds(b, "\"\n}\n");
}

static int
check_version(const struct nq_doc *d, struct nq_err *err)
{
	uint64_t version;

	if (nq_doc_type(d, 0) != NQ_OBJECT)
		return nq_err_set(err, NQ_FAIL, "not a JSON object");
	if (nq_dup_find(d, 0) != NQ_NONE)
		return nq_err_set(err, NQ_FAIL, "a member stands twice");
	if (nq_doc_uint(d, nq_doc_get(d, 0, nq_str("version")), &version) == -1)
		return nq_err_set(err, NQ_FAIL, "no version");
	if (version != VERSION)
		return nq_err_set(err, NQ_FAIL, "version %llu, this nq-cursor knows %d",
		    (unsigned long long)version, VERSION);
	if (d->tok[0].n != NQ_ROW_FIELDS + 2)
		return nq_err_set(err, NQ_FAIL, "members missing or unknown");
	return 0;
}

static int
read_row(struct nq_str text, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_buf want = NQ_BUF_INIT, scratch = NQ_BUF_INIT;
	struct nq_str have;
	struct nq_doc d;
	uint32_t i;
	int rc = -1;

	nq_doc_init(&d);
	if (nq_doc_parse(&d, text, err) == -1 || check_version(&d, err) == -1 ||
	    nq_row_read(row, &d, err) == -1)
		goto out;
	add_checksum(row, &want);
	i = nq_doc_get(&d, 0, nq_str("checksum"));
	if (nq_doc_type(&d, i) != NQ_STRING || nq_doc_string(&d, i, &scratch, &have) == -1 ||
	    !nq_str_eq(have, nq_buf_str(&want)))
		nq_err_set(err, NQ_FAIL, "the checksum is not that of the content");
	else if (!nq_row_is(row, NQ_F_CONNECTOR, k.connector) ||
		 !nq_row_is(row, NQ_F_STREAM, k.stream))
		nq_err_set(err, NQ_FAIL, "it is the state of another stream");
	else
		rc = 0;
out:
	nq_doc_free(&d);
	nq_buf_free(&scratch);
	nq_buf_free(&want);
	return rc;
}

/* 1 and the text, 0 when there is no such file, -1, or -2 for one that cannot be a state. */
static int
read_file(const char *path, struct nq_buf *text, struct nq_err *err)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc = -1;
	struct stat st;
	ssize_t n = 0;

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd == -1)
		return nq_err_set(err, NQ_FAIL, "cannot open '%s':", path);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		nq_err_set(err, NQ_FAIL, "'%s' is not a regular file", path);
		goto out;
	}
	nq_buf_grow(text, NQ_MAX_CONFIG);
	do {
		n = read(fd, text->data + text->len, NQ_MAX_CONFIG - text->len);
		text->len += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == -1)
		nq_err_set(err, NQ_FAIL, "cannot read '%s':", path);
	else
		rc = 1;
out:
	close(fd);
	return rc;
}

static int
file_load(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT, text = NQ_BUF_INIT;
	int rc;

	path_of(s, k, ".json", &path);
	rc = read_file(path.data, &text, err);
	if (rc == 1 && read_row(nq_buf_str(&text), k, row, err) == -1)
		rc = nq_damage_explain(s, k, path.data, err);
	if (rc != 1)
		nq_row_idle(row, k.connector, k.stream);
	nq_buf_free(&text);
	nq_buf_free(&path);
	return rc;
}

static int
file_save(struct nq_store *s, struct nq_key k, struct nq_row *row, enum nq_change change,
    const char *reason, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT, text = NQ_BUF_INIT;
	int rc;

	(void)change;
	(void)reason;
	path_of(s, k, ".json", &path);
	format(row, &text);
	rc = nq_io_replace_file(path.data, nq_buf_str(&text), 0600, err);
	nq_buf_free(&text);
	nq_buf_free(&path);
	return rc;
}

/* === the history and the lock ============================================================== */

static int
file_record(struct nq_store *s, struct nq_key k, struct nq_str line, struct nq_err *err)
{
	struct nq_buf base = NQ_BUF_INIT;
	int rc;

	path_of(s, k, "", &base);
	rc = nq_runs_append(base.data, line, err);
	nq_buf_free(&base);
	return rc;
}

static int
file_history(struct nq_store *s, struct nq_key k, bool all, nq_store_line_fn fn, void *ctx,
    struct nq_err *err)
{
	struct nq_buf base = NQ_BUF_INIT;
	int rc;

	(void)all;
	path_of(s, k, "", &base);
	rc = nq_runs_walk(base.data, fn, ctx, err);
	nq_buf_free(&base);
	return rc;
}

static int
file_busy(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT, who = NQ_BUF_INIT;
	int rc;

	path_of(s, k, ".lock", &path);
	rc = nq_lock_probe(path.data, &who, err);
	if (rc == 1)
		nq_lock_elsewhere(k, who.data, err);
	nq_buf_free(&who);
	nq_buf_free(&path);
	return rc;
}

/* Whoever takes the lock or looks at it holds the row, so that a look is never taken for a run. */
static int
file_lock(struct nq_store *s, struct nq_key k, int64_t wait_ms, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT, who = NQ_BUF_INIT;
	int64_t end = nq_clock_ms() + wait_ms;
	int rc;

	path_of(s, k, ".lock", &path);
	for (;;) {
		nq_buf_reset(&who);
		rc = file_hold(s, k, err);
		if (rc == 0)
			rc = nq_lock_take(path.data, &who, err);
		let_go(s);
		if (rc != -2 || nq_clock_ms() >= end)
			break;
		nq_clock_sleep(LOCK_STEP_MS);
	}
	if (rc == -2)
		nq_lock_elsewhere(k, who.data, err);
	nq_buf_free(&who);
	nq_buf_free(&path);
	return rc < 0 ? -1 : 0;
}

static int
file_list(struct nq_store *s, nq_store_key_fn fn, void *ctx, struct nq_err *err)
{
	return nq_listing_walk(s->where, fn, ctx, err);
}

const struct nq_store_ops nq_file_store = {
    .prefix = "",
    .open = file_open,
    .close = let_go,
    .hold = file_hold,
    .release = file_release,
    .load = file_load,
    .save = file_save,
    .record = file_record,
    .history = file_history,
    .list = file_list,
    .busy = file_busy,
    .lock = file_lock,
};
