#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/io.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/ref.h"
#include "base/secret.h"
#include "fetch/body.h"
#include "fetch/children.h"
#include "fetch/dry.h"
#include "fetch/each.h"
#include "fetch/pull.h"
#include "fetch/report.h"
#include "fetch/resource.h"
#include "http/auth.h"
#include "http/cassette.h"
#include "json/settings.h"

struct options {
	struct nq_http_options http;
	struct nq_pull_options pull;
	struct nq_list query, keep, headers, on, rates;
	struct nq_rules rules;
	struct nq_rate pace;
	int64_t deadline_ms;
	const char *progress;
	struct nq_auth auth;
	const char *settings, *env_file, *stats, *run_id, *json;
	const char *stop_before;
	struct nq_buf body, bound;
	bool end_mark, dry_run, body_secret, each;
	struct nq_refs refs;
	struct nq_cassette cassette;
};

static struct options o = {
    .pull = {.paginate = "auto", .max_line = NQ_MAX_LINE, .parallel = 1},
    .refs = {.env_file = NQ_BUF_INIT},
    .body = NQ_BUF_INIT,
    .bound = NQ_BUF_INIT,
    .progress = "auto",
};

static struct nq_each each;

static const struct nq_opt table[] = {
    {"query", 'q', "NAME=VALUE", NQ_OPT_LIST, &o.query,
	"add to the query; references are filled in"},
    {"header", 'H', "LINE", NQ_OPT_LIST, &o.headers, "send this header ('Name: value')"},
    {"request", 'X', "METHOD", NQ_OPT_STR, &o.pull.method,
	"ask with this method (GET, or POST with a body)"},
    {"json", 'd', "BODY|@FILE", NQ_OPT_STR, &o.json,
	"send this JSON; references in its strings are filled in"},
    {"auth", 0, "KIND=REF", NQ_OPT_STR, &o.auth.spec,
	"bearer= basic= header:N= query:N= aws-sigv4:R/S= netrc oauth2"},
    {"paginate", 'p', "KIND[:K=V,…]", NQ_OPT_STR, &o.pull.paginate,
	"page offset cursor header next-url link keyset none auto"},
    {"records", 'r', "PATH", NQ_OPT_STR, &o.pull.records,
	"where the list of records is (default: look for it)"},
    {"allow-origin", 0, "ORIGIN", NQ_OPT_LIST, &o.pull.allow_origins,
	"follow next URLs there too, without credentials"},
    {"allow-missing-records", 0, NULL, NQ_OPT_FLAG, &o.pull.allow_missing,
	"take a page without that list for an empty one"},
    {"fail-if", 0, "PATH[=VALUE]", NQ_OPT_STR, &o.pull.verdicts.fail_if,
	"fail when a page has something there, though its status is 200"},
    {"retry-if", 0, "PATH[=VALUE]", NQ_OPT_STR, &o.pull.verdicts.retry_if,
	"then try again instead, as after a 503"},
    {"format", 0, "FORMAT", NQ_OPT_STR, &o.pull.format,
	"read bodies as json, ndjson or csv (default: by type or name)"},
    {"watermark", 'w', "PATH[:TYPE]", NQ_OPT_STR, &o.pull.watermark,
	"keep the highest value for the end mark (timestamp_utc)"},
    {"watermark-null", 0, "WHAT", NQ_OPT_STR, &o.pull.watermark_null,
	"on a record without watermark: fail (default) or skip it"},
    {"until", 0, "TIME", NQ_OPT_STR, &o.pull.until,
	"the URL asks for nothing after it: so far has a complete pull come"},
    {"no-watermark-cap", 0, NULL, NQ_OPT_FLAG, &o.pull.no_cap,
	"let the watermark pass the moment when the pull began"},
    {"stop-before", 0, "VALUE", NQ_OPT_STR, &o.stop_before,
	"newest first: the page that ends before this watermark is the last"},
    {"id", 0, "PATH", NQ_OPT_STR, &o.pull.id, "what no two records share: see to it"},
    {"strict", 0, NULL, NQ_OPT_FLAG, &o.pull.strict,
	"fail (75) when the pull looks incomplete, instead of warning"},
    {"end-mark", 0, NULL, NQ_OPT_FLAG, &o.end_mark, "close a complete pull with a control line"},
    {"max-pages", 0, "N", NQ_OPT_NUMBER, &o.pull.max_pages, "stop after N pages, without end mark"},
    {"max-records", 0, "N", NQ_OPT_NUMBER, &o.pull.max_records,
	"stop after N records, without end mark"},
    {"max-line", 0, "SIZE", NQ_OPT_SIZE, &o.pull.max_line, "refuse larger records (16M)"},
    {"stats", 0, "FILE", NQ_OPT_STR, &o.stats, "write a report as JSON"},
    {"dry-run", 'n', NULL, NQ_OPT_FLAG, &o.dry_run, "print the first request, redacted, and exit"},
    {"settings", 0, "FILE", NQ_OPT_STR, &o.settings,
	"settings.json with secrets, config, job_params"},
    {"env-file", 0, "FILE", NQ_OPT_STR, &o.env_file, "NAME=VALUE lines, after the environment"},
    {"var", 0, "NAME=VALUE", NQ_OPT_PAIR, &o.refs.vars, "set ${var.NAME}"},
    {"run-id", 0, "ID", NQ_OPT_STR, &o.run_id, "name the run in log lines"},
    {"on", 0, "STATUS=WHAT", NQ_OPT_LIST, &o.on, "take 404 or 5xx for empty, fail, retry or stop"},
    {"rate", 0, "N/TIME", NQ_OPT_LIST, &o.rates,
	"send no more requests than that: 10/s, 100/h, 3/10s"},
    {"parallel", 0, "N", NQ_OPT_NUMBER, &o.pull.parallel,
	"keep so many pages, or parents of --each, on their way at once (1)"},
    {"deadline", 0, "TIME", NQ_OPT_SECONDS, &o.deadline_ms,
	"end the whole run after so long, with status 75"},
    {"raw", 0, NULL, NQ_OPT_FLAG, &o.pull.raw, "print the bodies as they come, not their records"},
    {"progress", 0, "WHEN", NQ_OPT_STR, &o.progress,
	"tell on stderr how far it is: never, auto or always"},
    {"each", 0, NULL, NQ_OPT_FLAG, &o.each,
	"pull once for each record on standard input, ${record.x} filled in"},
    {"keep", 0, "PATH=NAME", NQ_OPT_LIST, &o.keep,
	"with --each, put this of the parent into its children as NAME"},
    {"csv-delimiter", 0, "C", NQ_OPT_STR, &o.pull.csv_delimiter,
	"what parts the fields of CSV: one character, or tab (,)"},
    {"stream", 0, NULL, NQ_OPT_FLAG, &o.pull.stream,
	"write records while their body comes in, and then try no more"},
    NQ_AUTH_OPTS(&o.auth),
    NQ_CASSETTE_OPTS(&o.cassette),
    NQ_HTTP_OPTS(&o.http),
    {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL},
};

