#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json/lines.h"

/* A pipe that a child fills with the text in pieces; *pid is to be waited for. */
static int
fed(struct nq_str text, size_t piece, pid_t *pid)
{
	int pipes[2];

	CHECK(pipe(pipes) == 0);
	fflush(NULL);
	*pid = fork();
	if (*pid == 0) {
		close(pipes[0]);
		for (size_t at = 0, n; at < text.n; at += n) {
			n = text.n - at < piece ? text.n - at : piece;
			if (write(pipes[1], text.p + at, n) == -1)
				_exit(1);
		}
		_exit(0);
	}
	close(pipes[1]);
	return pipes[0];
}

/* All lines as "number:line|", then "end", or the message. */
static void
reads(struct nq_str text, size_t max, size_t piece, const char *want)
{
	struct nq_buf got = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_lines l;
	struct nq_str line;
	pid_t pid;
	int fd = fed(text, piece, &pid), rc;

	nq_lines_init(&l, fd, max);
	while ((rc = nq_lines_next(&l, &line, &err)) == 1) {
		nq_buf_addf(&got, "%llu:", (unsigned long long)l.number);
		nq_buf_addstr(&got, line);
		nq_buf_addc(&got, '|');
	}
	nq_buf_adds(&got, rc == 0 ? "end" : err.msg);
	CHECK_STR(got.data, want);
	if (rc == 0)
		CHECK_INT(l.bytes, text.n);
	CHECK_INT(nq_lines_next(&l, &line, &err), rc);
	close(fd);
	waitpid(pid, NULL, 0);
	nq_lines_free(&l);
	nq_buf_free(&got);
}

static void
reads_all_ways(const char *text, size_t max, const char *want)
{
	for (size_t piece = 1; piece<9; piece += piece> 3 ? 2 : 1)
		reads(nq_str(text), max, piece, want);
	reads(nq_str(text), max, 1 << 16, want);
}

static void
splits_lines(void)
{
	reads_all_ways("", 10, "end");
	reads_all_ways("a\nbc\n", 10, "1:a|2:bc|end");
	reads_all_ways("a\nbc", 10, "1:a|2:bc|end");
	reads_all_ways("a", 10, "1:a|end");
}

static void
counts_blank_lines(void)
{
	reads_all_ways("\n\na\n \t\r\n\nb\n\n", 10, "3:a|6:b|end");
	reads_all_ways("\n", 10, "end");
	reads_all_ways("  ", 10, "end");
	reads_all_ways("\r\n\r\n", 10, "end");
}

static void
leaves_the_carriage_return(void)
{
	reads_all_ways("{}\r\n[]\r\n", 10, "1:{}\r|2:[]\r|end");
}

static void
keeps_nul_bytes(void)
{
	struct nq_buf got = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_lines l;
	struct nq_str line = {NULL, 0};
	pid_t pid;
	int fd = fed((struct nq_str){"a\0b\nc", 5}, 1, &pid);

	nq_lines_init(&l, fd, 10);
	CHECK_INT(nq_lines_next(&l, &line, &err), 1);
	CHECK(nq_str_eq(line, (struct nq_str){"a\0b", 3}));
	close(fd);
	waitpid(pid, NULL, 0);
	nq_lines_free(&l);
	nq_buf_free(&got);
}

static void
bounds_lines(void)
{
	reads_all_ways("12345\n12345\n", 5, "1:12345|2:12345|end");
	reads_all_ways("12345", 5, "1:12345|end");
	reads_all_ways(
	    "a\n123456\nb\n", 5, "1:a|line 2: longer than 5 bytes (--max-line raises the limit)");
	reads_all_ways("123456", 5, "line 1: longer than 5 bytes (--max-line raises the limit)");
}

/* An endless line is given up at the limit, not when memory is. */
static void
gives_up_on_endless_lines(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_lines l;
	struct nq_str line;
	int fd = open("/dev/zero", O_RDONLY);

	nq_lines_init(&l, fd, 1 << 20);
	CHECK_INT(nq_lines_next(&l, &line, &err), -1);
	CHECK_STR(err.msg, "line 1: longer than 1048576 bytes (--max-line raises the limit)");
	CHECK(l.buf.cap < 4 << 20);
	nq_lines_free(&l);
	close(fd);
}

static void
reads_lines_larger_than_a_chunk(void)
{
	struct nq_buf text = NQ_BUF_INIT, want = NQ_BUF_INIT;

	for (int i = 0; i < 700000; i++)
		nq_buf_addc(&text, (char)('a' + i % 26));
	nq_buf_adds(&want, "1:");
	nq_buf_addstr(&want, nq_buf_str(&text));
	nq_buf_adds(&want, "|2:x|end");
	nq_buf_adds(&text, "\nx\n");
	reads(nq_buf_str(&text), 1 << 20, 1 << 16, want.data);
	reads(nq_buf_str(&text), 1 << 20, 1000, want.data);
	nq_buf_free(&text);
	nq_buf_free(&want);
}

static void
tells_a_failed_read(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_lines l;
	struct nq_str line;
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	nq_lines_init(&l, fd, 10);
	CHECK_INT(nq_lines_next(&l, &line, &err), -1);
	CHECK_STR(err.msg, "cannot read the input: Is a directory");
	CHECK_INT(err.status, NQ_FAIL);
	nq_lines_free(&l);
	close(fd);
}

static void
knows_when_it_would_wait(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_lines l;
	struct nq_str line;
	int pipes[2];

	CHECK(pipe(pipes) == 0);
	nq_lines_init(&l, pipes[0], 100);
	CHECK(!nq_lines_ready(&l));
	CHECK(write(pipes[1], "a\nb\nc", 5) == 5);
	CHECK_INT(nq_lines_next(&l, &line, &err), 1);
	CHECK(nq_lines_ready(&l));
	CHECK_INT(nq_lines_next(&l, &line, &err), 1);
	CHECK(!nq_lines_ready(&l));
	close(pipes[1]);
	CHECK_INT(nq_lines_next(&l, &line, &err), 1);
	CHECK(nq_str_is(line, "c"));
	CHECK_INT(nq_lines_next(&l, &line, &err), 0);
	CHECK(nq_lines_ready(&l));
	nq_lines_free(&l);
	close(pipes[0]);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"splits lines", splits_lines},
	    {"counts blank lines", counts_blank_lines},
	    {"leaves the carriage return", leaves_the_carriage_return},
	    {"keeps NUL bytes", keeps_nul_bytes},
	    {"bounds lines", bounds_lines},
	    {"gives up on endless lines", gives_up_on_endless_lines},
	    {"reads lines larger than a chunk", reads_lines_larger_than_a_chunk},
	    {"tells a failed read", tells_a_failed_read},
	    {"knows when it would wait", knows_when_it_would_wait},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
