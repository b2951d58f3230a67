/*
 * nq-cursor: the delta state of a stream, and the runs that move it. One table of verbs, each with
 * an option table of its own; the rules are in lib/state/run.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/io.h"
#include "base/log.h"
#include "state/metrics.h"
#include "state/rows.h"
#include "state/run.h"
#include "state/show.h"
#include "state/track.h"
#include "state/track_env.h"

static struct {
	const char *state;
	struct nq_list fields;
	const char *cursor_type, *since, *initial, *destination;
	bool missing, full, json, no_cap;
	int64_t lag_ms, wait_ms;
	const char *run, *cursor, *metadata, *records, *error, *reason, *watermark_null;
	uint64_t max_line;
	char **operand; /* what is left of the command line, ended by NULL */
	int operands;
	bool dashes; /* "--" stood right before the operands */
	struct nq_track_env env;
} o = {.max_line = NQ_MAX_LINE, .watermark_null = "fail"};

/* === what all verbs need =================================================================== */

static int
put(const struct nq_buf *b)
{
	fwrite(b->data, 1, b->len, stdout);
	return 0;
}

static int
put_row(const struct nq_row *row, struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc = 0;

	if (o.fields.n == 0)
		nq_show_row(row, &b);
	else
		rc = nq_show_fields(row, &o.fields, &b, err);
	if (rc == 0)
		put(&b);
	nq_buf_free(&b);
	return rc;
}

static int
cursor_type(enum nq_cursor_type *type, struct nq_err *err)
{
	*type = NQ_CURSOR_NONE;
	if (o.cursor_type == NULL)
		return 0;
	return nq_cursor_type_parse(nq_str(o.cursor_type), type, err);
}

static int
needs(const char *option, const char *value, struct nq_err *err)
{
	if (value != NULL)
		return 0;
	return nq_err_set(err, NQ_USAGE, "option '%s' is missing", option);
}

/* === verbs that change a row =============================================================== */

static int
do_get(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	return s->ops->load(s, k, row, err) < 0 ? -1 : put_row(row, err);
}

static int
do_begin(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_begin b = {.since = o.since,
	    .initial = o.initial,
	    .lag_ms = o.lag_ms,
	    .destination = o.destination,
	    .missing = o.missing,
	    .full = o.full};

	if (o.full && o.since != NULL)
		return nq_err_set(err, NQ_USAGE, "--full and --since exclude each other");
	if (cursor_type(&b.type, err) == -1 || nq_run_begin(s, k, &b, row, err) == -1)
		return -1;
	return put_row(row, err);
}

/* 1 and the receipt, 0 when a cursor was given instead of one, -1. */
static int
read_receipt(struct nq_receipt *r, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = -1;

	if (o.cursor != NULL)
		return 0;
	if (isatty(STDIN_FILENO))
		return nq_err_set(err, NQ_USAGE,
		    "say --cursor, or give the receipt of nq-load on standard input");
	if (nq_io_read_file("-", NQ_MAX_CONFIG, &text, err) == -1)
		err->status = NQ_FAIL;
	else
		rc = nq_receipt_read(r, nq_buf_str(&text), err) == -1 ? -1 : 1;
	nq_buf_free(&text);
	return rc;
}

static int
do_complete(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_complete c = {.run = o.run,
	    .cursor = o.cursor,
	    .metadata = o.metadata,
	    .has_records = o.records != NULL};
	struct nq_receipt receipt;
	bool kept = false;
	int rc = -1;

	if (needs("--run", o.run, err) == -1)
		return -1;
	if (c.has_records && nq_cli_number(o.records, &c.records) == -1)
		return nq_err_set(
		    err, NQ_USAGE, "option '--records': '%s' is not a whole number", o.records);
	nq_receipt_init(&receipt);
	rc = read_receipt(&receipt, err);
	c.receipt = rc == 1 ? &receipt : NULL;
	if (rc != -1)
		rc = nq_run_complete(s, k, &c, &kept, row, err);
	nq_receipt_free(&receipt);
	if (kept)
		nq_log(NQ_LOG_WARN, "complete",
		    "the run began above the committed cursor: the cursor stays");
	return rc == -1 ? -1 : put_row(row, err);
}

static int
do_fail(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	if (needs("--run", o.run, err) == -1 || needs("--error", o.error, err) == -1 ||
	    nq_run_fail(s, k, o.run, o.error, row, err) == -1)
		return -1;
	return put_row(row, err);
}

static int
do_reset(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_reset r = {NQ_CURSOR_NONE, o.cursor, o.reason};

	if (needs("--cursor", o.cursor, err) == -1 || needs("--reason", o.reason, err) == -1 ||
	    cursor_type(&r.type, err) == -1 || nq_run_reset(s, k, &r, row, err) == -1)
		return -1;
	return put_row(row, err);
}

