#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/io.h"
#include "base/log.h"
#include "map/check.h"
#include "map/compile.h"
#include "map/run.h"
#include "map/test.h"

static struct {
	const char *file, *expr, *schema, *test, *rejects, *max_rejects, *run_id;
	struct nq_list args;
	bool from_rejects, check, explain;
	uint64_t max_line;
} opt = {.max_line = NQ_MAX_LINE};

static const struct nq_opt options[] = {
    {"file", 'f', "FILE", NQ_OPT_STR, &opt.file, "read the mapping from FILE"},
    {"expression", 'e', "MAPPING", NQ_OPT_STR, &opt.expr, "the mapping itself"},
    {"arg", 0, "NAME=VALUE", NQ_OPT_LIST, &opt.args, "let $NAME be the text VALUE"},
    {"schema", 0, "NAME|FILE", NQ_OPT_STR, &opt.schema,
	"check output records by a built-in or JSON Schema file"},
    {"rejects", 0, "FILE", NQ_OPT_STR, &opt.rejects, "write records that cannot be mapped to FILE"},
    {"max-rejects", 0, "N|N%", NQ_OPT_STR, &opt.max_rejects,
	"go on while no more than these are rejected (0)"},
    {"from-rejects", 0, NULL, NQ_OPT_FLAG, &opt.from_rejects,
	"the input is a rejects file: map the records in it"},
    {"check", 0, NULL, NQ_OPT_FLAG, &opt.check,
	"check the mapping, against --schema too, and read nothing"},
    {"explain", 0, NULL, NQ_OPT_FLAG, &opt.explain, "print the compiled mapping and read nothing"},
    {"test", 0, "FILE", NQ_OPT_STR, &opt.test,
	"map the inputs in FILE and compare the outputs, read nothing else"},
    {"max-line", 0, "SIZE", NQ_OPT_SIZE, &opt.max_line, "bytes of the longest record (16M)"},
    {"run-id", 0, "ID", NQ_OPT_STR, &opt.run_id, "name of the run in log lines"},
    {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL},
};

static const struct nq_cli cli = {
    .tool = "nq-map",
    .usage = "nq-map [options] -f FILE < records\n"
	     "       nq-map [options] -e MAPPING < records",
    .about = "Turns each record into another shape by a mapping, a picture of the output.",
    .opts = options,
};

static int
parse(int argc, char **argv, struct nq_err *err)
{
	int first = nq_cli_parse(&cli, argc, argv, err);

	if (first < 0)
		return first;
	if ((opt.file == NULL) == (opt.expr == NULL))
		return nq_err_set(err, NQ_USAGE, "one mapping is needed: -f FILE, or -e MAPPING");
	if (first < argc)
		return nq_err_set(err, NQ_USAGE,
		    "'%s' is one argument too many: records are read from standard input",
		    argv[first]);
	if (opt.max_line == 0 || opt.max_line > NQ_MAX_LINE_CAP)
		return nq_err_set(err, NQ_USAGE, "option '--max-line': from 1 to 1G");
	nq_log_run_id(opt.run_id);
	return 0;
}

static int
open_mapping(struct nq_prog *prog, struct nq_faults *faults)
{
	struct nq_err err = NQ_ERR_INIT;

	if (opt.expr != NULL) {
		nq_buf_adds(&prog->source, opt.expr);
	} else if (nq_io_read_file(opt.file, NQ_MAX_CONFIG, &prog->source, &err) == -1) {
		err.status = NQ_USAGE;
		return nq_faults_take(faults, &err);
	}
	return nq_compile(prog, opt.expr != NULL ? "-e" : opt.file, &opt.args, faults);
}

static enum nq_status
run(const struct nq_prog *prog, const struct nq_schema *schema, struct nq_err *err)
{
	struct nq_rejects rejects;
	struct nq_run r = {.prog = prog,
	    .schema = schema,
	    .from_rejects = opt.from_rejects,
	    .max_line = (size_t)opt.max_line,
	    .rejects = &rejects};
	enum nq_status status = NQ_USAGE;

	if (nq_rejects_open(&rejects, opt.rejects, opt.max_rejects, err) == 0)
		status = nq_run(&r, err);
	nq_rejects_close(&rejects);
	return status;
}

static enum nq_status
explain(const struct nq_prog *prog)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_prog_explain(prog, &b);
	fwrite(b.data, 1, b.len, stdout);
	nq_buf_free(&b);
	return NQ_OK;
}

static enum nq_status
test(const struct nq_prog *prog, const struct nq_schema *schema, struct nq_err *err)
{
	struct nq_buf report = NQ_BUF_INIT;
	struct nq_test t = {
	    .prog = prog, .schema = schema, .max_line = (size_t)opt.max_line, .report = &report};
	int rc = nq_test_run(&t, opt.test, err);

	if (rc != -1)
		fwrite(report.data, 1, report.len, stdout);
	nq_buf_free(&report);
	return rc == 0 ? NQ_OK : rc == 1 ? NQ_FAIL : err->status;
}

/* What the mapping is wanted for; --check has been done when there is something to do it with. */
static enum nq_status
use(const struct nq_prog *prog, const struct nq_schema *schema, struct nq_err *err)
{
	if (opt.explain)
		return explain(prog);
	if (opt.test != NULL)
		return test(prog, schema, err);
	if (opt.check)
		return NQ_OK;
	return run(prog, schema, err);
}

/* The mapping and the schema, each with what is wrong with it. */
static int
open_all(struct nq_prog *prog, struct nq_schema *schema, struct nq_faults *faults)
{
	struct nq_err err = NQ_ERR_INIT;
	int rc = open_mapping(prog, faults);

	if (opt.schema == NULL)
		return rc;
	if (nq_schema_open(schema, opt.schema, &err) == -1)
		return nq_faults_take(faults, &err);
	return rc == 0 ? nq_map_check(prog, schema, faults) : -1;
}

static enum nq_status
work(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_faults faults = {NULL, 0, 0};
	struct nq_schema schema;
	struct nq_prog prog;
	enum nq_status status;

	nq_io_widen_pipe(STDOUT_FILENO);
	nq_prog_init(&prog);
	nq_schema_init(&schema);
	if (open_all(&prog, &schema, &faults) == -1) {
		status = nq_log_faults(&faults);
	} else {
		status = use(&prog, opt.schema != NULL ? &schema : NULL, &err);
		if (err.msg[0] != '\0')
			nq_log_failure(&err);
	}
	nq_faults_free(&faults);
	nq_schema_free(&schema);
	nq_prog_free(&prog);
	return status;
}

int
main(int argc, char **argv)
{
	struct nq_err err = NQ_ERR_INIT;
	enum nq_status status;
	int rc;

	nq_cli_begin("nq-map");
	rc = parse(argc, argv, &err);
	if (rc == -2)
		return (int)nq_cli_finish(NQ_OK);
	if (rc == -1)
		return (int)nq_cli_usage_error(&cli, &err);
	status = work();
	nq_list_free(&opt.args);
	return (int)nq_cli_finish(status);
}
