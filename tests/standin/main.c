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
#include "nuntiq_delta.h"
#include "nuntiq_supplier.h"
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
    {"--port-file",	    "FILE",	    "write the port there when ready",		       OPT_TEXT,	 &conf.port_file,		  NULL, 0,
	0																		   },
    {"--port",		"PORT",     "listen there; 0, the default, is any free one",	OPT_NUMBER, &conf.port,
	NULL,																  0, 65535     },
    {"--bind",		"ADDR",     "listen on this address (127.0.0.1)",		     OPT_TEXT,   &conf.bind_addr,		NULL, 0, 0	  },
    {"--tls",		 "CERT KEY", "speak https with these PEM files",		      OPT_PAIR,	&conf.tls_cert,
	&conf.tls_key,															 0, 0	   },
    {"--exit-with-parent",	   NULL,	 "end when the parent process ends",		     OPT_FLAG,
	&conf.exit_with_parent,													  NULL, 0, 0	  },
    {"--log",		 "FILE",     "append one JSON line for each request",	       OPT_TEXT,	 &conf.log_file,		 NULL, 0,
	0																		   },
    {"--log-bodies",	     NULL,	   "with the request bodies",			      OPT_FLAG,	&conf.log_bodies,	  NULL, 0, 0	    },
    {"--gzip",		NULL,	     "gzip the answers to those who accept it",		OPT_FLAG,	  &conf.gzip,		      NULL, 0, 0		},
    {"--data-dir",		   "DIR",	  "serve its files under /files/",			   OPT_TEXT,   &conf.data_dir,	     NULL, 0, 0	       },
    {"--suppliers",	    "N",	 "Acme has so many (500)",				   OPT_NUMBER, &conf.suppliers,		NULL, 0, 10000000	 },
    {"--seed",		"S",	    "Acme's data and the dice of faults (1)",	      OPT_NUMBER, &conf.seed,		      NULL, 0,
	1000000000																	  },
    {"--age-days",		   "D",	"Acme's data changed over so many days (30)",	      OPT_NUMBER, &conf.age_days,
	NULL,																  0, 36500     },
    {"--newest-age",	     "S",	  "the newest of it so many seconds ago (60)",	       OPT_NUMBER, &conf.newest_age,
	NULL,																  0, 1000000000},
    {"--max-per-page",	       "N",	    "Acme caps per_page there (200)",		      OPT_NUMBER, &conf.max_per_page,	      NULL,
	1,																	100000	 },
    {"--token",		"T",	     "Acme's bearer token (test-bearer-token-here)",	     OPT_TEXT,   &conf.token,		    NULL, 0,
	0																		   },
    {"--job-token",	    "T",	 "Nuntiq's job token (job-token-here)",		OPT_TEXT,	  &conf.job_token,	   NULL, 0,
	0																		   },
    {"--admin-token",	      "T",	   "Nuntiq's token that may reset (admin-token-here)",  OPT_TEXT,
	&conf.admin_token,													       NULL, 0, 0	     },
    {"--job-token-may-reset", NULL,	    "as may the job token",				    OPT_FLAG,   &conf.job_token_may_reset,
	NULL,																  0, 0	  },
    {"--customer-number",	  "C",	       "Nuntiq's X-Customer-Number (10000001)",		OPT_TEXT,
	&conf.customer_number,													   NULL, 0, 0	 },
    {"--nuntiq-envelope",	  "NAME",	  "bodies must be {NAME: [...]}; array: a bare array", OPT_TEXT,
	&conf.nuntiq_envelope,													   NULL, 0, 0	 },
    {"--begin-small",	      NULL,	    "begin answers lower_bound_cursor, not the row",     OPT_FLAG,
	&conf.begin_small,													       NULL, 0, 0	     },
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
	delta_close();
	return 0;
}
