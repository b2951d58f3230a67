#define _GNU_SOURCE /* ppoll(2), memmem(3) */
#include "state/track.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/time.h"
#include "json/doc.h"
#include "json/mark.h"
#include "state/child.h"
#include "state/split.h"

enum { CHUNK = 64 << 10, AHEAD = 1 << 20 };

struct pump {
	const struct nq_track *t;
	struct nq_child child;
	int in; /* what feeds the command, or -1 */
	struct nq_split lines_in, lines_out;
	struct nq_tally came, went; /* marks and counts before and behind the command */
	struct nq_buf queue;	    /* for the command; the first sent bytes are gone */
	size_t sent;
	struct nq_buf ready; /* for standard output */
	struct nq_buf chunk;
	uint64_t records; /* passed on in all */
	struct nq_buf high, cap;
	struct nq_doc doc;
	struct nq_mark mark;
};

/* === lines in, lines out =================================================================== */

/* Before the command: only control lines are looked into, for it may take any text. */
static int
line_in(void *ctx, struct nq_str line, struct nq_err *err)
{
	struct nq_err ignored = NQ_ERR_INIT;
	struct pump *p = ctx;

	if (memmem(line.p, line.n, "_nq", 3) != NULL &&
	    nq_doc_parse(&p->doc, line, &ignored) == 0 && nq_doc_type(&p->doc, 0) == NQ_OBJECT) {
		switch (nq_mark_read(&p->doc, &p->mark, err)) {
		case 1:
			return nq_tally_mark(&p->came, &p->mark, err);
		case -1:
			return nq_err_at(
			    err, "line %llu: ", (unsigned long long)p->lines_in.number);
		}
	}
	p->came.open++;
	if (p->child.to != -1) {
		nq_buf_addstr(&p->queue, line);
		nq_buf_addc(&p->queue, '\n');
	}
	return 0;
}

/* The text of a watermark: a string or a number as it is written. */
static int
mark_text(const struct nq_doc *d, uint32_t i, struct nq_buf *scratch, struct nq_str *value)
{
	if (nq_doc_type(d, i) == NQ_STRING)
		return nq_doc_string(d, i, scratch, value);
	*value = nq_doc_raw(d, i);
	return nq_doc_type(d, i) == NQ_NUMBER ? 0 : -1;
}

static int
watch(struct pump *p, struct nq_err *err)
{
	uint32_t i = nq_path_find(p->t->path, &p->doc, 0);
	enum nq_type type = nq_doc_type(&p->doc, i);
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str value;
	int rc = -1;

	if ((type == NQ_ABSENT || type == NQ_NULL) && p->t->skip_null)
		return 0;
	if (type == NQ_ABSENT || type == NQ_NULL)
		return nq_err_set(err, NQ_FAIL,
		    "no value at '%s' (--watermark-null skip passes over such records)",
		    p->t->path_text);
	if (mark_text(&p->doc, i, &scratch, &value) == -1)
		nq_err_set(
		    err, NQ_FAIL, "the value at '%s' is no text and no number", p->t->path_text);
	else
		rc = nq_watermark_check(p->t->type, value, err);
	if (rc == 0)
		nq_watermark_raise(p->t->type, &p->high, value);
	nq_buf_free(&scratch);
	return rc;
}

static int
record_out(struct pump *p, struct nq_str line, struct nq_err *err)
{
	if (nq_doc_parse(&p->doc, line, err) == -1)
		return nq_err_at(err, "not one JSON record a line: ");
	if (nq_doc_type(&p->doc, 0) != NQ_OBJECT)
		return nq_err_set(err, NQ_FAIL, "a record must be an object");
	switch (nq_mark_read(&p->doc, &p->mark, err)) {
	case 1:
		return nq_tally_mark(&p->went, &p->mark, err);
	case -1:
		return -1;
	}
	if (p->t->path != NULL && watch(p, err) == -1)
		return -1;
	p->went.open++;
	p->records++;
	nq_buf_addstr(&p->ready, line);
	nq_buf_addc(&p->ready, '\n');
	return 0;
}

static int
line_out(void *ctx, struct nq_str line, struct nq_err *err)
{
	struct pump *p = ctx;

	if (record_out(p, line, err) == 0)
		return 0;
	return nq_err_at(
	    err, "line %llu of '%s': ", (unsigned long long)p->lines_out.number, p->t->argv[0]);
}

/* === the pumps ============================================================================= */

/* A reader that is gone ends us as it would have ended the command. */
static int
write_out(struct pump *p, struct nq_err *err)
{
	if (nq_io_write_all(STDOUT_FILENO, p->ready.data, p->ready.len) == -1) {
		if (errno == EPIPE) {
			signal(SIGPIPE, SIG_DFL);
			raise(SIGPIPE);
		}
		return nq_err_set(err, NQ_FAIL, "cannot write standard output:");
	}
	nq_buf_reset(&p->ready);
	return 0;
}

