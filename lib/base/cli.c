#include "base/cli.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"

#ifndef NQ_VERSION
#define NQ_VERSION "unknown"
#endif

enum { LONG_BASE = 256 };

static int verbose;
static const char *log_format;
static bool want_help, want_version;

static const struct nq_opt common[] = {
    {"verbose", 'v', NULL, NQ_OPT_COUNT, &verbose, "say what is done; twice: in detail"},
    {"log", 0, "FORMAT", NQ_OPT_STR, &log_format, "write log lines as text (default) or json"},
    {"help", 'h', NULL, NQ_OPT_FLAG, &want_help, "print this help and exit"},
    {"version", 0, NULL, NQ_OPT_FLAG, &want_version, "print the version and exit"},
    {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL},
};

void
nq_cli_begin(const char *tool)
{
	int fd;

	signal(SIGPIPE, SIG_DFL);
	do {
		fd = open("/dev/null", O_RDONLY); /* so that writing to a closed one fails */
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	nq_log_open(tool);
}

void
nq_list_add(struct nq_list *l, const char *s)
{
	l->v = nq_reallocarray(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = s;
}

void
nq_list_free(struct nq_list *l)
{
	free(l->v);
	l->v = NULL;
	l->n = 0;
}

void
nq_list_free_texts(struct nq_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free((void *)(uintptr_t)l->v[i]);
	nq_list_free(l);
}

void
nq_cli_free(const struct nq_cli *cli)
{
	for (const struct nq_opt *o = cli->opts; o->name != NULL; o++)
		if (o->type == NQ_OPT_LIST)
			nq_list_free(o->dest);
}

int
nq_cli_number(const char *s, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return -1;
	errno = 0;
	*out = strtoull(s, &end, 10);
	return errno == 0 && *end == '\0' ? 0 : -1;
}

int
nq_cli_size(const char *s, uint64_t *out)
{
	static const char units[] = "kMG";
	const char *unit;
	char digits[32];
	size_t n = strspn(s, "0123456789");
	unsigned shift = 0;

	if (n == 0 || n >= sizeof(digits))
		return -1;
	memcpy(digits, s, n);
	digits[n] = '\0';
	if (s[n] != '\0') {
		unit = strchr(units, s[n]);
		if (unit == NULL || s[n + 1] != '\0')
			return -1;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (nq_cli_number(digits, out) == -1 || *out > UINT64_MAX >> shift)
		return -1;
	*out <<= shift;
	return 0;
}

/* Whole and fractional part of a decimal number in thousandths of unit milliseconds. */
static int
scaled(const char *s, size_t n, int64_t unit, int64_t *out)
{
	int64_t v = 0, place = unit;
	bool point = false;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.') {
			point = true;
			continue;
		}
		if (point) {
			place /= 10;
			v += (s[i] - '0') * place;
		} else if (v > INT64_MAX / 20 / unit * unit) {
			return -1;
		} else {
			v = v * 10 + (s[i] - '0') * unit;
		}
	}
	*out = v;
	return 0;
}

int
nq_cli_duration(const char *s, int64_t *out)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
	    {"d", 86400000}, {"w", 604800000}};
	size_t n = strspn(s, "0123456789");

	if (n == 0)
		return -1;
	if (s[n] == '.')
		n += 1 + strspn(s + n + 1, "0123456789");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(s + n, units[i].name) == 0)
			return scaled(s, n, units[i].ms, out);
	return -1;
}

static int
bad_value(const struct nq_opt *o, const char *value, const char *want, struct nq_err *err)
{
	return nq_err_set(err, NQ_USAGE, "option '--%s': '%s' is not %s", o->name, value, want);
}

static int
store(const struct nq_opt *o, const char *value, struct nq_err *err)
{
	switch (o->type) {
	case NQ_OPT_FLAG:
		*(bool *)o->dest = true;
		return 0;
	case NQ_OPT_COUNT:
		++*(int *)o->dest;
		return 0;
	case NQ_OPT_STR:
		*(const char **)o->dest = value;
		return 0;
	case NQ_OPT_LIST:
		nq_list_add(o->dest, value);
		return 0;
	case NQ_OPT_NUMBER:
		if (nq_cli_number(value, o->dest) == 0)
			return 0;
		return bad_value(o, value, "a whole number", err);
	case NQ_OPT_SIZE:
		if (nq_cli_size(value, o->dest) == 0)
			return 0;
		return bad_value(o, value, "a size: write 500k, 16M or 4G", err);
	case NQ_OPT_SECONDS:
		if (nq_cli_duration(value, o->dest) == 0)
			return 0;
		return bad_value(o, value, "a duration: write 30, 0.5, 250ms, 5m, 12h or 7d", err);
	}
	return -1;
}

/* getopt_long(3) wants its own tables; ours are joined with the common one. */
struct joined {
	const struct nq_opt **opts;
	struct option *longs;
	struct nq_buf shorts;
	size_t n;
};

