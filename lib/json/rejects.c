#include "json/rejects.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/io.h"
#include "base/secret.h"
#include "json/text.h"

enum { HOLD = 64 << 10 };

static int
read_limit(struct nq_rejects *r, const char *limit, struct nq_err *err)
{
	char digits[24];
	size_t n = strlen(limit);

	r->percent = n > 0 && limit[n - 1] == '%';
	n -= r->percent;
	if (n < sizeof(digits)) {
		memcpy(digits, limit, n);
		digits[n] = '\0';
		if (nq_cli_number(digits, &r->max) == 0 && !(r->percent && r->max > 100))
			return 0;
	}
	return nq_err_set(err, NQ_USAGE,
	    "option '--max-rejects': '%s' is not a number or a share: write 100 or 5%%", limit);
}

/* A terminal or a pipe has nothing to sync. */
static bool
is_file(int fd)
{
	struct stat st;

	return fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool
is_input(int fd)
{
	struct stat a, b;

	return is_file(fd) && fstat(fd, &a) == 0 && fstat(STDIN_FILENO, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
nq_rejects_open(struct nq_rejects *r, const char *path, const char *limit, struct nq_err *err)
{
	*r = (struct nq_rejects){path, -1, 0, 0, 0, false, false, NQ_BUF_INIT};
	if (limit != NULL && read_limit(r, limit, err) == -1)
		return -1;
	if (path == NULL && r->max > 0)
		return nq_err_set(err, NQ_USAGE,
		    "option '--max-rejects' above 0 needs '--rejects FILE', "
		    "so that no record is lost");
	if (path == NULL)
		return 0;
	r->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (r->fd == -1)
		return nq_err_set(err, NQ_USAGE, "cannot open '%s':", path);
	if (is_input(r->fd))
		return nq_err_set(err, NQ_USAGE,
		    "option '--rejects': '%s' is the input itself: write to another file", path);
	if (is_file(r->fd) && ftruncate(r->fd, 0) == -1)
		return nq_err_set(err, NQ_USAGE, "cannot empty '%s':", path);
	return 0;
}

static int
flush(struct nq_rejects *r, struct nq_err *err)
{
	if (r->fd != -1 && nq_io_write_all(r->fd, r->held.data, r->held.len) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot write '%s':", r->path);
	nq_buf_reset(&r->held);
	return 0;
}

void
nq_rejects_close(struct nq_rejects *r)
{
	struct nq_err ignored = NQ_ERR_INIT; /* what is told is why the run failed, not this */

	flush(r, &ignored);
	if (r->fd != -1)
		close(r->fd);
	r->fd = -1;
	nq_buf_free(&r->held);
}

static void
add_line(struct nq_rejects *r, uint64_t line, struct nq_str record, const char *why)
{
	struct nq_buf text = NQ_BUF_INIT;

	nq_buf_adds(&text, why);
	nq_secret_redact(&text);
	nq_buf_addf(&r->held, "{\"line\":%llu,\"error\":", (unsigned long long)line);
	nq_text_quote(&r->held, nq_buf_str(&text));
	nq_buf_adds(&r->held, ",\"record\":");
	nq_buf_addstr(&r->held, record);
	nq_buf_adds(&r->held, "}\n");
	nq_buf_free(&text);
}

int
nq_rejects_add(
    struct nq_rejects *r, uint64_t line, struct nq_str record, bool excused, struct nq_err *why)
{
	r->n++;
	r->dirty = true;
	r->counted += !excused;
	if (r->fd != -1)
		add_line(r, line, record, why->msg);
	if (r->held.len >= HOLD && flush(r, why) == -1)
		return -1;
	if (r->percent || r->counted <= r->max)
		return 0;
	flush(r, why);
	why->status = NQ_FAIL;
	if (r->max > 0)
		nq_err_at(why, "more than %llu record%s rejected (--max-rejects), the last: ",
		    (unsigned long long)r->max, nq_plural(r->max));
	return nq_err_at(why, "line %llu: ", (unsigned long long)line);
}

int
nq_rejects_finish(struct nq_rejects *r, uint64_t records, struct nq_err *err)
{
	if (flush(r, err) == -1)
		return -1;
	if (r->dirty && is_file(r->fd) && fsync(r->fd) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot write '%s':", r->path);
	r->dirty = false;
	if (r->percent && r->counted * 100 > r->max * records)
		return nq_err_set(err, NQ_FAIL,
		    "%llu of %llu record%s rejected, more than %llu%% (--max-rejects)",
		    (unsigned long long)r->counted, (unsigned long long)records, nq_plural(records),
		    (unsigned long long)r->max);
	return 0;
}
