#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/progress.h"
#include "base/secret.h"

static const char *const level_names[] = {"ERROR", "WARN", "INFO", "DEBUG"};

static struct {
	const char *tool, *run_id, *place;
	const char *odd_format, *odd_level; /* of the environment, until they are told */
	int level;
	bool json;
} log_state = {"nq", NULL, NULL, NULL, NULL, NQ_LOG_WARN, false};

static int
take_level(const char *name)
{
	for (int i = 0; i <= NQ_LOG_DEBUG; i++) {
		if (strcasecmp(name, level_names[i]) == 0) {
			log_state.level = i;
			return 0;
		}
	}
	return -1;
}

static int
take_format(const char *name)
{
	if (strcmp(name, "json") != 0 && strcmp(name, "text") != 0)
		return -1;
	log_state.json = strcmp(name, "json") == 0;
	return 0;
}

void
nq_log_open(const char *tool)
{
	const char *format = getenv("NQ_LOG"), *level = getenv("NQ_LOG_LEVEL");

	log_state.tool = tool;
	if (format != NULL && *format != '\0' && take_format(format) == -1)
		log_state.odd_format = format;
	if (level != NULL && *level != '\0' && take_level(level) == -1)
		log_state.odd_level = level;
}

static void
doubt(const char **value, const char *name, const char *accepted)
{
	if (*value == NULL)
		return;
	nq_log(NQ_LOG_WARN, NULL, "%s: '%s' has no effect: write %s", name, *value, accepted);
	unsetenv(name);
	*value = NULL;
}

void
nq_log_doubts(void)
{
	doubt(&log_state.odd_level, "NQ_LOG_LEVEL", "error, warn, info or debug");
	doubt(&log_state.odd_format, "NQ_LOG", "text or json");
}

int
nq_log_format(const char *name, struct nq_err *err)
{
	if (take_format(name) == 0)
		return 0;
	return nq_err_set(err, NQ_USAGE, "unknown log format '%s': write text or json", name);
}

void
nq_log_more(int steps)
{
	log_state.level += steps;
}

void
nq_log_run_id(const char *id)
{
	log_state.run_id = id;
}

const char *
nq_log_place(const char *place)
{
	const char *before = log_state.place;

	log_state.place = place;
	return before;
}

static bool
wants(enum nq_level level)
{
	return (int)level <= log_state.level;
}

const char *
nq_log_tool(void)
{
	return log_state.tool;
}

