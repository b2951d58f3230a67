#include "map/pattern.h"

#include <string.h>

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

/* The largest number of what stands in braces from i on. */
static size_t
count_at(struct nq_str s, size_t i)
{
	size_t most = 1, n = 0;

	for (; i < s.n && s.p[i] != '}'; i++) {
		n = s.p[i] == ',' || n > NQ_MAX_PATTERN_SIZE ? 0 : n * 10 + (size_t)(s.p[i] - '0');
		most = n > most ? n : most;
	}
	return most;
}

/* How many places the pattern has when its counted repeats are written out; 0: nested too deeply.
 */
static size_t
size_of(struct nq_str s)
{
	size_t group[NQ_MAX_DEPTH], depth = 0, size = 1, last = 1;

	for (size_t i = 0; i < s.n && size <= NQ_MAX_PATTERN_SIZE; i++) {
		if (s.p[i] == '(') {
			if (depth == NQ_MAX_DEPTH)
				return 0;
			group[depth++] = size;
			size = last = 1;
			continue;
		}
		if (s.p[i] == '{') {
			last *= count_at(s, i + 1);
			size += last;
			continue;
		}
		last = 1;
		if (s.p[i] == ')' && depth > 0) {
			last = size;
			size += group[--depth];
		} else if (s.p[i] == '[') {
			i = bracket_end(s, i);
		} else if (s.p[i] == '\\') {
			i++;
		}
		size++;
	}
	return size;
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
	size_t size;

	if (s.n > NQ_MAX_PATTERN)
		return "it is longer than 1000 bytes";
	if (memchr(s.p, '\0', s.n) != NULL)
		return "it holds a NUL";
	if (refers_back(s))
		return "POSIX extended patterns have no back-references";
	size = size_of(s);
	if (size == 0)
		return "nested too deeply";
	return size > NQ_MAX_PATTERN_SIZE ? "its repeats are too many" : NULL;
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
