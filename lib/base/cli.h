#ifndef NQ_BASE_CLI_H
#define NQ_BASE_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Command lines by one table: it parses (getopt_long(3)), prints --help, and a test compares it
 * with the manual. Every tool has --help, --version, -v and --log without asking.
 */

enum nq_opt_type {
	NQ_OPT_FLAG,	/* bool *: set to true */
	NQ_OPT_COUNT,	/* int *: one more each time */
	NQ_OPT_STR,	/* const char ** into argv */
	NQ_OPT_LIST,	/* struct nq_list *: each use adds one */
	NQ_OPT_NUMBER,	/* uint64_t *: a whole number */
	NQ_OPT_SIZE,	/* uint64_t *: bytes, with k, M or G for powers of 1024 */
	NQ_OPT_SECONDS, /* int64_t *, in milliseconds: 2, 0.5, 250ms, 5m, 12h, 7d; bare is seconds
			 */
};

struct nq_opt {
	const char *name; /* long name, without dashes; NULL ends the table */
	char letter;	  /* short name or 0 */
	const char *arg;  /* what --help calls the argument, NULL for none */
	enum nq_opt_type type;
	void *dest;
	const char *help; /* one line, lower case, no full stop */
};

struct nq_list {
	const char **v;
	size_t n;
};

struct nq_cli {
	const char *tool;  /* the program, or program and verb: "nq-cursor begin" */
	const char *usage; /* lines after "usage: ", each starting with the tool's name */
	const char *about; /* one sentence */
	const struct nq_opt *opts;
	bool stop_at_operand; /* the first operand ends the options, as for a command to run */
};

/*
 * Call first in main(): restores the default action of SIGPIPE, which a parent may have left
 * ignored, opens the descriptors 0 to 2 if they are closed, and sets up the log.
 */
void nq_cli_begin(const char *tool);

/*
 * Parses. Returns the index of the first operand; -1 and a usage error; or -2 when --help or
 * --version was asked for and printed. Lists grow by nq_realloc, freed by nq_list_free() or, all of
 * the table, by nq_cli_free().
 */
int nq_cli_parse(const struct nq_cli *, int argc, char **argv, struct nq_err *);
void nq_cli_free(const struct nq_cli *);

/* The usage error in full: the message, then "try 'nq-x --help'". Returns NQ_USAGE. */
enum nq_status nq_cli_usage_error(const struct nq_cli *, const struct nq_err *);

/*
 * Call last in main(): stdout is data, and its failure is one. Returns status, or NQ_FAIL with a
 * message when what was written did not get out.
 */
enum nq_status nq_cli_finish(enum nq_status);

void nq_list_add(struct nq_list *, const char *);
void nq_list_free(struct nq_list *);
void nq_list_free_texts(struct nq_list *); /* and what is in it */

/* The readers behind the types, for values that stand inside an argument. */
int nq_cli_number(const char *, uint64_t *);  /* -1: not a whole number */
int nq_cli_size(const char *, uint64_t *);    /* -1: not a size */
int nq_cli_duration(const char *, int64_t *); /* milliseconds; -1: not a duration */

#endif