/* The length of the well-formed UTF-8 sequence of two to four bytes at s, or 0. */
static size_t
sequence(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* A byte that is not ASCII: whole sequences pass, but for the C1 controls. Returns bytes used. */
static size_t
add_wide(struct nq_buf *b, const char *s, size_t n, bool json)
{
	size_t len = sequence(s, n);

	if (len == 0)
		nq_buf_addf(b, json ? "\\\\x%02x" : "\\x%02x", (unsigned char)*s);
	else if (len == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0)
		nq_buf_addf(b, "\\u%04x", (unsigned char)s[1]);
	else
		nq_buf_add(b, s, len);
	return len == 0 ? 1 : len;
}

/* Text that comes from outside must not forge lines, drive the terminal or break the JSON. */
static void
add_printable(struct nq_buf *b, const char *s, size_t n, bool json)
{
	unsigned char c;

	for (size_t i = 0; i < n; i++) {
		c = (unsigned char)s[i];
		if (c >= 0x80)
			i += add_wide(b, s + i, n - i, json) - 1;
		else if (json && (c == '"' || c == '\\'))
			nq_buf_addf(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			nq_buf_addf(b, json ? "\\u%04x" : "\\x%02x", c);
		else
			nq_buf_addc(b, (char)c);
	}
}

static void
add_member(struct nq_buf *b, const char *name, const char *value)
{
	nq_buf_addf(b, ",\"%s\":", name);
	if (value == NULL) {
		nq_buf_adds(b, "null");
		return;
	}
	nq_buf_addc(b, '"');
	add_printable(b, value, strlen(value), true);
	nq_buf_addc(b, '"');
}

static void
format_json(struct nq_buf *b, enum nq_level level, const char *step, const struct nq_buf *msg)
{
	time_t now = time(NULL);
	struct tm tm;
	char ts[32];

	strftime(ts, sizeof(ts), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	nq_buf_addf(b, "{\"ts\":\"%s\"", ts);
	add_member(b, "level", level_names[level]);
	add_member(b, "tool", log_state.tool);
	add_member(b, "run_id", log_state.run_id);
	add_member(b, "step", step);
	add_member(b, "message", msg->data);
	nq_buf_adds(b, ",\"detail\":null}\n");
}

static void
format_text(struct nq_buf *b, enum nq_level level, const struct nq_buf *msg)
{
	time_t now = time(NULL);
	struct tm tm;
	char ts[32];

	strftime(ts, sizeof(ts), "%Y-%m-%d %H:%M:%S", gmtime_r(&now, &tm));
	nq_buf_addf(b, "%s UTC [%s] %s: ", ts, level_names[level], log_state.tool);
	add_printable(b, msg->data, msg->len, false);
	nq_buf_addc(b, '\n');
}

/* Messages are cut at NQ_MAX_MESSAGE, by nq_err_set() and here. */
static void
redact(struct nq_buf *msg)
{
	if (msg->len < NQ_MAX_MESSAGE - 1)
		nq_secret_redact(msg);
	else
		nq_secret_redact_cut(msg);
}

/* One write, so that lines of several stages do not mix. */
static void
put(struct nq_buf *line)
{
	nq_progress_hide();
	nq_io_write_all(STDERR_FILENO, line->data, line->len); /* nobody to tell that it failed */
}

static void
say(enum nq_level level, const char *step, struct nq_buf *msg)
{
	struct nq_buf line = NQ_BUF_INIT;

	redact(msg);
	if (log_state.json)
		format_json(&line, level, step, msg);
	else
		format_text(&line, level, msg);
	put(&line);
	nq_buf_free(&line);
}

void
nq_log(enum nq_level level, const char *step, const char *fmt, ...)
{
	struct nq_buf msg = NQ_BUF_INIT;
	char text[NQ_MAX_MESSAGE];
	va_list ap;

	if (!wants(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (log_state.place != NULL)
		nq_buf_addf(&msg, "%s: ", log_state.place);
	nq_buf_adds(&msg, text);
	say(level, step, &msg);
	nq_buf_free(&msg);
}

/* Configuration errors may bring a source line and a caret: their line feeds are ours. */
static void
say_plainly(struct nq_buf *msg)
{
	struct nq_buf line = NQ_BUF_INIT;
	const char *p = msg->data, *nl;

	redact(msg);
	nq_buf_addf(&line, "%s: ", log_state.tool);
	while ((nl = strchr(p, '\n')) != NULL) {
		add_printable(&line, p, (size_t)(nl - p), false);
		nq_buf_addc(&line, '\n');
		p = nl + 1;
	}
	add_printable(&line, p, strlen(p), false);
	nq_buf_addc(&line, '\n');
	put(&line);
	nq_buf_free(&line);
}

enum nq_status
nq_log_failure(const struct nq_err *err)
{
	struct nq_buf msg = NQ_BUF_INIT;

	nq_buf_adds(&msg, err->msg);
	if (err->status == NQ_USAGE && !log_state.json)
		say_plainly(&msg);
	else
		say(NQ_LOG_ERROR, NULL, &msg);
	nq_buf_free(&msg);
	return err->status == NQ_OK ? NQ_FAIL : err->status;
}

enum nq_status
nq_log_faults(const struct nq_faults *f)
{
	struct nq_err rest = NQ_ERR_INIT;

	for (size_t i = 0; i < f->n; i++)
		nq_log_failure(&f->v[i]);
	if (f->more > 0) {
		nq_err_set(&rest, NQ_USAGE, "and %zu more", f->more);
		nq_log_failure(&rest);
	}
	return NQ_USAGE;
}

void
nq_log_try_help(const char *command)
{
	if (!log_state.json)
		fprintf(stderr, "try '%s --help'\n", command);
}
