/*
 * nq-cursor: the delta state of a stream, and the runs that move it. One table of verbs, each with
 * an option table of its own; the verbs are in tools/cursor/, their rules in lib/state/run.h.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"
#include "cursor/cursor.h"
#include "json/settings.h"
#include "state/show.h"

struct nq_cursor_options o = {.max_line = NQ_MAX_LINE, .watermark_null = "fail", .ended = -1};

/* === the tables ============================================================================ */

/* Rows are easier to read as rows. */
/* clang-format off */
#define STATE {"state", 'S', "WHERE", NQ_OPT_STR, &o.store.where, \
	"a directory, postgresql://… or nuntiq:URL ($NQ_STATE)"}
#define FIELD {"field", 'F', "NAME", NQ_OPT_LIST, &o.fields, \
	"print this value instead of the row, a line each (repeat)"}
#define TYPE {"cursor-type", 't', "TYPE", NQ_OPT_STR, &o.cursor_type, \
	"timestamp_utc, numeric_id or opaque_token"}
#define RUN {"run", 'r', "ID", NQ_OPT_STR, &o.run, "the run, as begin named it"}
#define END {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL}

static const struct nq_opt opts_main[] = {STATE,
	{"auth", 0, "KIND=REF", NQ_OPT_STR, &o.store.auth.spec, "nuntiq: bearer= or header:N="},
	{"customer-number", 0, "REF", NQ_OPT_STR, &o.store.customer_number,
	    "nuntiq: the X-Customer-Number (else that of --settings)"},
	{"header", 'H', "'NAME: VALUE'", NQ_OPT_LIST, &o.store.headers,
	    "nuntiq: add a header to each request"},
	{"settings", 0, "FILE", NQ_OPT_STR, &o.store.settings,
	    "take ${secrets.x}, ${config.x} and ${job_params.x} from it"},
	{"env-file", 0, "FILE", NQ_OPT_STR, &o.store.env_file,
	    "take ${NAME} from it where the environment has none"},
	{"var", 0, "NAME=VALUE", NQ_OPT_LIST, &o.store.vars, "the value of ${var.NAME}"},
	NQ_HTTP_OPTS(&o.store.http), END};
static const struct nq_opt opts_state[] = {STATE, END};
static const struct nq_opt opts_get[] = {STATE, FIELD, END};
static const struct nq_opt opts_begin[] = {STATE, FIELD, TYPE,
	{"since", 's', "VALUE", NQ_OPT_STR, &o.since, "begin here instead (-7d: so long before now)"},
	{"initial", 'i', "VALUE", NQ_OPT_STR, &o.initial, "begin a first run here (-7d: likewise)"},
	{"lag", 'l', "TIME", NQ_OPT_SECONDS, &o.lag_ms, "begin so long before the committed cursor"},
	{"destination", 'd', "TEXT", NQ_OPT_STR, &o.destination,
	    "where the records go, as nq-load --probe tells it"},
	{"destination-missing", 0, NULL, NQ_OPT_FLAG, &o.missing, "its table is not there"},
	{"full", 0, NULL, NQ_OPT_FLAG, &o.full, "no lower bound; a new destination is welcome"}, END};
static const struct nq_opt opts_complete[] = {STATE, FIELD, RUN,
	{"cursor", 'c', "VALUE", NQ_OPT_STR, &o.cursor, "commit this one; no receipt is read"},
	{"records", 'n', "N", NQ_OPT_STR, &o.records, "how many records were processed"},
	{"metadata", 'm', "JSON", NQ_OPT_STR, &o.metadata, "an object to keep with the row"}, END};
static const struct nq_opt opts_fail[] = {STATE, FIELD, RUN,
	{"error", 'e', "TEXT", NQ_OPT_STR, &o.error, "why it failed"}, END};
static const struct nq_opt opts_reset[] = {STATE, FIELD, TYPE,
	{"cursor", 'c', "VALUE", NQ_OPT_STR, &o.cursor, "the new cursor; '' for none"},
	{"reason", 'R', "TEXT", NQ_OPT_STR, &o.reason, "why, for the history"}, END};
static const struct nq_opt opts_list[] = {STATE,
	{"json", 'j', NULL, NQ_OPT_FLAG, &o.json, "one JSON object a line"}, END};
static const struct nq_opt opts_lock[] = {STATE,
	{"wait", 'w', "TIME", NQ_OPT_SECONDS, &o.wait_ms, "wait so long for the lock (0)"}, END};
