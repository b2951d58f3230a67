#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/log.h"
#include "base/ref.h"
#include "base/secret.h"
#include "json/settings.h"
#include "load/load.h"

enum { GRACE = 4 }; /* seconds to end in an orderly way after a signal */

static volatile sig_atomic_t stop;
static struct nq_load_options o;
static struct nq_refs refs;
static struct nq_list keys, vars, on;
static struct nq_rules rules;
static bool dry;
static const char *mode, *contract, *settings_file, *env_file;

static const struct nq_opt opts[] = {
    {"to", 't', "DEST", NQ_OPT_STR, &o.to, "sqlite:, postgresql:, duckdb:, nuntiq:, https: or -"},
    {"dry-run", 0, NULL, NQ_OPT_FLAG, &dry, "tell the SQL or the requests, and do nothing"},
    {"table", 0, "NAME", NQ_OPT_STR, &o.table, "load into this table"},
    {"key", 'k', "K[,K]", NQ_OPT_LIST, &keys, "these members tell one row from another"},
    {"mode", 0, "MODE", NQ_OPT_STR, &mode, "merge (default with a key), append, insert or replace"},
    {"require-end", 0, NULL, NQ_OPT_FLAG, &o.require_end,
	"a stream without an end mark is a failure"},
    {"rejects", 0, "FILE", NQ_OPT_STR, &o.rejects, "write rejected records there"},
    {"max-rejects", 0, "N|N%", NQ_OPT_STR, &o.max_rejects,
	"go on with so many rejected records (0)"},
    {"batch", 0, "N", NQ_OPT_NUMBER, &o.batch,
	"records in one batch (10000; DuckDB 100000, requests 1000)"},
    {"batch-bytes", 0, "SIZE", NQ_OPT_SIZE, &o.batch_bytes, "bytes in one batch (8M; DuckDB 64M)"},
    {"flush-interval", 0, "TIME", NQ_OPT_SECONDS, &o.flush_ms,
	"load what has come after so long, however little"},
    {"schema-contract", 0, "CONTRACT", NQ_OPT_STR, &contract,
	"evolve (default), freeze, discard_row or discard_value"},
    {"column", 0, "NAME:TYPE", NQ_OPT_LIST, &o.columns,
	"boolean, integer, decimal, text or json for a new column"},
    {"newer-by", 0, "NAME", NQ_OPT_STR, &o.newer_by, "overwrite a row only by one at least as new"},
    {"delete-if", 0, "PATH", NQ_OPT_STR, &o.delete_if, "delete by key where this is truthy"},
    {"meta", 0, NULL, NQ_OPT_FLAG, &o.meta, "add the columns _nq_run_id and _nq_loaded_at"},
    {"run-id", 0, "ID", NQ_OPT_STR, &o.run_id,
	"the name of this run, for --meta, _nq_loads and the log"},
    {"allow-empty", 0, NULL, NQ_OPT_FLAG, &o.allow_empty, "let replace leave an empty table"},
    {"probe", 0, NULL, NQ_OPT_FLAG, &o.probe,
	"load nothing: say which destination this is and whether it exists"},
    {"busy-timeout", 0, "TIME", NQ_OPT_SECONDS, &o.busy_ms,
	"wait so long for a locked database (30s)"},
    {"duckdb-memory", 0, "SIZE", NQ_OPT_SIZE, &o.duckdb_memory, "memory that DuckDB may use (1G)"},
    {"max-line", 0, "SIZE", NQ_OPT_SIZE, &o.max_line, "the longest record (16M)"},
    {"object", 0, "NAME", NQ_OPT_STR, &o.object, "nuntiq: what is loaded, for example supplier"},
    {"customer-number", 0, "REF", NQ_OPT_STR, &o.customer_number,
	"nuntiq: the X-Customer-Number (else that of --settings)"},
    {"full-load", 0, "NAME", NQ_OPT_STR, &o.full_load,
	"nuntiq: what its option for a replace is called (full_load)"},
    {"request", 'X', "METHOD", NQ_OPT_STR, &o.method, "https: send with this method (POST)"},
    {"body", 0, "FORM", NQ_OPT_STR, &o.body, "https: array (default), ndjson or bulk"},
    {"envelope", 0, "NAME", NQ_OPT_STR, &o.envelope,
	"nuntiq, https: send {\"NAME\":[...]} instead of an array"},
    {"member", 0, "NAME=VALUE", NQ_OPT_LIST, &o.members,
	"nuntiq, https: and this member beside it"},
    {"query", 'q', "NAME=VALUE", NQ_OPT_LIST, &o.query,
	"nuntiq, https: add to the query; references are filled in"},
    {"results", 0, "PATH[?]", NQ_OPT_STR, &o.results,
	"nuntiq, https: where the answer tells of each row"},
    {"on", 0, "STATUS=WHAT", NQ_OPT_LIST, &on,
	"nuntiq, https: fail: it refuses rows; retry: it passes"},
    {"auth", 0, "KIND=REF", NQ_OPT_STR, &o.auth.spec,
	"bearer= basic= header:N= query:N= aws-sigv4:R/S= netrc oauth2"},
    {"header", 'H', "'NAME: VALUE'", NQ_OPT_LIST, &o.headers, "add a header to each request"},
    {"settings", 0, "FILE", NQ_OPT_STR, &settings_file,
	"take ${secrets.x}, ${config.x} and ${job_params.x} from it"},
    {"env-file", 0, "FILE", NQ_OPT_STR, &env_file,
	"take ${NAME} from it where the environment has none"},
    {"var", 0, "NAME=VALUE", NQ_OPT_PAIR, &vars, "the value of ${var.NAME}"},
    NQ_AUTH_OPTS(&o.auth),
    NQ_HTTP_OPTS_NAMED(&o.http, "cert-key"),
    {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL},
};

