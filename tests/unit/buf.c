#include "unit.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/secret.h"

static void
starts_empty_and_terminated(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	CHECK_STR(b.data, "");
	nq_buf_reset(&b);
	nq_buf_cut(&b, 0);
	nq_buf_free(&b);
	nq_buf_free(&b);
	CHECK(b.cap == 0);
	CHECK_STR(nq_buf_empty, "");
}

static void
grows_one_byte_at_a_time(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	for (int i = 0; i < 100000; i++) {
		nq_buf_addc(&b, (char)('a' + i % 26));
		if (b.data[b.len] != '\0' || b.cap <= b.len)
			CHECK_ROW(0, "terminated, and inside its memory");
	}
	CHECK_INT(b.len, 100000);
	CHECK(b.data[99999] == (char)('a' + 99999 % 26));
	nq_buf_free(&b);
}

static void
keeps_nul_bytes(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_add(&b, "a\0b", 3);
	nq_buf_addstr(&b, (struct nq_str){"\0", 1});
	CHECK_INT(b.len, 4);
	CHECK(memcmp(b.data, "a\0b\0", 5) == 0);
	nq_buf_add(&b, NULL, 0);
	CHECK_INT(b.len, 4);
	nq_buf_free(&b);
}

static void
cuts_takes_and_formats(void)
{
	struct nq_buf b = NQ_BUF_INIT;
	char *p;

	nq_buf_addf(&b, "%s-%d", "abc", 42);
	nq_buf_addf(&b, "%s", "");
	CHECK_STR(b.data, "abc-42");
	nq_buf_cut(&b, 3);
	nq_buf_cut(&b, 5);
	CHECK_STR(b.data, "abc");
	p = nq_buf_take(&b);
	CHECK_STR(p, "abc");
	CHECK(b.len == 0 && b.cap == 0);
	free(p);
	p = nq_buf_take(&b);
	CHECK_STR(p, "");
	free(p);
}

/* What a child does that must end in "out of memory": its status, its stderr in text. */
static int
in_child(void (*run)(void), char *text, size_t size)
{
	int pipes[2], status = -1;
	ssize_t n;
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(pipes[1]);
	n = read(pipes[0], text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

static void
grow_by_all_there_is(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	alarm(5);
	nq_buf_adds(&b, "x");
	nq_buf_grow(&b, SIZE_MAX - 1);
}

static void
grow_by_most(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	alarm(5);
	nq_buf_grow(&b, SIZE_MAX - SIZE_MAX / 8);
}

static void
multiply_too_far(void)
{
	nq_reallocarray(NULL, SIZE_MAX / 2, 3);
}

static void
impossible_sizes_end_the_program(void)
{
	static void (*const runs[])(void) = {grow_by_all_there_is, grow_by_most, multiply_too_far};
	char text[256];

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		CHECK_INT(in_child(runs[i], text, sizeof(text)), NQ_TEMPFAIL);
		CHECK_STR(text, "nq: out of memory\n");
	}
}

static void
encodes_percent_and_base64(void)
{
	static const char *const base64[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
	    {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"}};
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_add_percent(&b, (struct nq_str){"aZ09-._~ /?&=+%\0\xc3\xa9", 18});
	CHECK_STR(b.data, "aZ09-._~%20%2F%3F%26%3D%2B%25%00%C3%A9");
	for (size_t i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
		nq_buf_reset(&b);
		nq_buf_add_base64(&b, nq_str(base64[i][0]));
		CHECK_STR(b.data, base64[i][1]);
	}
	nq_buf_free(&b);
}

static void
decodes_percent(void)
{
	static const char *const rows[][2] = {{"", ""}, {"pass%77ord", "password"},
	    {"%C3%a9%20%2b+", "\xc3\xa9 ++"}, {"%", "%"}, {"a%4", "a%4"},
	    {"%4g%g4%%41", "%4g%g4%A"}, {"%2541", "%41"}};
	struct nq_buf b = NQ_BUF_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nq_buf_reset(&b);
		nq_buf_add_unpercent(&b, nq_str(rows[i][0]));
		CHECK_STR(b.data, rows[i][1]);
	}
	nq_buf_reset(&b);
	nq_buf_add_unpercent(&b, (struct nq_str){"%00%411", 6});
	CHECK(b.len == 2 && memcmp(b.data, "\0A", 2) == 0);
	nq_buf_free(&b);
}

static void
redacts(const char *text, const char *want)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_adds(&b, text);
	nq_secret_redact(&b);
	CHECK_STR(b.data, want);
	CHECK_INT(b.len, strlen(want));
	nq_buf_free(&b);
}

static void
redacts_each_spelling(void)
{
	nq_secret_add(nq_str("p\"a/ss\\w\n\xc3\xa9"));
	redacts("raw p\"a/ss\\w\n\xc3\xa9.", "raw ***.");
	redacts("url p%22a%2Fss%5Cw%0A%C3%A9.", "url ***.");
	redacts("url p%22a%2fss%5cw%0a%c3%a9.", "url ***.");
	redacts("json p\\\"a/ss\\\\w\\n\xc3\xa9.", "json ***.");
	redacts("json p\\\"a\\/ss\\\\w\\n\xc3\xa9.", "json ***.");
	redacts("base64 cCJhL3NzXHcKw6k=.", "base64 ***.");
	redacts("nothing of it", "nothing of it");
	nq_secret_forget();
	redacts("raw p\"a/ss\\w\n\xc3\xa9.", "raw p\"a/ss\\w\n\xc3\xa9.");
}

static void
redacts_what_is_nested_or_repeated(void)
{
	nq_secret_add(nq_str("token"));
	nq_secret_add(nq_str("token-and-more"));
	nq_secret_add(nq_str("more-token-and-more-x"));
	redacts("token token-and-more tokentoken", "*** *** ******");
	redacts("a more-token-and-more-x b", "a *** b");
	redacts("token", "***");
	nq_secret_forget();
}

static void
redacts_basic_auth(void)
{
	nq_secret_add_basic(nq_str("user"), nq_str("hunter2hunter2"));
	redacts("Basic dXNlcjpodW50ZXIyaHVudGVyMg==", "Basic ***");
	redacts("user:hunter2hunter2", "***");
	redacts("hunter2hunter2", "***");
	redacts("user", "user");
	nq_secret_forget();
}

static void
leaves_short_values_alone(void)
{
	nq_secret_add(nq_str("abc"));
	nq_secret_add(nq_str(""));
	redacts("abc abcd", "abc abcd");
	nq_secret_add(nq_str("abcd"));
	redacts("abc abcd", "abc ***");
	nq_secret_forget();
	nq_secret_forget();
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"starts empty and terminated", starts_empty_and_terminated},
	    {"grows one byte at a time", grows_one_byte_at_a_time},
	    {"keeps NUL bytes", keeps_nul_bytes},
	    {"cuts, is taken, formats", cuts_takes_and_formats},
	    {"impossible sizes end the program", impossible_sizes_end_the_program},
	    {"encodes percent and base64", encodes_percent_and_base64},
	    {"decodes percent", decodes_percent},
	    {"redacts each spelling", redacts_each_spelling},
	    {"redacts what is nested or repeated", redacts_what_is_nested_or_repeated},
	    {"redacts basic authentication", redacts_basic_auth},
	    {"leaves short values alone", leaves_short_values_alone},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