static const struct nq_opt opts_track[] = {
	{"watermark-null", 0, "fail|skip", NQ_OPT_STR, &o.watermark_null,
	    "what to do with a record that has no value at PATH (fail)"},
	{"no-watermark-cap", 0, NULL, NQ_OPT_FLAG, &o.no_cap,
	    "take timestamps of the future as they are"},
	{"max-line", 0, "SIZE", NQ_OPT_SIZE, &o.max_line, "the longest record (16M)"},
	{"env", 0, "NAME=VALUE", NQ_OPT_LIST, &o.env.set,
	    "put this into the environment; references are filled in"},
	{"settings", 0, "FILE", NQ_OPT_STR, &o.env.settings,
	    "settings.json with secrets, config, job_params"},
	{"env-file", 0, "FILE", NQ_OPT_STR, &o.env.env_file, "NAME=VALUE lines, after the environment"},
	{"var", 0, "NAME=VALUE", NQ_OPT_LIST, &o.env.vars, "set ${var.NAME}"}, END};

typedef int (*verb_fn)(struct nq_store *, struct nq_key, struct nq_row *, struct nq_err *);

enum names { COMMAND_ONLY, MAYBE_NAMES, BOTH_NAMES, NAMES_AND_COMMAND };

static const struct verb {
	const char *name;
	verb_fn run;
	enum names names; /* what stands behind the options */
	struct nq_cli cli;
} verbs[] = {
	{"get", do_get, BOTH_NAMES, {"nq-cursor get", "nq-cursor get [options] CONNECTOR STREAM",
	    "Prints the row of a stream; of one that never ran, an idle one.", opts_get, false}},
	{"begin", do_begin, BOTH_NAMES,
	    {"nq-cursor begin", "nq-cursor begin [options] CONNECTOR STREAM",
	    "Begins a run and prints the row, with its run_id and lower_bound.", opts_begin, false}},
	{"complete", do_complete, BOTH_NAMES,
	    {"nq-cursor complete", "nq-cursor complete --run ID [options] CONNECTOR STREAM < receipt",
	    "Ends a run well and commits its cursor, from the receipt of nq-load.",
	    opts_complete, false}},
	{"fail", do_fail, BOTH_NAMES,
	    {"nq-cursor fail", "nq-cursor fail --run ID --error TEXT [options] CONNECTOR STREAM",
	    "Ends a run as failed; the cursor stays.", opts_fail, false}},
	{"reset", do_reset, BOTH_NAMES, {"nq-cursor reset",
	    "nq-cursor reset --cursor VALUE --reason TEXT [options] CONNECTOR STREAM",
	    "Sets the cursor by hand, back or forth, and notes that in the history.",
	    opts_reset, false}},
	{"list", do_list, MAYBE_NAMES,
	    {"nq-cursor list", "nq-cursor list [options] [CONNECTOR [STREAM]]",
	    "Lists the streams and where they stand.", opts_list, false}},
	{"history", do_history, BOTH_NAMES,
	    {"nq-cursor history", "nq-cursor history [options] CONNECTOR STREAM",
	    "Lists the ended runs and the resets of a stream, oldest first.", opts_list, false}},
	{"lock", do_lock, NAMES_AND_COMMAND, {"nq-cursor lock",
	    "nq-cursor lock [options] CONNECTOR STREAM -- COMMAND [ARGUMENT...]",
	    "Runs a command that holds the lock of a stream, with all it starts.", opts_lock, false}},
	{"track", do_track, COMMAND_ONLY, {"nq-cursor track",
	    "nq-cursor track [options] [PATH[:TYPE]] -- COMMAND [ARGUMENT...]",
	    "Runs any producer or filter in a pipeline and keeps its end mark honest.",
	    opts_track, true}},
	{"metrics", do_metrics, MAYBE_NAMES,
	    {"nq-cursor metrics", "nq-cursor metrics [options] [CONNECTOR [STREAM]]",
	    "Prints where the streams stand as Prometheus text.", opts_state, false}},
};
/* clang-format on */

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

/* === from the command line to the verb ===================================================== */