static int
do_lock(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	char **command = o.operand + 2;

	(void)row;
	if (o.operands < 3 || !o.dashes)
		return nq_err_set(
		    err, NQ_USAGE, "write '--' and the command after the names: … -- COMMAND");
	if (s->ops->lock(s, k, o.wait_ms, err) == -1)
		return -1;
	nq_store_close(s);
	execvp(command[0], command);
	return nq_err_set(err, NQ_FAIL, "cannot run '%s':", command[0]);
}

/* === verbs that look ======================================================================= */

static int
list_with(
    struct nq_store *s, void (*show)(const struct nq_rows *, struct nq_buf *), struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_rows rows = {NULL, 0, 0};
	int rc = nq_rows_collect(&rows, s, o.operands > 0 ? o.operand[0] : NULL,
	    o.operands > 1 ? o.operand[1] : NULL, err);

	if (rc == 0) {
		show(&rows, &b);
		put(&b);
	}
	if (rc == 0 && rows.unreadable > 0)
		rc = nq_err_set(err, NQ_FAIL, "not all rows could be read");
	nq_rows_free(&rows);
	nq_buf_free(&b);
	return rc;
}

static void
show_table(const struct nq_rows *rows, struct nq_buf *b)
{
	nq_show_rows(rows->v, rows->n, b);
}

static void
show_lines(const struct nq_rows *rows, struct nq_buf *b)
{
	for (size_t i = 0; i < rows->n; i++)
		nq_show_row(&rows->v[i], b);
}

static void
show_metrics(const struct nq_rows *rows, struct nq_buf *b)
{
	nq_metrics_format(rows->v, rows->n, nq_time_now(), b);
}

static int
do_list(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	(void)k;
	(void)row;
	return list_with(s, o.json ? show_lines : show_table, err);
}

static int
do_metrics(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	(void)k;
	(void)row;
	return list_with(s, show_metrics, err);
}

static int
do_history(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_show_history h;
	int rc;

	(void)row;
	nq_show_history_init(&h, o.json);
	rc = s->ops->history(s, k, nq_show_history_line, &h, err);
	put(nq_show_history_end(&h));
	if (rc == 0 && h.damaged > 0)
		rc = nq_err_set(err, NQ_FAIL, "%llu of %llu lines of the history are damaged",
		    (unsigned long long)h.damaged, (unsigned long long)h.lines);
	nq_show_history_free(&h);
	return rc;
}

static int
do_track(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_path path = {.n = 0, .text = NULL};
	struct nq_track t = {.max_line = o.max_line, .no_cap = o.no_cap};
	int rc = -1;

	(void)s;
	(void)k;
	(void)row;
	t.skip_null = strcmp(o.watermark_null, "skip") == 0;
	if (!t.skip_null && strcmp(o.watermark_null, "fail") != 0)
		nq_err_set(err, NQ_USAGE, "--watermark-null: write fail or skip");
	else if (o.max_line == 0 || o.max_line > NQ_MAX_LINE_CAP)
		nq_err_set(err, NQ_USAGE, "--max-line: at most 1G");
	else
		rc = nq_track_operands(&t, o.operand, o.operands, o.dashes, &path, err);
	if (rc == 0)
		rc = nq_track_env_apply(&o.env, err);
	if (rc == 0)
		rc = nq_track_run(&t, err);
	nq_path_free(&path);
	return rc;
}

/* === the tables ============================================================================ */

/* Rows are easier to read as rows. */
/* clang-format off */
#define STATE {"state", 'S', "WHERE", NQ_OPT_STR, &o.state, \
	"directory of the state (default: $NQ_STATE)"}
#define FIELD {"field", 'F', "NAME", NQ_OPT_LIST, &o.fields, \
	"print this value instead of the row, a line each (repeat)"}
#define TYPE {"cursor-type", 't', "TYPE", NQ_OPT_STR, &o.cursor_type, \
	"timestamp_utc, numeric_id or opaque_token"}
#define RUN {"run", 'r', "ID", NQ_OPT_STR, &o.run, "the run, as begin named it"}
#define END {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL}

static const struct nq_opt opts_main[] = {STATE, END};
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
	    "Prints where the streams stand as Prometheus text.", opts_main, false}},
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
	rc = v->names == COMMAND_ONLY ? 0 : nq_store_open(&s, o.state, &room, err);
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
	nq_buf_adds(about, "\n'nq-cursor VERB --help' tells the options of each; before a verb:");
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

int
main(int argc, char **argv)
{
	struct nq_buf about = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	enum nq_status status;
	const struct verb *v;

	nq_cli_begin("nq-cursor");
	describe(&about);
	v = parse(&(struct nq_cli){"nq-cursor", "nq-cursor [--state WHERE] VERB [options] …",
		      about.data, opts_main, true},
	    argc, argv, &status);
	if (v != NULL && run_verb(v, &err) == -1)
		status = err.status == NQ_USAGE ? nq_cli_usage_error(&v->cli, &err)
						: nq_log_failure(&err);
	nq_list_free(&o.fields);
	nq_buf_free(&about);
	return (int)nq_cli_finish(status);
}