static const struct nq_cli cli = {
    .tool = "nq-fetch",
    .usage = "nq-fetch [options] URL\n       nq-fetch [options] FILE|DIR|ARCHIVE|- …\n"
	     "       nq-fetch [options] --each URL <PARENTS",
    .about = "Pulls all pages of a REST resource, or files, and writes one record per line.",
    .opts = table,
};

static bool
is_url(const char *s)
{
	return strstr(s, "://") != NULL;
}

static int
print_request(struct nq_pull *p, const struct nq_http *http, const char *url, struct nq_err *err)
{
	const struct nq_dry shown = {&o.headers, o.auth.spec, o.auth.user};

	return nq_dry_print(&shown, p, http, url, stdout, err);
}

static int
write_stats(const struct nq_pull *p, const struct nq_http *http, struct nq_err *err)
{
	return o.stats != NULL ? nq_report_save(p, http, o.stats, err) : 0;
}

struct parent_work {
	const struct nq_http *http;
	const char *operand;
};

/* The URL and the body for the parent at hand. */
static int
fill_in(void *ctx, struct nq_url *url, struct nq_buf *body, struct nq_err *err)
{
	const struct parent_work *w = ctx;
	bool secret = false;
	int rc = nq_resource_url(w->operand, &o.query, &o.refs, url, &secret, err);

	if (rc == 0 && o.json != NULL)
		rc = nq_body_read(o.json, &o.refs, body, &o.body_secret, err);
	if (nq_each_check(&each, rc, url->text.data, err) == -1)
		return -1;
	if (secret && nq_http_secret(w->http, "the URL", err) == -1)
		return -1;
	return o.body_secret ? nq_http_secret(w->http, "the body", err) : 0;
}

