/* nq-plan: compiles a connector file into pipelines; see nq-plan(1). */
#include <stdio.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/log.h"
#include "plan/keys.h"
#include "plan/plan.h"
#include "plan/print.h"
#include "plan/sample.h"

static const char usual_file[] = "sources.yml";
static const char dango_file[] = ".dango/sources.yml";
static struct nq_config_options options = {.path = usual_file, .window_ms = -1};
static struct nq_list vars;
static bool as_json, as_shell, as_pipeline, as_list, keys, sample;

static const struct nq_opt opts[] = {
    {"config", 'c', "FILE", NQ_OPT_STR, &options.path, "the connector file (sources.yml)"},
    {"settings", 0, "FILE", NQ_OPT_STR, &options.settings,
	"read ${secrets.x}, ${config.x} and ${job_params.x} from here"},
    {"env-file", 0, "FILE", NQ_OPT_STR, &options.env_file,
	"look up ${NAME} here too, as NAME=VALUE lines"},
    {"var", 0, "NAME=VALUE", NQ_OPT_PAIR, &vars, "give ${var.NAME} a value"},
    {"param", 0, "NAME=VALUE", NQ_OPT_LIST, &options.params,
	"give ${job_params.NAME} another value"},
    {"since", 0, "VALUE", NQ_OPT_STR, &options.since, "start here, whatever the cursor says"},
    {"until", 0, "TIME", NQ_OPT_STR, &options.until, "end there: a backfill with a row of its own"},
    {"window", 0, "TIME", NQ_OPT_SECONDS, &options.window_ms,
	"pull in windows of so long (30d, 12h), each committed by itself"},
    {"cursor", 0, "VALUE", NQ_OPT_STR, &options.cursor,
	"the committed cursor, for a lower bound to show"},
    {"full", 0, NULL, NQ_OPT_FLAG, &options.full, "ask for everything"},
    {"to", 0, "DEST", NQ_OPT_STR, &options.to, "load into this destination instead"},
    {"print", 0, NULL, NQ_OPT_FLAG, &as_pipeline, "print the pipelines for people (default)"},
    {"json", 0, NULL, NQ_OPT_FLAG, &as_json, "print the plan as one JSON object a line"},
    {"shell", 0, NULL, NQ_OPT_FLAG, &as_shell, "print what nq-sync reads"},
    {"list", 0, NULL, NQ_OPT_FLAG, &as_list, "print the names, SOURCE/RESOURCE a line"},
    {"keys", 0, NULL, NQ_OPT_FLAG, &keys, "print every key a connector file may have"},
    {"sample", 0, NULL, NQ_OPT_FLAG, &sample,
	"read records and print what they suggest: id, cursor, a mapping"},
    {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL},
};

static const struct nq_cli cli = {
    .tool = "nq-plan",
    .usage = "nq-plan [options] [SOURCE[/RESOURCE]…]",
    .about = "Compiles a connector file into pipelines of nq-fetch, nq-map and nq-load.",
    .opts = opts,
};

static void
print_list(const struct nq_plan *p, struct nq_buf *b)
{
	nq_buf_addf(b, "%s/%s\n", p->connector, p->stream);
}

static int
print_plan(void *ctx, const struct nq_plan *p)
{
	void (*const *print)(const struct nq_plan *, struct nq_buf *) = ctx;
	struct nq_buf b = NQ_BUF_INIT;

	(*print)(p, &b);
	fwrite(b.data, 1, b.len, stdout);
	nq_buf_free(&b);
	return 0;
}

static enum nq_status
print_keys(void)
{
	const struct nq_keys_row *k;

	for (size_t i = 0; (k = nq_keys_row(i)) != NULL; i++)
		printf("%s\t%s\t%s\t%s\n", nq_keys_place_name(k->in), k->name,
		    k->refused		 ? "refused"
		    : k->same_as != NULL ? "same as"
					 : nq_keys_type_name(k->type),
		    k->same_as != NULL ? k->same_as : k->meaning);
	return NQ_OK;
}

static enum nq_status
print_sample(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;
	enum nq_status status = NQ_OK;

	if (nq_sample_read(STDIN_FILENO, &b, &err) == -1)
		status = nq_log_failure(&err);
	else
		fwrite(b.data, 1, b.len, stdout);
	nq_buf_free(&b);
	return status;
}

static enum nq_status
run(void)
{
	void (*print)(const struct nq_plan *, struct nq_buf *) = nq_print_pipeline;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_config config;
	enum nq_status status = NQ_OK;

	if (as_json)
		print = nq_print_json;
	else if (as_shell)
		print = nq_print_shell;
	else if (as_list)
		print = print_list;
	if (nq_config_open(&config, &options, vars, &err) == -1 ||
	    nq_plan_each(&config, print_plan, (void *)&print, &err) == -1)
		status = config.faults.n > 0 ? nq_log_faults(&config.faults) : nq_log_failure(&err);
	nq_config_free(&config);
	return status;
}

/* Only one of them can have standard output. */
static int
check_usage(struct nq_err *err)
{
	if (as_json + as_shell + as_pipeline + as_list + keys + sample > 1)
		return nq_err_set(err, NQ_USAGE,
		    "only one of --print, --json, --shell, --list, --keys and --sample");
	if (options.full && options.since != NULL)
		return nq_err_set(err, NQ_USAGE, "--full and --since exclude each other");
	if (options.full && (options.until != NULL || options.window_ms > 0))
		return nq_err_set(err, NQ_USAGE, "--full goes with neither --until nor --window");
	if (options.window_ms != -1 && options.window_ms < 1000)
		return nq_err_set(err, NQ_USAGE, "--window: at least one second");
	for (size_t i = 0; i < options.params.n; i++)
		if (strchr(options.params.v[i], '=') == NULL)
			return nq_err_set(err, NQ_USAGE, "option '--param': write NAME=VALUE");
	if (keys || sample || options.path != usual_file || access(usual_file, F_OK) == 0)
		return 0;
	if (access(dango_file, F_OK) == -1)
		return nq_err_set(err, NQ_USAGE,
		    "no '%s' here: name the connector file with -c FILE", usual_file);
	options.path = dango_file;
	return 0;
}

int
main(int argc, char **argv)
{
	struct nq_err err = NQ_ERR_INIT;
	int first;

	nq_cli_begin("nq-plan");
	first = nq_cli_parse(&cli, argc, argv, &err);
	if (first == -2)
		return (int)nq_cli_finish(NQ_OK);
	if (first == -1 || check_usage(&err) == -1)
		return (int)nq_cli_usage_error(&cli, &err);
	options.picked = (const char *const *)argv + first;
	options.npicked = (size_t)(argc - first);
	if (sample)
		return (int)nq_cli_finish(print_sample());
	return (int)nq_cli_finish(keys ? print_keys() : run());
}