static const struct nq_cli cli = {
    .tool = "nq-load",
    .usage = "nq-load --to DEST --table NAME [--key K,...] [options] < records\n"
	     "       nq-load --to nuntiq:URL --object NAME [options] < records\n"
	     "       nq-load --to https://URL [--key K,...] [--body FORM] [options] < records\n"
	     "       nq-load --to DEST --table NAME --probe",
    .about = "Upserts records in batches and answers with a receipt when everything is durable.",
    .opts = opts,
};

/* The index of a word in a list that ends in NULL; -1 and an error that names the choices. */
static int
choose(const char *option, const char *word, const char *const *words, struct nq_err *err)
{
	const char *near;

	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	near = nq_str_nearest(word, words);
	if (near != NULL)
		return nq_err_set(err, NQ_USAGE,
		    "option '--%s': there is no '%s', did you mean '%s'?", option, word, near);
	return nq_err_set(err, NQ_USAGE, "option '--%s': there is no '%s': write %s, %s, %s or %s",
	    option, word, words[0], words[1], words[2], words[3]);
}

/* --key a,b and --key a --key b are the same. */
static void
split_keys(void)
{
	char *copy, *rest, *part;

	for (size_t i = 0; i < keys.n; i++) {
		copy = rest = nq_strdup(keys.v[i]);
		while ((part = strsep(&rest, ",")) != NULL)
			nq_list_add(&o.key, nq_strdup(part));
		free(copy);
	}
}

static int
read_choices(struct nq_err *err)
{
	static const char *const modes[] = {"merge", "append", "insert", "replace", NULL};
	static const char *const contracts[] = {
	    "evolve", "freeze", "discard_row", "discard_value", NULL};
	int m = mode == NULL ? 0 : choose("mode", mode, modes, err);
	int c = contract == NULL ? 0 : choose("schema-contract", contract, contracts, err);

	if (m == -1 || c == -1)
		return -1;
	o.mode = (enum nq_load_mode)m;
	o.contract = (enum nq_load_contract)c;
	return 0;
}

/* Rows of an object without a base URL are told as well. */
static void
turn_dry(void)
{
	if (strcmp(o.to, "-") == 0 && o.object != NULL)
		o.as = "nuntiq:https://BASE-URL";
	if (!dry || strcmp(o.to, "-") == 0)
		return;
	o.as = o.to;
	o.to = "-";
}

static int
settle(char *const *argv, struct nq_err *err)
{
	if (o.to == NULL)
		return nq_err_set(err, NQ_USAGE,
		    "where to? add --to sqlite:FILE, --to postgresql://HOST/DB, --to duckdb:FILE, "
		    "--to nuntiq:URL, --to https://URL or --to -");
	turn_dry();
	if (nq_sink_become(&o, argv, err) == -1)
		return -1;
	nq_sink_settle(&o);
	return 0;
}

static int
check_limits(struct nq_err *err)
{
	if (o.batch == 0 || o.batch > NQ_MAX_BATCH_CAP)
		return nq_err_set(
		    err, NQ_USAGE, "option '--batch': write 1 to %d", NQ_MAX_BATCH_CAP);
	if (o.batch_bytes == 0 || o.batch_bytes > NQ_MAX_LINE_CAP)
		return nq_err_set(err, NQ_USAGE, "option '--batch-bytes': write 1 to 1G");
	if (o.max_line == 0 || o.max_line > NQ_MAX_LINE_CAP)
		return nq_err_set(err, NQ_USAGE, "option '--max-line': write 1 to 1G");
	return 0;
}

