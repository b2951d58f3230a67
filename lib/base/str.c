/* For memmem(3), which POSIX took up only in 2024. */
#define _GNU_SOURCE

#include "base/str.h"

#include <limits.h>

#define LONGEST_WORD 48

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits (insert, delete, replace) between two short words; UINT_MAX where one is too long. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[LONGEST_WORD + 1], diag, keep;
	size_t na = strlen(a), nb = strlen(b);

	if (na > LONGEST_WORD || nb > LONGEST_WORD)
		return UINT_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		diag = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			keep = row[j];
			row[j] = min3(row[j] + 1, row[j - 1] + 1, diag + (a[i - 1] != b[j - 1]));
			diag = keep;
		}
	}
	return row[nb];
}

const char *
nq_str_nearest(const char *word, const char *const *list)
{
	const char *best = NULL;
	unsigned least = (unsigned)strlen(word) / 3 + 2, d;

	for (; *list != NULL; list++) {
		d = distance(word, *list);
		if (d < least) {
			least = d;
			best = *list;
		}
	}
	return best;
}

const char *
nq_str_find(struct nq_str s, size_t from, struct nq_str part)
{
	return memmem(s.p + from, s.n - from, part.p, part.n);
}