/* One read into lines; closes the descriptor at its end. */
static int
pull(struct pump *p, int *fd, struct nq_split *lines, struct nq_err *err)
{
	ssize_t n = read(*fd, p->chunk.data, CHUNK);

	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n == -1)
		return nq_err_set(err, NQ_FAIL, "cannot read %s:",
		    lines == &p->lines_in ? "the input" : "what the command writes");
	if (n > 0)
		return nq_split_feed(lines, (struct nq_str){p->chunk.data, (size_t)n}, err);
	close(*fd);
	*fd = -1;
	return nq_split_end(lines, err);
}

/* The command need not read all: then the rest is only counted. */
static void
push(struct pump *p)
{
	ssize_t n = 0;

	if (p->sent < p->queue.len)
		n = write(p->child.to, p->queue.data + p->sent, p->queue.len - p->sent);
	if (n > 0)
		p->sent += (size_t)n;
	if (p->sent == p->queue.len || p->sent >= AHEAD) {
		memmove(p->queue.data, p->queue.data + p->sent, p->queue.len - p->sent);
		nq_buf_cut(&p->queue, p->queue.len - p->sent);
		p->sent = 0;
	}
	if ((n == -1 && errno != EAGAIN && errno != EINTR) || (p->in == -1 && p->queue.len == 0)) {
		close(p->child.to);
		p->child.to = -1;
		nq_buf_reset(&p->queue);
		p->sent = 0;
	}
}

static int
turn(struct pump *p, const struct pollfd fds[3], struct nq_err *err)
{
	if (fds[2].revents != 0 &&
	    (pull(p, &p->child.from, &p->lines_out, err) == -1 || write_out(p, err) == -1))
		return -1;
	if (fds[0].revents != 0 && pull(p, &p->in, &p->lines_in, err) == -1)
		return -1;
	if (p->child.to != -1 && (fds[1].revents != 0 || p->in == -1))
		push(p);
	return 0;
}

static void
ended(int sig)
{
	(void)sig;
}

/* A command that failed makes the rest of the input needless. */
static void
look(struct pump *p)
{
	nq_child_look(&p->child);
	if (p->child.reaped && p->child.status != 0 && p->in != -1) {
		close(p->in);
		p->in = -1;
	}
}

static int
run_loop(struct pump *p, const sigset_t *unblocked, struct nq_err *err)
{
	struct pollfd fds[3];
	int rc = 0;

	look(p);
	while (rc == 0 && (p->in != -1 || p->child.from != -1 || !p->child.reaped)) {
		fds[0] = (struct pollfd){p->queue.len - p->sent < AHEAD ? p->in : -1, POLLIN, 0};
		fds[1] = (struct pollfd){
		    p->child.to, p->sent < p->queue.len || p->in == -1 ? POLLOUT : 0, 0};
		fds[2] = (struct pollfd){p->child.from, POLLIN, 0};
		if (ppoll(fds, 3, NULL, unblocked) == -1 && errno != EINTR)
			return nq_err_set(err, NQ_FAIL, "cannot wait for the command:");
		rc = turn(p, fds, err);
		look(p);
	}
	return rc;
}

/* === the verdict =========================================================================== */

/* Whether standard input is nobody's stream: a terminal, /dev/null, or closed (base/cli). */
static bool
is_producer(void)
{
	struct stat st;

	if (isatty(STDIN_FILENO))
		return true;
	return fstat(STDIN_FILENO, &st) == 0 && S_ISCHR(st.st_mode) && major(st.st_rdev) == 1 &&
	       minor(st.st_rdev) == 3;
}

static int
judge(const struct pump *p, int rc, struct nq_err *err)
{
	if (p->came.failed != 0)
		return nq_tally_finish(&p->came, false, err);
	if (rc == -1 || nq_child_verdict(&p->child, p->t->argv[0], err) == -1)
		return -1;
	if (nq_tally_finish(&p->came, false, err) == -1)
		return -1;
	if (nq_tally_finish(&p->went, false, err) == -1)
		return nq_err_at(err, "in what '%s' wrote: ", p->t->argv[0]);
	return 0;
}

/* One row of the year 2099 must not make later runs blind. */
static void
cap(struct pump *p)
{
	if (p->t->type != NQ_CURSOR_TIMESTAMP || p->t->no_cap || p->high.len == 0 ||
	    nq_watermark_cmp(p->t->type, nq_buf_str(&p->high), nq_buf_str(&p->cap)) <= 0)
		return;
	nq_log(NQ_LOG_WARN, "track", "the watermark '%s' is in the future: capped at '%s'",
	    p->high.data, p->cap.data);
	nq_buf_reset(&p->high);
	nq_buf_addstr(&p->high, nq_buf_str(&p->cap));
}