/* Of what an answer can mean, a loader knows two: there are no pages here. */
static int
read_rules(struct nq_err *err)
{
	const char *eq;

	for (size_t i = 0; i < on.n; i++) {
		eq = strchr(on.v[i], '=');
		if (eq != NULL && strcmp(eq, "=fail") != 0 && strcmp(eq, "=retry") != 0)
			return nq_err_set(err, NQ_USAGE,
			    "option '--on': an answer to a load can fail or retry, not '%s'",
			    eq + 1);
	}
	o.http.rules = &rules;
	return nq_rules_read(&rules, &on, err);
}

static int
parse(int argc, char **argv, struct nq_err *err)
{
	int first;

	o.batch = NQ_UNKNOWN;
	o.batch_bytes = NQ_UNKNOWN;
	o.max_line = NQ_MAX_LINE;
	o.duckdb_memory = NQ_DUCKDB_MEMORY;
	o.busy_ms = (int64_t)NQ_BUSY_WAIT * 1000;
	o.http = nq_http_defaults;
	first = nq_cli_parse(&cli, argc, argv, err);
	if (first < 0)
		return first;
	if (first < argc)
		return nq_err_set(err, NQ_USAGE,
		    "'%s': records come from standard input: write nq-load ... < FILE",
		    argv[first]);
	if (settle(argv, err) == -1)
		return -1;
	split_keys();
	if (read_choices(err) == -1 || check_limits(err) == -1 || read_rules(err) == -1)
		return -1;
	return 0;
}

static int
open_references(struct nq_settings *settings, struct nq_err *err)
{
	nq_settings_init(settings);
	refs.env_file = (struct nq_buf)NQ_BUF_INIT;
	refs.vars = vars;
	o.refs = &refs;
	o.out = stdout;
	o.stop = &stop;
	nq_log_run_id(o.run_id);
	if (env_file != NULL && nq_refs_env_file(&refs, env_file, err) == -1)
		return -1;
	return settings_file != NULL ? nq_settings_open(settings, settings_file, &refs, err) : 0;
}

static void
on_signal(int sig)
{
	stop = sig;
	/* A destination that does not answer must not hold us. */
	alarm(GRACE);
}

static void
on_alarm(int sig)
{
	static const char text[] = "nq-load: interrupted while the destination did not answer: "
				   "the batch in hand may be in or not\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)sig;
	(void)n;
	signal(stop, SIG_DFL);
	raise(stop);
}

static void
catch_signals(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_flags = (int)SA_RESETHAND;
	sa.sa_handler = on_signal;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = on_alarm;
	sa.sa_flags = SA_NODEFER;
	sigaction(SIGALRM, &sa, NULL);
}

/* Whoever asked us to end by a signal shall see that we did. */
static void
die_by_signal(void)
{
	sigset_t set;

	signal(stop, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, stop);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(stop);
}

static enum nq_status
complain(const struct nq_err *err)
{
	return err->status == NQ_USAGE ? nq_cli_usage_error(&cli, err) : nq_log_failure(err);
}

static enum nq_status
run(struct nq_err *err)
{
	struct nq_buf out = NQ_BUF_INIT;
	enum nq_status status;

	if (o.probe) {
		status = nq_load_probe(&o, &out, err) == 0 ? NQ_OK : err->status;
	} else {
		catch_signals();
		status = nq_load_run(&o, STDIN_FILENO, &out, err);
	}
	if (status == NQ_OK || status == NQ_PARTIAL)
		fwrite(out.data, 1, out.len, stdout);
	else
		complain(err);
	nq_buf_free(&out);
	return status;
}

static void
release(struct nq_settings *settings)
{
	nq_settings_free(settings);
	nq_refs_free(&refs);
	nq_list_free(&keys);
	nq_list_free(&o.columns);
	nq_list_free(&o.headers);
	nq_list_free(&o.query);
	nq_list_free(&o.members);
	nq_list_free(&on);
	nq_list_free_texts(&o.key);
	nq_secret_forget();
}

int
main(int argc, char **argv)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_settings settings;
	enum nq_status status = NQ_USAGE;
	int rc;

	nq_cli_begin("nq-load");
	rc = parse(argc, argv, &err);
	if (rc == -2)
		return (int)nq_cli_finish(NQ_OK);
	if (rc == -1)
		return (int)complain(&err);
	if (open_references(&settings, &err) == -1)
		nq_cli_usage_error(&cli, &err);
	else
		status = run(&err);
	release(&settings);
	status = nq_cli_finish(status);
	if (stop != 0 && status != NQ_OK && status != NQ_PARTIAL)
		die_by_signal();
	return (int)status;
}
