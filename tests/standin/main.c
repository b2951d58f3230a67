/*
 * The stand-in: an HTTP server that plays Acme (where suppliers come from) and
 * Nuntiq (where they go), and breaks in any way that a test asks for. It
 * shares no line with the tools it judges.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "acme.h"
#include "conf.h"
#include "faults.h"
#include "ingest.h"
#include "nuntiq_delta.h"
#include "nuntiq_supplier.h"
#include "oauth.h"
#include "reqlog.h"
#include "server.h"

struct conf conf = {
    .bind_addr = "127.0.0.1",
    .token = "test-bearer-token-here",
    .job_token = "job-token-here",
    .admin_token = "admin-token-here",
    .customer_number = "10000001",
    .suppliers = 500,
    .max_per_page = 200,
    .age_days = 30,
    .newest_age = 60,
    .seed = 1,
};

enum opt_type { OPT_TEXT, OPT_NUMBER, OPT_FLAG, OPT_PAIR };

static const struct opt {
	const char *name, *argument, *help;
	enum opt_type type;
	void *to, *to2;
	long min, max;
} opts[] = {
#define TEXT(name, field, argument, help)                               \
	{                                                               \
		name, argument, help, OPT_TEXT, &conf.field, NULL, 0, 0 \
	}
#define NUMBER(name, field, min, max, argument, help)                         \
	{                                                                     \
		name, argument, help, OPT_NUMBER, &conf.field, NULL, min, max \
	}
#define FLAG(name, field, help)                                     \
	{                                                           \
		name, NULL, help, OPT_FLAG, &conf.field, NULL, 0, 0 \
	}
#define PAIR(name, field, field2, argument, help)                               \
	{                                                                       \
		name, argument, help, OPT_PAIR, &conf.field, &conf.field2, 0, 0 \
	}
    TEXT("--port-file", port_file, "FILE", "write the port there when ready"),
    NUMBER("--port", port, 0, 65535, "PORT", "listen there; 0, the default, is any free one"),
    TEXT("--bind", bind_addr, "ADDR", "listen on this address (127.0.0.1)"),
    PAIR("--tls", tls_cert, tls_key, "CERT KEY", "speak https with these PEM files"),
    TEXT("--client-ca", client_ca, "FILE", "and answer 403 without a certificate by this PEM CA"),
    FLAG("--exit-with-parent", exit_with_parent, "end when the parent process ends"),
    TEXT("--log", log_file, "FILE", "append one JSON line for each request"),
    FLAG("--log-bodies", log_bodies, "with the request bodies"),
    FLAG("--gzip", gzip, "gzip the answers to those who accept it"),
    TEXT("--data-dir", data_dir, "DIR", "serve its files under /files/"),
    NUMBER("--suppliers", suppliers, 0, 10000000, "N", "Acme has so many (500)"),
    NUMBER("--seed", seed, 0, 1000000000, "S", "Acme's data and the dice of faults (1)"),
    NUMBER("--age-days", age_days, 0, 36500, "D", "Acme's data changed over so many days (30)"),
    NUMBER("--newest-age", newest_age, 0, 1000000000, "S", "the newest so many seconds ago (60)"),
    NUMBER("--max-per-page", max_per_page, 1, 100000, "N", "Acme caps per_page there (200)"),
    TEXT("--token", token, "T", "Acme's bearer token (test-bearer-token-here)"),
    FLAG("--oauth", oauth, "there only tokens of /oauth/token; Nuntiq takes them as well"),
    TEXT("--job-token", job_token, "T", "Nuntiq's job token (job-token-here)"),
    TEXT("--admin-token", admin_token, "T", "Nuntiq's token that may reset (admin-token-here)"),
    FLAG("--job-token-may-reset", job_token_may_reset, "as may the job token"),
    TEXT("--customer-number", customer_number, "C", "Nuntiq's X-Customer-Number (10000001)"),
    TEXT("--nuntiq-envelope", nuntiq_envelope, "NAME", "take {NAME: [...]} only; array: bare ones"),
    FLAG("--begin-small", begin_small, "begin answers lower_bound_cursor, not the row"),
};

#define NOPTS (sizeof(opts) / sizeof(opts[0]))

static void
help(void)
{
	char left[64];

	printf("usage: standin [options]\n");
	for (size_t i = 0; i < NOPTS; i++) {
		snprintf(left, sizeof(left), "%s %s", opts[i].name,
		    opts[i].argument != NULL ? opts[i].argument : "");
		printf("  %-24s %s\n", left, opts[i].help);
	}
	exit(0);
}

static void
set_number(const struct opt *o, const char *text)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < o->min || v > o->max)
		errx(2, "%s takes a number from %ld to %ld, not '%s'", o->name, o->min, o->max,
		    text);
	*(long *)o->to = v;
}

/* Sets one option; the number of arguments it used up. */
static int
set_option(const struct opt *o, char **arg, int left)
{
	int takes = o->type == OPT_PAIR ? 2 : o->type != OPT_FLAG;

	if (left < takes)
		errx(2, "%s needs %s", o->name, o->argument);
	if (o->type == OPT_FLAG)
		*(bool *)o->to = true;
	else if (o->type == OPT_NUMBER)
		set_number(o, arg[0]);
	else
		*(const char **)o->to = arg[0];
	if (o->type == OPT_PAIR)
		*(const char **)o->to2 = arg[1];
	return takes;
}

static void
parse(int argc, char **argv)
{
	size_t o;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			help();
		for (o = 0; o < NOPTS; o++)
			if (strcmp(argv[i], opts[o].name) == 0)
				break;
		if (o == NOPTS)
			errx(2, "unknown option '%s', try --help", argv[i]);
		i += set_option(&opts[o], argv + i + 1, argc - i - 1);
	}
}

/* If the parent is gone already, the kernel will never tell us. */
static void
follow_parent(pid_t parent)
{
	if (!conf.exit_with_parent)
		return;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) == -1)
		err(1, "prctl");
	if (getppid() != parent)
		exit(0);
}

int
main(int argc, char **argv)
{
	pid_t parent = getppid();

	parse(argc, argv);
	follow_parent(parent);
	reqlog_open(conf.log_file);
	acme_open();
	server_run();
	acme_close();
	supplier_close();
	ingest_close();
	delta_close();
	oauth_close();
	return 0;
}
