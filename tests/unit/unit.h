#ifndef NQ_TESTS_UNIT_H
#define NQ_TESTS_UNIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A unit test is one program: a table of functions, TAP on stdout, status 1 when a check failed.
 * The only argument is the directory tests/, for tables and corpora.
 */
struct unit_test {
	const char *name;
	void (*run)(void);
};

static unsigned unit_failures;
static const char *unit_dir = "tests";

/* A wrong value is told with its place, and the test goes on. */
#define CHECK(cond)	     unit_check((cond), __FILE__, __LINE__, #cond)
#define CHECK_STR(got, want) unit_check_str((got), (want), __FILE__, __LINE__)
#define CHECK_INT(got, want) unit_check_int((long long)(got), (long long)(want), __FILE__, __LINE__)
/* The same inside a table: what names the row. */
#define CHECK_ROW(cond, what) unit_check((cond), __FILE__, __LINE__, (what))

static inline void
unit_check(int ok, const char *file, int line, const char *what)
{
	if (ok)
		return;
	unit_failures++;
	printf("# %s:%d: failed: %s\n", file, line, what);
}

static inline void
unit_check_str(const char *got, const char *want, const char *file, int line)
{
	if (strcmp(got, want) == 0)
		return;
	unit_failures++;
	printf("# %s:%d: got '%s' instead of '%s'\n", file, line, got, want);
}

static inline void
unit_check_int(long long got, long long want, const char *file, int line)
{
	if (got == want)
		return;
	unit_failures++;
	printf("# %s:%d: got %lld instead of %lld\n", file, line, got, want);
}

/*
 * Calls row for each line of a table below the directory, its tab-separated columns cut apart;
 * lines that start with '#' are comments. Returns the number of rows.
 */
static inline int
unit_table(const char *name, size_t ncol, void (*row)(char **))
{
	struct nq_buf path = NQ_BUF_INIT;
	char *line = NULL, *col[8];
	size_t cap = 0, n;
	FILE *f;
	int rows = 0;

	nq_buf_addf(&path, "%s/%s", unit_dir, name);
	f = fopen(path.data, "r");
	CHECK_ROW(f != NULL, path.data);
	while (f != NULL && getline(&line, &cap, f) != -1) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#')
			continue;
		n = 0;
		for (char *p = line; p != NULL && n < 8; n++)
			col[n] = strsep(&p, "\t");
		CHECK_ROW(n == ncol, line);
		if (n == ncol)
			row(col);
		rows++;
	}
	if (f != NULL)
		fclose(f);
	free(line);
	nq_buf_free(&path);
	return rows;
}

static inline int
unit_main(int argc, char **argv, const struct unit_test *tests)
{
	unsigned n = 0, before, total = 0;

	if (argc > 1)
		unit_dir = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; tests->name != NULL; tests++) {
		before = unit_failures;
		tests->run();
		total += unit_failures > before;
		printf("%sok %u %s\n", unit_failures > before ? "not " : "", ++n, tests->name);
	}
	printf("1..%u\n", n);
	return total == 0 ? 0 : 1;
}

#endif
