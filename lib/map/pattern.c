#include "map/pattern.h"

#include <string.h>

enum { DEEPEST = 10 }; /* groups in groups */

/* Where a bracket expression ends that starts at i: a ']' that stands first is one of its own. */
static size_t
bracket_end(struct nq_str s, size_t i)
{
	i += i + 1 < s.n && s.p[i + 1] == '^';
	i += i + 1 < s.n && s.p[i + 1] == ']';
	for (i++; i < s.n && s.p[i] != ']'; i++)
		if (s.p[i] == '[' && i + 1 < s.n && strchr(":.=", s.p[i + 1]) != NULL)
			while (++i < s.n && s.p[i] != ']')
				;
	return i;
}

/*
 * What the library would have to build. Its time grows with the places of a pattern, counted
 * repeats written out, and with a high power of how deep repeats stand in repeats.
 */
struct plan {
	size_t group[DEEPEST], depth; /* sizes in front of the open groups */
	size_t size, last;	      /* of the group so far, and of what a repeat would repeat */
	bool repeated;		      /* a repeat stands right before */
};

/* The largest number in the braces that open at i, and where they close. */
static size_t
count_at(struct nq_str s, size_t i, size_t *most)
{
	size_t n = 0;

	for (*most = 1; i < s.n && s.p[i] != '}'; i++) {
		n = s.p[i] >= '0' && s.p[i] <= '9' ? n * 10 + (size_t)(s.p[i] - '0') : 0;
		n = n > NQ_MAX_REPEATS ? NQ_MAX_REPEATS + 1 : n;
		*most = n > *most ? n : *most;
	}
	return i;
}

static const char *
repeat(struct plan *p, struct nq_str s, size_t *i)
{
	size_t times = 1;

	if (p->repeated)
		return "a repeat stands behind a repeat";
	p->repeated = true;
	if (s.p[*i] == '{')
		*i = count_at(s, *i, &times);
	p->size += p->last * (times - 1);
	p->last *= times;
	return NULL;
}

/* One character, bracket expression or group bracket. */
static const char *
step(struct plan *p, struct nq_str s, size_t *i)
{
	p->repeated = false;
	if (s.p[*i] == '(') {
		if (p->depth == DEEPEST)
			return "groups are nested too deeply";
		p->group[p->depth++] = p->size;
		p->size = p->last = 1;
		return NULL;
	}
	p->last = 1;
	if (s.p[*i] == ')' && p->depth > 0) {
		p->last = p->size;
		p->size += p->group[--p->depth];
	} else if (s.p[*i] == '[') {
		*i = bracket_end(s, *i);
	} else if (s.p[*i] == '\\') {
		++*i;
	}
	p->size++;
	return NULL;
}

/* NULL when the pattern is small enough. */
static const char *
too_much(struct nq_str s)
{
	struct plan p = {.size = 1, .last = 1};
	const char *why = NULL;

	for (size_t i = 0; i < s.n && why == NULL; i++) {
		if (s.p[i] != '\0' && strchr("*+?{", s.p[i]) != NULL)
			why = repeat(&p, s, &i);
		else
			why = step(&p, s, &i);
		if (why == NULL && p.size > NQ_MAX_REPEATS)
			why = "its repeats are too many";
	}
	return why;
}

static bool
refers_back(struct nq_str s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '\\' && s.p[++i] >= '1' && s.p[i] <= '9')
			return true;
	return false;
}

/* NULL, or what is wrong with it before the library looks at it. */
static const char *
objection(struct nq_str s)
{
	if (s.n > NQ_MAX_PATTERN)
		return "it is longer than 1000 bytes";
	if (memchr(s.p, '\0', s.n) != NULL)
		return "it holds a NUL";
	if (refers_back(s))
		return "POSIX extended patterns have no back-references";
	return too_much(s);
}

int
nq_pattern_open(struct nq_pattern *p, struct nq_str s, struct nq_err *err)
{
	const char *why = objection(s);
	struct nq_buf b = NQ_BUF_INIT;
	char told[128];
	int rc;

	p->text = (struct nq_buf)NQ_BUF_INIT;
	if (why == NULL) {
		nq_buf_addstr(&b, s);
		rc = regcomp(&p->re, b.data, REG_EXTENDED | REG_NOSUB);
		nq_buf_free(&b);
		if (rc == 0)
			return 0;
		regerror(rc, &p->re, told, sizeof(told));
		why = told;
	}
	return nq_err_set(
	    err, NQ_USAGE, "'%.*s' is not a pattern: %s", s.n > 100 ? 100 : (int)s.n, s.p, why);
}

void
nq_pattern_close(struct nq_pattern *p)
{
	regfree(&p->re);
	nq_buf_free(&p->text);
}

bool
nq_pattern_found(struct nq_pattern *p, struct nq_str s)
{
	regmatch_t span = {0, (regoff_t)s.n};

	nq_buf_reset(&p->text);
	nq_buf_addstr(&p->text, s);
	return regexec(&p->re, p->text.data, 1, &span, REG_STARTEND) == 0;
}