static void
end_mark(struct pump *p)
{
	const struct nq_tally *from = p->came.cursor_type != NQ_CURSOR_NONE ? &p->came : &p->went;
	struct nq_mark m;

	nq_mark_init(&m);
	m.kind = NQ_MARK_END;
	m.records = p->records;
	m.pages = p->came.pages + p->went.pages;
	m.has_pages = m.pages > 0;
	if (p->t->path != NULL) {
		cap(p);
		m.cursor_type = p->t->type;
		nq_buf_addstr(&m.watermark, nq_buf_str(&p->high));
	} else {
		m.cursor_type = from->cursor_type;
		nq_buf_addstr(&m.watermark, nq_buf_str(&from->watermark));
	}
	nq_mark_write(&m, &p->ready);
	nq_mark_free(&m);
}

static void
fail_mark(struct pump *p, const struct nq_err *err)
{
	struct nq_mark m;

	nq_mark_init(&m);
	m.kind = NQ_MARK_FAIL;
	m.status = (uint64_t)err->status;
	if (p->came.failed != 0)
		nq_buf_addstr(&m.tool, nq_buf_str(&p->came.failed_tool));
	else
		nq_buf_adds(&m.tool, nq_log_tool());
	nq_mark_write(&m, &p->ready);
	nq_mark_free(&m);
}

static int
conclude(struct pump *p, bool producer, int rc, struct nq_err *err)
{
	struct nq_err second = NQ_ERR_INIT;

	nq_child_end(&p->child);
	rc = judge(p, rc, err);
	nq_buf_reset(&p->ready);
	if (rc == -1)
		fail_mark(p, err);
	else if (producer || p->came.segments > 0)
		end_mark(p);
	else
		nq_log(NQ_LOG_INFO, "track", "no end mark came in: none goes out");
	if (write_out(p, &second) == 0 || rc == -1)
		return rc;
	*err = second;
	return -1;
}

static void
init(struct pump *p, const struct nq_track *t, bool producer)
{
	*p = (struct pump){.t = t, .in = producer ? -1 : STDIN_FILENO};
	p->child = (struct nq_child){-1, -1, -1, true, 0};
	p->lines_in = (struct nq_split){line_in, p, t->max_line, 0, NQ_BUF_INIT};
	p->lines_out = (struct nq_split){line_out, p, t->max_line, 0, NQ_BUF_INIT};
	p->queue = p->ready = p->chunk = p->high = p->cap = (struct nq_buf)NQ_BUF_INIT;
	nq_tally_init(&p->came);
	nq_tally_init(&p->went);
	nq_doc_init(&p->doc);
	nq_mark_init(&p->mark);
	nq_buf_grow(&p->chunk, CHUNK);
	nq_time_format((struct nq_time){nq_time_now().sec, 0}, &p->cap);
}

static void
fini(struct pump *p)
{
	nq_split_free(&p->lines_in);
	nq_split_free(&p->lines_out);
	nq_tally_free(&p->came);
	nq_tally_free(&p->went);
	nq_buf_free(&p->queue);
	nq_buf_free(&p->ready);
	nq_buf_free(&p->chunk);
	nq_buf_free(&p->high);
	nq_buf_free(&p->cap);
	nq_doc_free(&p->doc);
	nq_mark_free(&p->mark);
}

/* SIGCHLD is let in only while we wait, so that no end is missed between look and wait. */
static void
signals(sigset_t *unblocked)
{
	struct sigaction sa = {.sa_handler = ended};
	sigset_t chld;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGCHLD, &sa, NULL);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, unblocked);
	sigdelset(unblocked, SIGCHLD);
	signal(SIGPIPE, SIG_IGN);
}

int
nq_track_run(const struct nq_track *t, struct nq_err *err)
{
	bool producer = is_producer();
	struct pump p;
	sigset_t unblocked;
	int rc;

	init(&p, t, producer);
	signals(&unblocked);
	rc = nq_child_start(&p.child, t->argv, !producer, err);
	if (rc == 0)
		rc = run_loop(&p, &unblocked, err);
	rc = conclude(&p, producer, rc, err);
	fini(&p);
	return rc;
}

/* === operands ============================================================================== */

/* .updated_at or .id:numeric_id: what follows the last colon counts when it is a type. */
static int
parse_watermark(const char *text, struct nq_path *path, struct nq_track *t, struct nq_err *err)
{
	struct nq_err ignored = NQ_ERR_INIT;
	const char *colon = strrchr(text, ':');
	size_t n = strlen(text);

	t->type = NQ_CURSOR_TIMESTAMP;
	if (colon != NULL && nq_cursor_type_parse(nq_str(colon + 1), &t->type, &ignored) == 0)
		n = (size_t)(colon - text);
	t->path = path;
	t->path_text = text;
	return nq_path_parse(path, (struct nq_str){text, n}, err);
}

int
nq_track_operands(struct nq_track *t, char **operand, int n, bool dashes, struct nq_path *path,
    struct nq_err *err)
{
	if (dashes && n > 0) {
		t->argv = operand;
		return 0;
	}
	if (dashes || n < 3 || strcmp(operand[1], "--") != 0)
		return nq_err_set(err, NQ_USAGE,
		    "write '--' and the command: nq-cursor track [PATH[:TYPE]] -- COMMAND");
	t->argv = operand + 2;
	return parse_watermark(operand[0], path, t, err);
}