static void
join(struct joined *j, const struct nq_opt *table)
{
	for (const struct nq_opt *o = table; o->name != NULL; o++) {
		j->opts = nq_reallocarray(j->opts, j->n + 1, sizeof(*j->opts));
		j->longs = nq_reallocarray(j->longs, j->n + 2, sizeof(*j->longs));
		j->opts[j->n] = o;
		j->longs[j->n] = (struct option){o->name,
		    o->arg != NULL ? required_argument : no_argument, NULL, LONG_BASE + (int)j->n};
		j->longs[++j->n] = (struct option){NULL, 0, NULL, 0};
		if (o->letter != '\0') {
			nq_buf_addc(&j->shorts, o->letter);
			nq_buf_adds(&j->shorts, o->arg != NULL ? ":" : "");
		}
	}
}

static const struct nq_opt *
chosen(const struct joined *j, int c)
{
	if (c >= LONG_BASE)
		return j->opts[c - LONG_BASE];
	for (size_t i = 0; i < j->n; i++)
		if (j->opts[i]->letter == c)
			return j->opts[i];
	return NULL;
}

/* Of an unknown letter getopt_long(3) tells the letter, of an unknown long name nothing. */
static int
unknown(const struct joined *j, const char *word, struct nq_err *err)
{
	const char **names, *near, *eq = strchr(word, '=');
	char *name;

	if (optopt != 0)
		return nq_err_set(err, NQ_USAGE, "unknown option '-%c'", optopt);
	names = nq_calloc(j->n + 1, sizeof(*names));
	for (size_t i = 0; i < j->n; i++)
		names[i] = j->opts[i]->name;
	name = nq_strndup(word + 2, eq != NULL ? (size_t)(eq - word - 2) : strlen(word + 2));
	near = nq_str_nearest(name, names);
	if (near != NULL)
		nq_err_set(
		    err, NQ_USAGE, "unknown option '--%s', did you mean '--%s'?", name, near);
	else
		nq_err_set(err, NQ_USAGE, "unknown option '--%s'", name);
	free(name);
	free(names);
	return -1;
}

static int
misuse(const struct joined *j, int c, char **argv, struct nq_err *err)
{
	const struct nq_opt *o = chosen(j, optopt);

	if (c == ':' && o != NULL)
		return nq_err_set(
		    err, NQ_USAGE, "option '--%s' needs a value: %s", o->name, o->arg);
	if (o != NULL && optopt >= LONG_BASE)
		return nq_err_set(err, NQ_USAGE, "option '--%s' takes no value", o->name);
	return unknown(j, argv[optind - 1], err);
}

static int
walk(const struct joined *j, int argc, char **argv, struct nq_err *err)
{
	int c;

	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, j->shorts.data, j->longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return misuse(j, c, argv, err);
		if (store(chosen(j, c), optarg, err) == -1)
			return -1;
	}
	return optind;
}

/* Columns on a terminal: bytes of UTF-8 that go on a character take none. */
static int
width(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void
help_table(const struct nq_opt *table)
{
	char left[64];

	for (const struct nq_opt *o = table; o->name != NULL; o++) {
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", o->letter != '\0' ? '-' : ' ',
		    o->letter != '\0' ? o->letter : ' ', o->letter != '\0' ? "," : " ", o->name,
		    o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
		if (width(left) > 31)
			printf("  %s\n  %31s %s\n", left, "", o->help);
		else
			printf("  %s%*s %s\n", left, 31 - width(left), "", o->help);
	}
}

/* The length of the program's name in tool, which may name a verb behind it. */
static int
program_name(const struct nq_cli *cli)
{
	return (int)strcspn(cli->tool, " ");
}

static void
help(const struct nq_cli *cli)
{
	printf("usage: %s\n\n%s\n\n", cli->usage, cli->about);
	help_table(cli->opts);
	help_table(common);
	printf("\nThe manual: man %.*s\n", program_name(cli), cli->tool);
}

int
nq_cli_parse(const struct nq_cli *cli, int argc, char **argv, struct nq_err *err)
{
	struct joined j = {NULL, NULL, NQ_BUF_INIT, 0};
	struct nq_err other = NQ_ERR_INIT; /* the first fault is the one to tell */
	int first;

	nq_buf_adds(&j.shorts, cli->stop_at_operand ? "+:" : ":");
	join(&j, cli->opts);
	join(&j, common);
	first = walk(&j, argc, argv, err);
	free(j.opts);
	free(j.longs);
	nq_buf_free(&j.shorts);
	nq_log_more(verbose);
	verbose = 0; /* a verb's own options are parsed in a second call */
	if (log_format != NULL && nq_log_format(log_format, first >= 0 ? err : &other) == -1)
		return -1;
	if (first >= 0 && want_help)
		help(cli);
	else if (first >= 0 && want_version)
		printf("%.*s %s\n", program_name(cli), cli->tool, NQ_VERSION);
	else
		return first;
	return -2;
}

enum nq_status
nq_cli_usage_error(const struct nq_cli *cli, const struct nq_err *err)
{
	nq_log_failure(err);
	nq_log_try_help(cli->tool);
	return NQ_USAGE;
}

enum nq_status
nq_cli_finish(enum nq_status status)
{
	struct nq_err err = NQ_ERR_INIT;
	int bad = ferror(stdout);

	if ((fclose(stdout) == 0 && bad == 0) || (status != NQ_OK && status != NQ_PARTIAL))
		return status; /* a tool that failed has said why */
	nq_err_set(&err, NQ_FAIL, "cannot write standard output:");
	nq_log_failure(&err);
	return NQ_FAIL;
}