static const struct verb *
find_verb(const char *name, struct nq_err *err)
{
	const char *names[VERBS + 1], *near;

	for (size_t i = 0; i < VERBS; i++) {
		if (name != NULL && strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
		names[i] = verbs[i].name;
	}
	names[VERBS] = NULL;
	near = name != NULL ? nq_str_nearest(name, names) : NULL;
	if (name == NULL)
		nq_err_set(
		    err, NQ_USAGE, "no verb: write what to do first, for example nq-cursor list");
	else
		nq_err_set(err, NQ_USAGE, "unknown verb '%s'%s%s%s", name,
		    near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
		    near != NULL ? "'?" : "");
	return NULL;
}

static int
check_names(enum names names, struct nq_err *err)
{
	static const char *const what[] = {"connector", "stream"};
	int least = names == BOTH_NAMES || names == NAMES_AND_COMMAND ? 2 : 0;

	if (names == COMMAND_ONLY)
		return 0;
	if (o.operands < least)
		return nq_err_set(err, NQ_USAGE, "the name of the %s is missing", what[o.operands]);
	if (o.operands > 2 && names != NAMES_AND_COMMAND)
		return nq_err_set(err, NQ_USAGE, "one operand too many: '%s'", o.operand[2]);
	for (int i = 0; i < 2 && i < o.operands; i++)
		if (nq_name_check(what[i], o.operand[i], err) == -1)
			return -1;
	return 0;
}

static int
run_verb(const struct verb *v, struct nq_err *err)
{
	struct nq_key k = {
	    o.operands > 0 ? o.operand[0] : NULL, o.operands > 1 ? o.operand[1] : NULL};
	struct nq_buf room = NQ_BUF_INIT;
	struct nq_store s = {.ops = NULL};
	struct nq_row row;
	int rc;

	nq_row_init(&row);
	rc = v->names == COMMAND_ONLY ? 0 : nq_store_open(&s, &o.store, &room, err);
	if (rc == 0)
		rc = v->run(&s, k, &row, err);
	nq_store_close(&s);
	nq_row_free(&row);
	nq_buf_free(&room);
	return rc;
}

static void
describe(struct nq_buf *about)
{
	nq_buf_adds(about, "Keeps how far the pulls of each stream have got.\n\nverbs:\n");
	for (size_t i = 0; i < VERBS; i++)
		nq_buf_addf(about, "  %-9s %s\n", verbs[i].name, verbs[i].cli.about);
	nq_buf_adds(about,
	    "\n'nq-cursor VERB --help' tells the options of each; before a verb, how to get at a "
	    "shared state:");
}

/* The verb with its operands in o; NULL and the status when there is nothing to run. */
static const struct verb *
parse(const struct nq_cli *cli, int argc, char **argv, enum nq_status *status)
{
	struct nq_err err = NQ_ERR_INIT;
	const struct verb *v = NULL;
	int first = nq_cli_parse(cli, argc, argv, &err), at;

	*status = NQ_OK;
	if (first >= 0)
		v = find_verb(argv[first], &err);
	if (v != NULL) {
		cli = &v->cli;
		at = nq_cli_parse(cli, argc - first, argv + first, &err);
		o.operand = argv + first + (at > 0 ? at : 0);
		o.operands = at > 0 ? argc - first - at : 0;
		o.dashes = at > 0 && strcmp(o.operand[-1], "--") == 0;
		if (at >= 0 && nq_show_fields_check(&o.fields, &err) == 0 &&
		    check_names(v->names, &err) == 0)
			return v;
		first = at;
	}
	if (first != -2)
		*status = nq_cli_usage_error(cli, &err);
	return NULL;
}

/* The command of lock has ended, and we end as it did. */
static enum nq_status
end_like(int ended)
{
	if (WIFEXITED(ended))
		return (enum nq_status)WEXITSTATUS(ended);
	signal(WTERMSIG(ended), SIG_DFL);
	raise(WTERMSIG(ended));
	return (enum nq_status)(128 + WTERMSIG(ended));
}

static enum nq_status
run(const struct verb *v)
{
	struct nq_err err = NQ_ERR_INIT;

	if (run_verb(v, &err) == 0)
		return o.ended != -1 ? end_like(o.ended) : NQ_OK;
	return err.status == NQ_USAGE ? nq_cli_usage_error(&v->cli, &err) : nq_log_failure(&err);
}

int
main(int argc, char **argv)
{
	struct nq_buf about = NQ_BUF_INIT;
	enum nq_status status;
	const struct verb *v;

	nq_cli_begin("nq-cursor");
	describe(&about);
	o.store.argv = argv;
	o.store.http = nq_http_defaults;
	v = parse(&(struct nq_cli){"nq-cursor", "nq-cursor [--state WHERE] VERB [options] …",
		      about.data, opts_main, true},
	    argc, argv, &status);
	if (v != NULL)
		status = run(v);
	nq_list_free(&o.fields);
	nq_list_free(&o.store.headers);
	nq_list_free(&o.store.vars);
	nq_buf_free(&about);
	nq_secret_forget();
	return (int)nq_cli_finish(status);
}
