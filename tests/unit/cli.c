#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/log.h"
#include "base/secret.h"

static bool flag;
static int count;
static const char *text;
static struct nq_list list;
static uint64_t number, size;
static int64_t wait_ms;

static const struct nq_opt opts[] = {
    {"flag", 'f', NULL, NQ_OPT_FLAG, &flag, "set the flag"},
    {"count", 'c', NULL, NQ_OPT_COUNT, &count, "count up"},
    {"text", 't', "TEXT", NQ_OPT_STR, &text, "give a text"},
    {"item", 0, "ITEM", NQ_OPT_LIST, &list, "add an item"},
    {"number", 'n', "N", NQ_OPT_NUMBER, &number, "give a number"},
    {"max-line", 0, "SIZE", NQ_OPT_SIZE, &size, "give a size"},
    {"wait", 0, "TIME", NQ_OPT_SECONDS, &wait_ms, "wait so long"},
    {NULL, 0, NULL, NQ_OPT_FLAG, NULL, NULL},
};

static struct nq_cli cli = {
    "nq-unit", "nq-unit [options] FILE", "Tests the command line.", opts, false};

/* Parses words, which are split at blanks. */
static int
parse(const char *words, struct nq_err *err)
{
	static char copy[512], name[] = "nq-unit";
	static char *argv[32];
	char *p = copy;
	int argc = 1;

	flag = false;
	count = 0;
	text = NULL;
	nq_list_free(&list);
	number = size = 0;
	wait_ms = 0;
	argv[0] = name;
	snprintf(copy, sizeof(copy), "%s", words);
	while (p != NULL && *p != '\0')
		argv[argc++] = strsep(&p, " ");
	argv[argc] = NULL;
	return nq_cli_parse(&cli, argc, argv, err);
}

static void
fills_each_type(void)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(
	    parse("-f -cc --count -t abc --item=1 --item 2 -n7 --max-line 16M --wait 1.5m FILE",
		&err),
	    14);
	CHECK(flag);
	CHECK_INT(count, 3);
	CHECK_STR(text, "abc");
	CHECK_INT(list.n, 2);
	CHECK_STR(list.v[0], "1");
	CHECK_STR(list.v[1], "2");
	CHECK_INT(number, 7);
	CHECK_INT(size, 16 << 20);
	CHECK_INT(wait_ms, 90000);
}

static void
finds_operands(void)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(parse("FILE -f", &err), 2);
	CHECK(flag);
	CHECK_INT(parse("-- -f", &err), 2);
	CHECK(!flag);
	CHECK_INT(parse("-", &err), 1);
	cli.stop_at_operand = true;
	CHECK_INT(parse("-f jq -c -f", &err), 2);
	CHECK_INT(count, 0);
	cli.stop_at_operand = false;
}

static void
tells_misuse(void)
{
	static const char *const rows[][2] = {
	    {"--flga", "unknown option '--flga', did you mean '--flag'?"},
	    {"--texts=3", "unknown option '--texts', did you mean '--text'?"},
	    {"--max-lines 3", "unknown option '--max-lines', did you mean '--max-line'?"},
	    {"--something-else", "unknown option '--something-else'"},
	    {"-Z", "unknown option '-Z'"},
	    {"-fZ", "unknown option '-Z'"},
	    {"--flag -Zf", "unknown option '-Z'"},
	    {"--text", "option '--text' needs a value: TEXT"},
	    {"-t", "option '--text' needs a value: TEXT"},
	    {"--flag=1", "option '--flag' takes no value"},
	    {"-n x", "option '--number': 'x' is not a whole number"},
	    {"-n -1", "option '--number': '-1' is not a whole number"},
	    {"-n 18446744073709551616",
		"option '--number': '18446744073709551616' is not a whole number"},
	    {"--max-line 1T", "option '--max-line': '1T' is not a size: write 500k, 16M or 4G"},
	    {"--wait soon",
		"option '--wait': 'soon' is not a duration: write 30, 0.5, 250ms, 5m, 12h or 7d"},
	    {"--log xml", "unknown log format 'xml': write text or json"},
	};
	struct nq_err err = NQ_ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_ROW(parse(rows[i][0], &err) == -1, rows[i][0]);
		CHECK_STR(err.msg, rows[i][1]);
		CHECK_INT(err.status, NQ_USAGE);
	}
}

