#include "base/progress.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

enum { TICK_MS = 100, PLAIN_TICK_MS = 1000, WINDOW_MS = 2000, WIDEST = 256, NARROW = 80 };

/* Read by the signal handler too, hence volatile and without pointers to what may go away. */
static volatile struct {
	bool open, draws, in_place, colour, shown;
	int64_t began_ns, drawn_ns;
	uint64_t pages, records, total, bytes;
	int64_t window_ns; /* bytes a second are told of the time since then */
	uint64_t window_bytes;
	int64_t last_ns; /* and of the window before it, while this one is short */
	uint64_t last_bytes;
	int64_t wait_until_ns; /* 0: it does not wait */
	char why[48], tool[24];
} state;

/* A line that is built without library functions: a signal handler may call few of them. */
struct line {
	char text[WIDEST];
	size_t n;
};

static void
add_text(struct line *l, const volatile char *s)
{
	while (*s != '\0' && l->n < sizeof(l->text))
		l->text[l->n++] = *s++;
}

static void
add_number(struct line *l, uint64_t v, size_t least)
{
	char digits[24];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0 || n < least);
	while (n > 0 && l->n < sizeof(l->text))
		l->text[l->n++] = digits[--n];
}

/* 1:02:03 or 4:05 */
static void
add_time(struct line *l, uint64_t s)
{
	if (s >= 3600) {
		add_number(l, s / 3600, 1);
		add_text(l, ":");
	}
	add_number(l, s / 60 % 60, s >= 3600 ? 2 : 1);
	add_text(l, ":");
	add_number(l, s % 60, 2);
}

/* Three digits or so: 950 B, 9.5 kB, 95 MB. */
static void
add_size(struct line *l, uint64_t v)
{
	static const char *const units[] = {" B", " kB", " MB", " GB", " TB", " PB", " EB"};
	size_t u = 0;
	uint64_t rest = 0;

	for (; v >= 1000; v /= 1000, u++)
		rest = v % 1000;
	add_number(l, v, 1);
	if (u > 0 && v < 10) {
		add_text(l, ".");
		add_number(l, rest / 100, 1);
	}
	add_text(l, units[u]);
}

static uint64_t
bytes_a_second(int64_t now)
{
	bool young = now - state.window_ns < WINDOW_MS / 2 * (NQ_NS_PER_S / 1000);
	int64_t since = young ? state.last_ns : state.window_ns;
	uint64_t bytes = state.bytes - (young ? state.last_bytes : state.window_bytes);
	uint64_t ms = (uint64_t)(now - since) / 1000000;

	return ms > 0 ? bytes * 1000 / ms : 0;
}

static void
add_share(struct line *l, int64_t now)
{
	uint64_t ms = (uint64_t)(now - state.began_ns) / 1000000;

	if (state.total == 0 || state.records == 0 || state.records > state.total)
		return;
	add_text(l, ", ");
	add_number(l, state.records * 100 / state.total, 1);
	add_text(l, "% of ");
	add_number(l, state.total, 1);
	add_text(l, ", ");
	add_time(l, (state.total - state.records) * ms / state.records / 1000);
	add_text(l, " left");
}

static void
compose(struct line *l, bool colour)
{
	int64_t now = nq_clock_ns(), left = state.wait_until_ns - now;

	add_text(l, state.tool);
	add_text(l, ": ");
	add_number(l, state.pages, 1);
	add_text(l, state.pages == 1 ? " page, " : " pages, ");
	add_number(l, state.records, 1);
	add_text(l, state.records == 1 ? " record, " : " records, ");
	if (state.wait_until_ns == 0) {
		add_size(l, bytes_a_second(now));
		add_text(l, "/s");
		add_share(l, now);
		return;
	}
	add_text(l, colour ? "\033[33m" : "");
	add_text(l, "waiting ");
	add_time(l, left > 0 ? (uint64_t)((left + NQ_NS_PER_S - 1) / NQ_NS_PER_S) : 0);
	add_text(l, " (");
	add_text(l, state.why);
	add_text(l, ")");
	add_text(l, colour ? "\033[0m" : "");
}

static void
put(const char *p, size_t n)
{
	nq_io_write_all(STDERR_FILENO, p, n); /* which a signal handler may call */
}

static void
on_signal(int sig)
{
	int saved = errno;
	struct line l = {"", 0};

	(void)sig;
	add_text(&l, state.shown ? "\r\033[K" : "");
	state.shown = false;
	compose(&l, false);
	if (l.n == sizeof(l.text))
		l.n--;
	add_text(&l, "\n");
	put(l.text, l.n);
	errno = saved;
}

/* A signal that ends the tool ends it all the same, but leaves no half line behind. */
static void
on_end(int sig)
{
	nq_progress_hide();
	raise(sig);
}