/* The first request for the first parent. */
static int
print_first(struct nq_pull *sum, struct parent_work *w, struct nq_err *err)
{
	struct nq_url url = NQ_URL_INIT;
	int rc = nq_each_next(&each, true, err);

	if (rc == 1)
		rc = fill_in(w, &url, &o.body, err);
	else
		return rc;
	sum->opt.body = nq_buf_str(&o.body);
	if (rc == 0)
		rc = print_request(sum, w->http, url.text.data, err);
	nq_url_free(&url);
	return rc;
}

/* A pull for each parent. */
static int
pull_each(struct nq_pull *sum, struct nq_http *http, const char *operand, struct nq_err *err)
{
	struct parent_work w = {http, operand};

	if (o.dry_run)
		return print_first(sum, &w, err);
	if (nq_children_pull(&each, sum, http, fill_in, &w, err) == -1)
		return -1;
	if (o.end_mark && !sum->limited && !nq_each_marked(&each))
		nq_log(NQ_LOG_WARN, "fetch",
		    "the records on standard input have no end mark, so this pull gets none");
	return nq_each_conclude(sum, err);
}

static int
pull_from(struct nq_pull *p, struct nq_http *http, const char *operand, const char *url,
    struct nq_err *err)
{
	if (o.each)
		return pull_each(p, http, operand, err);
	if (o.dry_run)
		return print_request(p, http, url, err);
	return nq_pull_url(p, http, url, err);
}

/* The same, at the time of the recorded run where one is replayed. */
static int
pull_on_cassette(struct nq_pull *p, struct nq_http *http, const char *operand, const char *url,
    struct nq_err *err)
{
	int rc;

	if (o.http.tap != NULL)
		p->started = o.cassette.start;
	rc = pull_from(p, http, operand, url, err);
	return nq_cassette_close(&o.cassette, err) == -1 ? -1 : rc;
}

/* What goes along with every request. */
static int
add_credentials(struct nq_http *http, bool url_secret, struct nq_err *err)
{
	if (url_secret && nq_http_secret(http, "the URL", err) == -1)
		return -1;
	if (o.body_secret && nq_http_secret(http, "the body", err) == -1)
		return -1;
	if (nq_auth_apply(http, &o.http, &o.refs, &o.auth, err) == -1)
		return -1;
	return nq_auth_headers(http, &o.refs, &o.headers, err);
}

