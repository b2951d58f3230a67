#include "http/link.h"

#include <string.h>
#include <strings.h>

struct scan {
	const char *at, *end;
};

static void
skip(struct scan *s, const char *set)
{
	while (s->at < s->end && *s->at != '\0' && strchr(set, *s->at) != NULL)
		s->at++;
}

/* Up to the first byte of set. */
static struct nq_str
until(struct scan *s, const char *set)
{
	const char *from = s->at;

	while (s->at < s->end && (*s->at == '\0' || strchr(set, *s->at) == NULL))
		s->at++;
	return (struct nq_str){from, (size_t)(s->at - from)};
}

/* What stands between the quotes; relations hold no escapes, and for the rest only the end counts.
 */
static struct nq_str
quoted(struct scan *s)
{
	const char *from = ++s->at;
	struct nq_str value;

	while (s->at < s->end && *s->at != '"')
		s->at += *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
	value = (struct nq_str){from, (size_t)(s->at - from)};
	s->at += s->at < s->end;
	return value;
}

/* name[=value] after a semicolon. */
static bool
parameter(struct scan *s, struct nq_str *name, struct nq_str *value)
{
	skip(s, " \t;");
	if (s->at == s->end || *s->at == ',')
		return false;
	*name = until(s, "=;, \t");
	*value = (struct nq_str){"", 0};
	skip(s, " \t");
	if (s->at == s->end || *s->at != '=')
		return true;
	s->at++;
	skip(s, " \t");
	*value = s->at < s->end && *s->at == '"' ? quoted(s) : until(s, ";, \t");
	return true;
}

static bool
is_named(struct nq_str s, const char *name)
{
	return s.n == strlen(name) && strncasecmp(s.p, name, s.n) == 0;
}

static bool
has_relation(struct nq_str relations, const char *rel)
{
	struct scan s = {relations.p, relations.p + relations.n};

	while (skip(&s, " \t"), s.at < s.end)
		if (is_named(until(&s, " \t"), rel))
			return true;
	return false;
}

/* One link-value; true when it is the one looked for. */
static bool
link_value(struct scan *s, const char *rel, struct nq_str *target)
{
	struct nq_str name, value;
	bool has_rel = false, fits = false, anchored = false;

	s->at++;
	*target = until(s, ">");
	s->at += s->at < s->end;
	while (parameter(s, &name, &value)) {
		anchored = anchored || is_named(name, "anchor");
		if (is_named(name, "rel") && !has_rel) {
			has_rel = true;
			fits = has_relation(value, rel);
		}
	}
	return fits && !anchored;
}

bool
nq_link_find(const struct nq_headers *h, const char *rel, struct nq_str *target)
{
	struct nq_str field, found;
	struct scan s;

	for (size_t n = 0; nq_headers_get(h, "Link", n, &field); n++) {
		s = (struct scan){field.p, field.p + field.n};
		while (skip(&s, ", \t"), s.at < s.end) {
			if (*s.at != '<') {
				until(&s, ",");
			} else if (link_value(&s, rel, &found)) {
				*target = found;
				return true;
			}
		}
	}
	return false;
}
