#ifndef NQ_BASE_STR_H
#define NQ_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A piece of text that belongs to somebody else. It may hold NULs: trust n, not strlen(). */
struct nq_str {
	const char *p;
	size_t n;
};

static inline struct nq_str
nq_str(const char *s)
{
	return (struct nq_str){s, strlen(s)};
}

static inline bool
nq_str_eq(struct nq_str a, struct nq_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
nq_str_is(struct nq_str a, const char *lit)
{
	return nq_str_eq(a, nq_str(lit));
}

/* Byte order; a prefix comes before the longer text. */
static inline int
nq_str_cmp(struct nq_str a, struct nq_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* What a noun ends in behind this number. */
static inline const char *
nq_plural(unsigned long long n)
{
	return n == 1 ? "" : "s";
}

/* Where part stands in s at or behind from, or NULL; in time linear in both. */
const char *nq_str_find(struct nq_str s, size_t from, struct nq_str part);

/*
 * The entry of a NULL-terminated list that is nearest to word, for "did you mean": NULL when
 * none is near enough to be a misspelling of it.
 */
const char *nq_str_nearest(const char *word, const char *const *list);

#endif
