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

static struct {
	const char *file, *expr, *schema, *rejects, *max_rejects, *run_id;
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
	if (first < argc)
		return nq_err_set(err, NQ_USAGE,
		    "'%s' is one argument too many: records are read from standard input",
		    argv[first]);
	if ((opt.file == NULL) == (opt.expr == NULL))
		return nq_err_set(err, NQ_USAGE, "one mapping is needed: -f FILE, or -e MAPPING");
	if (opt.max_line == 0 || opt.max_line > NQ_MAX_LINE_CAP)
		return nq_err_set(err, NQ_USAGE, "option '--max-line': from 1 to 1G");
	nq_log_run_id(opt.run_id);
	return 0;
}

static int
open_mapping(struct nq_prog *prog, struct nq_err *err)
{
	if (opt.expr != NULL)
		nq_buf_adds(&prog->source, opt.expr);
	else if (nq_io_read_file(opt.file, NQ_MAX_CONFIG, &prog->source, err) == -1) {
		err->status = NQ_USAGE;
		return -1;
	}
	return nq_compile(prog, opt.expr != NULL ? "-e" : opt.file, &opt.args, err);
}

/* What needs no data: --explain prints the program, --check tells what it can prove. */
static int
look(const struct nq_prog *prog, const struct nq_schema *schema, struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc = 0;

	if (schema != NULL)
		rc = nq_map_check(prog, schema, err);
	if (rc == 0 && opt.explain)
		nq_prog_explain(prog, &b);
	if (b.len > 0)
		fwrite(b.data, 1, b.len, stdout);
	nq_buf_free(&b);
	return rc;
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
work(struct nq_err *err)
{
	struct nq_prog prog;
	struct nq_schema schema;
	enum nq_status status = NQ_USAGE;
	const struct nq_schema *used = NULL;

	nq_io_widen_pipe(STDOUT_FILENO);
	nq_prog_init(&prog);
	nq_schema_init(&schema);
	if (opt.schema != NULL)
		used = &schema;
	if (open_mapping(&prog, err) == 0 &&
	    (used == NULL || nq_schema_open(&schema, opt.schema, err) == 0) &&
	    look(&prog, used, err) == 0)
		status = opt.check || opt.explain ? NQ_OK : run(&prog, used, err);
	nq_schema_free(&schema);
	nq_prog_free(&prog);
	if (status != NQ_OK && status != NQ_PARTIAL)
		nq_log_failure(err);
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
	status = work(&err);
	nq_list_free(&opt.args);
	return (int)nq_cli_finish(status);
}