static int
catch_signals(struct nq_err *err)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction sa, old;

	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_signal;
	sa.sa_flags = SA_RESTART;
	if (sigaction(SIGUSR1, &sa, NULL) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot take SIGUSR1:");
	sa.sa_handler = on_end;
	sa.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
	for (size_t i = 0; state.draws && state.in_place && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(ends[i], &sa, NULL);
	return 0;
}

/* Where a person sees it, and nothing else is written to the same place. */
static bool
is_looked_at(void)
{
	const char *term = getenv("TERM");
	struct stat out, diag;

	if (isatty(STDERR_FILENO) == 0 || term == NULL || strcmp(term, "dumb") == 0)
		return false;
	if (fstat(STDERR_FILENO, &diag) == -1 || fstat(STDOUT_FILENO, &out) == -1)
		return false;
	return isatty(STDOUT_FILENO) == 0 || out.st_rdev != diag.st_rdev;
}

static void
copy(volatile char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; n + 1 < size && from[n] >= ' ' && from[n] < 0x7f; n++)
		to[n] = from[n];
	to[n] = '\0';
}

int
nq_progress_open(const char *tool, const char *when, struct nq_err *err)
{
	const char *no_colour = getenv("NO_COLOR");

	if (strcmp(when, "never") != 0 && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0)
		return nq_err_set(
		    err, NQ_USAGE, "--progress: write never, auto or always, not '%s'", when);
	copy(state.tool, sizeof(state.tool), tool);
	state.draws = strcmp(when, "always") == 0 || (strcmp(when, "auto") == 0 && is_looked_at());
	state.in_place = isatty(STDERR_FILENO) == 1;
	state.colour = state.in_place && (no_colour == NULL || *no_colour == '\0');
	state.began_ns = state.drawn_ns = state.window_ns = state.last_ns = nq_clock_ns();
	state.open = true;
	return catch_signals(err);
}

void
nq_progress_page(uint64_t pages, uint64_t records, uint64_t total)
{
	state.pages = pages;
	state.records = records;
	state.total = total;
	nq_progress_tick();
}

void
nq_progress_bytes(uint64_t more)
{
	int64_t now;

	if (!state.open)
		return;
	state.bytes += more;
	now = nq_clock_ns();
	if (now - state.window_ns < WINDOW_MS * (NQ_NS_PER_S / 1000)) {
		nq_progress_tick();
		return;
	}
	state.last_ns = state.window_ns;
	state.last_bytes = state.window_bytes;
	state.window_ns = now;
	state.window_bytes = state.bytes;
	nq_progress_tick();
}

void
nq_progress_waits(const char *why, int64_t ms)
{
	state.wait_until_ns = 0;
	if (why == NULL)
		return;
	copy(state.why, sizeof(state.why), why);
	state.wait_until_ns = nq_clock_ns() + ms * 1000000;
	nq_progress_tick();
}

static size_t
columns(void)
{
	struct winsize ws;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == -1 || ws.ws_col == 0)
		return NARROW;
	return ws.ws_col < WIDEST / 2 ? ws.ws_col : WIDEST / 2;
}

/* One line that does not wrap: what wraps cannot be taken away again. */
static void
draw_in_place(void)
{
	struct line l = {"", 0}, all = {"", 0};
	size_t most = columns() - 1;

	compose(&l, false);
	if (l.n <= most && state.colour) {
		l.n = 0;
		compose(&l, true);
	} else if (l.n > most) {
		l.n = most;
	}
	add_text(&all, "\r");
	memcpy(all.text + all.n, l.text, l.n < sizeof(all.text) - 8 ? l.n : sizeof(all.text) - 8);
	all.n += l.n < sizeof(all.text) - 8 ? l.n : sizeof(all.text) - 8;
	add_text(&all, "\033[K");
	put(all.text, all.n);
	state.shown = true;
}

static void
draw_plainly(void)
{
	struct line l = {"", 0};

	compose(&l, false);
	add_text(&l, "\n");
	put(l.text, l.n);
}

void
nq_progress_tick(void)
{
	int64_t now, gap = state.in_place ? TICK_MS : PLAIN_TICK_MS;

	if (!state.draws)
		return;
	now = nq_clock_ns();
	if (now - state.drawn_ns < gap * (NQ_NS_PER_S / 1000))
		return;
	state.drawn_ns = now;
	if (state.in_place)
		draw_in_place();
	else
		draw_plainly();
}

void
nq_progress_hide(void)
{
	if (state.shown)
		put("\r\033[K", 4);
	state.shown = false;
}

void
nq_progress_close(void)
{
	state.draws = false;
	nq_progress_hide();
}