static void
reads_sizes(void)
{
	static const struct {
		const char *text;
		uint64_t size;
		int rc;
	} rows[] = {{"0", 0, 0}, {"1", 1, 0}, {"500k", 512000, 0}, {"4G", 4ull << 30, 0},
	    {"17179869183G", 17179869183ull << 30, 0}, {"17179869184G", 0, -1}, {"", 0, -1},
	    {"k", 0, -1}, {"1K", 0, -1}, {"1kk", 0, -1}, {"1.5k", 0, -1}, {"-1", 0, -1},
	    {"99999999999999999999999999999999999", 0, -1}};
	uint64_t v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_ROW(nq_cli_size(rows[i].text, &v) == rows[i].rc, rows[i].text);
		if (rows[i].rc == 0)
			CHECK_ROW(v == rows[i].size, rows[i].text);
	}
}

/* What run writes to the descriptor, in a process of its own; its status. */
static int
captured(int fd, void (*run)(void), struct nq_buf *out)
{
	int pipes[2], status = 0;
	char piece[4096];
	ssize_t n;
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], fd);
		close(pipes[0]);
		close(pipes[1]);
		run();
		fflush(NULL);
		_exit(0);
	}
	close(pipes[1]);
	nq_buf_reset(out);
	while ((n = read(pipes[0], piece, sizeof(piece))) > 0)
		nq_buf_add(out, piece, (size_t)n);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

static void
ask_for_help(void)
{
	struct nq_err err = NQ_ERR_INIT;

	_exit(parse("--log text --help", &err) == -2 ? (int)nq_cli_finish(NQ_OK) : 9);
}

static void
prints_help_from_the_table(void)
{
	struct nq_buf out = NQ_BUF_INIT;

	CHECK_INT(captured(STDOUT_FILENO, ask_for_help, &out), 0);
	CHECK(strstr(out.data, "usage: nq-unit [options] FILE\n\nTests the command line.\n\n") ==
	      out.data);
	CHECK(strstr(out.data, "\n  -t, --text TEXT                 give a text\n") != NULL);
	CHECK(strstr(out.data, "\n      --item ITEM                 add an item\n") != NULL);
	CHECK(strstr(out.data, "\n  -v, --verbose ") != NULL);
	CHECK(strstr(out.data, "\nThe manual: man nq-unit\n") != NULL);
	nq_buf_free(&out);
}

static void
fail_plainly(void)
{
	struct nq_err err = {
	    NQ_USAGE, "file.map:1:2: no\n  {a\n  ^\nforged\x1b[2J, hunter2hunter2"};

	nq_log_open("nq-unit");
	nq_secret_add(nq_str("hunter2hunter2"));
	_exit((int)nq_log_failure(&err));
}

static void
fail_in_a_run(void)
{
	struct nq_err err = {NQ_TEMPFAIL, "server said 'a\nb\x1b\x7f' to hunter2hunter2"};

	nq_log_open("nq-unit");
	nq_secret_add(nq_str("hunter2hunter2"));
	_exit((int)nq_log_failure(&err));
}

static void
fail_in_json(void)
{
	setenv("NQ_LOG", "json", 1);
	nq_log_run_id("run-1");
	fail_in_a_run();
}

/* A line that is cut at its limit may end in the first half of a secret. */
static void
fail_at_length(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;

	nq_log_open("nq-unit");
	nq_secret_add(nq_str("hunter2hunter2"));
	for (int i = 0; i < NQ_MAX_MESSAGE - 10; i++)
		nq_buf_addc(&b, '.');
	nq_buf_adds(&b, "hunter2hunter2");
	nq_err_set(&err, NQ_FAIL, "%s", b.data);
	_exit((int)nq_log_failure(&err));
}