static int
pull_url(struct nq_pull *p, const char *operand, struct nq_err *err)
{
	struct nq_url url = NQ_URL_INIT;
	struct nq_http *http = NULL;
	bool secret = false;
	int rc = nq_cassette_open(&o.cassette, &o.http.tap, err);

	if (rc == 0 && o.each)
		rc = nq_each_base(operand, &o.refs, &url.text, &secret, err);
	else if (rc == 0)
		rc = nq_resource_url(operand, &o.query, &o.refs, &url, &secret, err);
	if (rc == 0 && (http = nq_http_open(&o.http, url.text.data, err)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = add_credentials(http, secret, err);
	if (rc == 0)
		rc = pull_on_cassette(p, http, operand, url.text.data, err);
	if (http != NULL && !o.dry_run && err->status != NQ_USAGE &&
	    write_stats(p, http, err) == -1)
		rc = -1;
	nq_http_free(http);
	nq_url_free(&url);
	nq_cassette_free(&o.cassette);
	return rc;
}

/* Before the first line is written. */
static int
check_files(char *const *paths, struct nq_err *err)
{
	for (; *paths != NULL; paths++) {
		if (is_url(*paths))
			return nq_err_set(
			    err, NQ_USAGE, "a URL and files do not go together: '%s'", *paths);
		if (strcmp(*paths, "-") == 0 || access(*paths, R_OK) == 0)
			continue;
		nq_err_set(err, NQ_USAGE, "cannot open '%s':", *paths);
		return errno == ENOENT ? nq_err_add(err, " (a URL starts with https://)") : -1;
	}
	return 0;
}

static int
pull_files(struct nq_pull *p, char **paths, struct nq_err *err)
{
	int rc = check_files(paths, err);

	if (o.cassette.record != NULL || o.cassette.replay != NULL)
		return nq_err_set(err, NQ_USAGE,
		    "--record and --replay are for URLs: there is no network in '%s'", *paths);
	if (o.stop_before != NULL)
		return nq_err_set(
		    err, NQ_USAGE, "--stop-before is for URLs: all of '%s' is read", *paths);
	for (; *paths != NULL && rc == 0 && !p->limited; paths++) {
		rc = nq_rate_check(&o.pace, err);
		if (rc == 0 && o.dry_run)
			printf("read %s\n", *paths);
		else if (rc == 0)
			rc = nq_pull_file(p, *paths, err);
	}
	if (o.dry_run)
		return rc;
	if (rc == 0)
		rc = nq_pull_conclude(p, err);
	if (err->status != NQ_USAGE && write_stats(p, NULL, err) == -1)
		rc = -1;
	return rc;
}

/* The last line: what came before is complete, or why it is not. */
static void
close_stream(struct nq_pull *p, const struct nq_err *err)
{
	struct nq_buf line = NQ_BUF_INIT;
	struct nq_mark m;

	nq_mark_init(&m);
	if (err->status != NQ_OK) {
		m.kind = NQ_MARK_FAIL;
		nq_buf_adds(
		    &m.tool, each.tally.failed != 0 ? each.tally.failed_tool.data : cli.tool);
		m.status = err->status;
		nq_mark_write(&m, &line);
	} else if ((!o.each || nq_each_marked(&each)) && nq_pull_mark(p, &m)) {
		nq_mark_write(&m, &line);
	}
	fwrite(line.data, 1, line.len, stdout);
	nq_mark_free(&m);
	nq_buf_free(&line);
}

static int
open_refs(struct nq_settings *settings, struct nq_err *err)
{
	nq_settings_init(settings);
	if (o.settings != NULL && nq_settings_open(settings, o.settings, &o.refs, err) == -1)
		return -1;
	if (o.env_file != NULL && nq_refs_env_file(&o.refs, o.env_file, err) == -1)
		return -1;
	return 0;
}

/* HEAD gives nothing to pull. */
static int
open_request(struct nq_err *err)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *m = o.pull.method;

	if (m != NULL && (*m == '\0' || m[strspn(m, letters)] != '\0' || strcmp(m, "HEAD") == 0))
		return nq_err_set(err, NQ_USAGE, "-X: '%s' is no method to pull with", m);
	if (nq_rules_read(&o.rules, &o.on, err) == -1)
		return -1;
	o.http.rules = &o.rules;
	if (o.pull.raw && o.end_mark)
		return nq_err_set(err, NQ_USAGE,
		    "--raw and --end-mark do not go together: a mark counts records");
	for (size_t i = 0; i < o.rates.n; i++)
		if (nq_rate_parse(&o.pace, o.rates.v[i], err) == -1)
			return -1;
	if (nq_window_check(&o.pull.parallel, o.pull.stream,
		o.cassette.record != NULL || o.cassette.replay != NULL, err) == -1)
		return -1;
	nq_rate_deadline(&o.pace, o.deadline_ms);
	o.http.rate = &o.pace;
	if (o.json == NULL || o.each) /* then each parent fills in its own */
		return 0;
	if (nq_body_read(o.json, &o.refs, &o.body, &o.body_secret, err) == -1)
		return -1;
	o.pull.body = nq_buf_str(&o.body);
	return 0;
}

/* Where a feed that has the newest first is no longer of interest. */
static int
open_bound(struct nq_err *err)
{
	if (o.stop_before == NULL)
		return 0;
	if (nq_ref_expand(&o.refs, nq_str(o.stop_before), "--stop-before", NQ_REF_RAW, &o.bound,
		NULL, err) == -1)
		return -1;
	o.pull.stop_before = nq_buf_str(&o.bound);
	return 0;
}

static int
open_each(const char *operand, struct nq_err *err)
{
	if (!o.each && o.keep.n > 0)
		return nq_err_set(err, NQ_USAGE, "--keep goes with --each");
	if (!o.each)
		return 0;
	if (o.pull.raw && o.keep.n > 0)
		return nq_err_set(
		    err, NQ_USAGE, "--raw and --keep do not go together: a body is not changed");
	if (!is_url(operand) && !nq_ref_present(nq_str(operand)))
		return nq_err_set(err, NQ_USAGE, "--each: '%s' is no URL", operand);
	if (o.json != NULL && strcmp(o.json, "@-") == 0)
		return nq_err_set(
		    err, NQ_USAGE, "--each: standard input holds the records, not the body");
	return nq_each_open(&each, &o.refs, &o.keep, o.pull.max_line, stdout, err);
}

static int
run(char **operands, struct nq_pull *p, struct nq_err *err)
{
	if (open_request(err) == -1 || open_bound(err) == -1)
		return -1;
	if (nq_progress_open(cli.tool, o.progress, err) == -1)
		return -1;
	if (nq_pull_open(p, &o.pull, stdout, err) == -1)
		return -1;
	if (open_each(*operands, err) == -1)
		return -1;
	if (!is_url(*operands) && !nq_ref_present(nq_str(*operands)))
		return pull_files(p, operands, err);
	if (operands[1] != NULL)
		return nq_err_set(
		    err, NQ_USAGE, "one URL at a time: '%s' is one too many", operands[1]);
	return pull_url(p, *operands, err);
}

/* A stream may be endless: only that it comes to a standstill ends it. */
static void
unbound(struct nq_http_options *http)
{
	http->max_time_ms = 0;
	if (http->max_body == nq_http_defaults.max_body)
		http->max_body = UINT64_MAX;
}

int
main(int argc, char **argv)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_settings settings;
	struct nq_pull pull;
	int first;

	nq_cli_begin(cli.tool);
	o.http = nq_http_defaults;
	first = nq_cli_parse(&cli, argc, argv, &err);
	if (first == -2)
		return (int)nq_cli_finish(NQ_OK);
	if (first >= 0 && first == argc)
		first = nq_err_set(&err, NQ_USAGE, "give a URL, or files to read");
	if (first == -1)
		return (int)nq_cli_usage_error(&cli, &err);
	if (o.pull.stream)
		unbound(&o.http);
	nq_log_run_id(o.run_id);
	nq_io_widen_pipe(STDOUT_FILENO);
	setvbuf(stdout, NULL, _IONBF, 0); /* what goes there are whole pages */
	memset(&pull, 0, sizeof(pull));
	if (open_refs(&settings, &err) == -1 || run(argv + first, &pull, &err) == -1)
		nq_log_failure(&err);
	nq_progress_close();
	if ((o.end_mark || (err.status != NQ_OK && o.each && nq_each_marked(&each))) &&
	    !o.dry_run && ferror(stdout) == 0)
		close_stream(&pull, &err);
	nq_pull_free(&pull);
	if (each.keep.kept != NULL)
		nq_each_free(&each);
	nq_settings_free(&settings);
	nq_refs_free(&o.refs);
	nq_buf_free(&o.body);
	nq_buf_free(&o.bound);
	nq_cli_free(&cli);
	nq_secret_forget();
	return (int)nq_cli_finish(err.status);
}
