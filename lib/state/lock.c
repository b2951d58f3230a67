#include "state/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "json/doc.h"
#include "json/text.h"
#include "state/id.h"

enum { HOLDER_MAX = 4096, TOKEN_LEN = 32 };

static int
open_lock(const char *path, int flags, struct nq_err *err)
{
	int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat st;

	if (fd == -1)
		return nq_err_set(err, NQ_FAIL, "cannot open the lock '%s':", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return nq_err_set(err, NQ_FAIL, "the lock '%s' is not a regular file", path);
}

static void
add_member(const struct nq_doc *d, const char *name, struct nq_buf *out)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t i = nq_doc_get(d, 0, nq_str(name));
	struct nq_str s;

	if (nq_doc_type(d, i) == NQ_NUMBER)
		nq_buf_addstr(out, nq_doc_raw(d, i));
	else if (nq_doc_type(d, i) == NQ_STRING && nq_doc_string(d, i, &scratch, &s) == 0)
		nq_buf_addstr(out, s);
	else
		nq_buf_addc(out, '?');
	nq_buf_free(&scratch);
}

/* What the holder wrote; a file that tells nothing is no reason to fail. */
static void
read_holder(int fd, struct nq_buf *who, struct nq_buf *token)
{
	char text[HOLDER_MAX];
	ssize_t n = pread(fd, text, sizeof(text), 0);
	struct nq_err ignored;
	struct nq_doc d;

	nq_doc_init(&d);
	if (n > 0 && nq_doc_parse(&d, (struct nq_str){text, (size_t)n}, &ignored) == 0 &&
	    nq_doc_type(&d, 0) == NQ_OBJECT) {
		nq_buf_adds(who, "pid ");
		add_member(&d, "pid", who);
		nq_buf_adds(who, " on ");
		add_member(&d, "host", who);
		nq_buf_adds(who, ", since ");
		add_member(&d, "since", who);
		add_member(&d, "token", token);
	} else {
		nq_buf_adds(who, "it does not say who");
	}
	nq_doc_free(&d);
}

const char *
nq_lock_own(void)
{
	const char *token = getenv("NQ_LOCK");

	return token != NULL && strlen(token) == TOKEN_LEN &&
		       strspn(token, "0123456789abcdef") == TOKEN_LEN
		   ? token
		   : NULL;
}

int
nq_lock_elsewhere(struct nq_key k, const char *who, struct nq_err *err)
{
	return nq_err_set(err, NQ_TEMPFAIL, "another run of '%s/%s' holds the lock (%s)",
	    k.connector, k.stream, who);
}

/* 1: taken by a process we do not run under; 0: free now, or ours; -1. */
static int
try_flock(int fd, const char *path, struct nq_buf *who, bool *ours, struct nq_err *err)
{
	struct nq_buf token = NQ_BUF_INIT;

	*ours = false;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return nq_err_set(err, NQ_FAIL, "cannot lock '%s':", path);
	read_holder(fd, who, &token);
	*ours = nq_lock_own() != NULL && nq_str_is(nq_buf_str(&token), nq_lock_own());
	nq_buf_free(&token);
	return !*ours;
}

static int
write_holder(int fd, const char *path, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT, part = NQ_BUF_INIT, token = NQ_BUF_INIT;
	int rc = -1;

	if (nq_lock_own() != NULL)
		nq_buf_adds(&token, nq_lock_own());
	else if (nq_id_random(&token, err) == -1)
		goto out;
	nq_buf_addc(&text, '{');
	nq_text_number(&text, "pid", (uint64_t)getpid());
	nq_id_host(&part);
	nq_text_member(&text, "host", part.data);
	nq_buf_reset(&part);
	nq_id_now(&part);
	nq_text_member(&text, "since", part.data);
	nq_text_member(&text, "token", token.data);
	nq_buf_adds(&text, "}\n");
	if (ftruncate(fd, 0) == -1 || nq_io_write_all(fd, text.data, text.len) == -1 ||
	    setenv("NQ_LOCK", token.data, 1) == -1) {
		nq_err_set(err, NQ_FAIL, "cannot write the lock '%s':", path);
		goto out;
	}
	rc = 0;
out:
	nq_buf_free(&token);
	nq_buf_free(&part);
	nq_buf_free(&text);
	return rc;
}

int
nq_lock_take(const char *path, struct nq_buf *who, struct nq_err *err)
{
	int fd = open_lock(path, O_RDWR | O_CREAT, err), rc;
	bool ours;

	if (fd == -1)
		return -1;
	rc = try_flock(fd, path, who, &ours, err);
	if (rc == 0 && !ours)
		rc = write_holder(fd, path, err);
	else if (ours)
		nq_buf_adds(who, ": the run that this one was started by");
	if (rc == 0 && !ours)
		return nq_io_hand_down(fd);
	close(fd);
	return rc == -1 ? -1 : -2;
}

int
nq_lock_probe(const char *path, struct nq_buf *who, struct nq_err *err)
{
	struct stat st;
	bool ours;
	int fd, rc;

	if (lstat(path, &st) == -1 && errno == ENOENT)
		return 0;
	fd = open_lock(path, O_RDONLY, err);
	if (fd == -1)
		return -1;
	rc = try_flock(fd, path, who, &ours, err);
	close(fd);
	return rc;
}