static void
tells_failures(void)
{
	struct nq_buf out = NQ_BUF_INIT;

	CHECK_INT(captured(STDERR_FILENO, fail_plainly, &out), NQ_USAGE);
	CHECK_STR(out.data, "nq-unit: file.map:1:2: no\n  {a\n  ^\nforged\\x1b[2J, ***\n");
	CHECK_INT(captured(STDERR_FILENO, fail_in_a_run, &out), NQ_TEMPFAIL);
	CHECK(out.len > 24);
	CHECK_STR(out.data + 20, "UTC [ERROR] nq-unit: server said 'a\\x0ab\\x1b\\x7f' to ***\n");
	CHECK_INT(captured(STDERR_FILENO, fail_in_json, &out), NQ_TEMPFAIL);
	CHECK(strncmp(out.data, "{\"ts\":\"2", 8) == 0);
	CHECK(strstr(out.data,
		  ",\"level\":\"ERROR\",\"tool\":\"nq-unit\",\"run_id\":\"run-1\",\"step\":null,"
		  "\"message\":\"server said 'a\\u000ab\\u001b\\u007f' to ***\",") != NULL);
	CHECK_INT(captured(STDERR_FILENO, fail_at_length, &out), NQ_FAIL);
	CHECK(strstr(out.data, "hunt") == NULL);
	nq_buf_free(&out);
}

/* Bytes that are no UTF-8 would make the line no JSON, and C1 controls drive terminals too. */
static void
say_odd_bytes(void)
{
	setenv("NQ_LOG", "json", 1);
	nq_log_open("nq-unit");
	nq_log(NQ_LOG_WARN, NULL, "%s", "ok \xc3\xa9, bad \xff \xc3, c1 \xc2\x9b, end \xe2\x82");
}

static void
keeps_log_lines_valid(void)
{
	struct nq_buf out = NQ_BUF_INIT;

	CHECK_INT(captured(STDERR_FILENO, say_odd_bytes, &out), 0);
	CHECK(strstr(out.data,
		  "\"ok \xc3\xa9, bad \\\\xff \\\\xc3, c1 \\u009b, end \\\\xe2\\\\x82\"") != NULL);
	nq_buf_free(&out);
}

static void
write_to_a_full_disk(void)
{
	dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
	nq_log_open("nq-unit");
	puts("data");
	_exit((int)nq_cli_finish(NQ_OK));
}

static void
notices_that_output_is_lost(void)
{
	struct nq_buf out = NQ_BUF_INIT;

	CHECK_INT(captured(STDERR_FILENO, write_to_a_full_disk, &out), NQ_FAIL);
	CHECK(strstr(out.data,
		  "nq-unit: cannot write standard output: No space left on device\n") != NULL);
	nq_buf_free(&out);
}

static void
begin_without_descriptors(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	signal(SIGPIPE, SIG_IGN);
	nq_cli_begin("nq-unit");
	_exit(fcntl(STDIN_FILENO, F_GETFD) != -1 && fcntl(STDOUT_FILENO, F_GETFD) != -1 &&
		      signal(SIGPIPE, SIG_IGN) == SIG_DFL
		  ? 0
		  : 1);
}

static void
begins_whatever_it_inherits(void)
{
	struct nq_buf out = NQ_BUF_INIT;

	CHECK_INT(captured(STDERR_FILENO, begin_without_descriptors, &out), 0);
	nq_buf_free(&out);
}

static void
keeps_messages_within_bounds(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;

	for (int i = 0; i < 3 * NQ_MAX_MESSAGE; i++)
		nq_buf_addc(&b, 'x');
	nq_err_set(&err, NQ_FAIL, "%s", b.data);
	CHECK_INT(strlen(err.msg), NQ_MAX_MESSAGE - 1);
	CHECK_INT(nq_err_at(&err, "page %d: ", 3), -1);
	CHECK_INT(strlen(err.msg), NQ_MAX_MESSAGE - 1);
	CHECK(strncmp(err.msg, "page 3: xxx", 11) == 0);
	nq_buf_free(&b);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"fills each type", fills_each_type},
	    {"finds operands", finds_operands},
	    {"tells misuse", tells_misuse},
	    {"reads sizes", reads_sizes},
	    {"prints help from the table", prints_help_from_the_table},
	    {"tells failures", tells_failures},
	    {"keeps log lines valid", keeps_log_lines_valid},
	    {"notices that output is lost", notices_that_output_is_lost},
	    {"begins whatever it inherits", begins_whatever_it_inherits},
	    {"keeps messages within bounds", keeps_messages_within_bounds},
	    {NULL, NULL},
	};
	int rc = unit_main(argc, argv, tests);

	nq_list_free(&list);
	return rc;
}
