#include "load/ddl.h"

#include <ctype.h>
#include <strings.h>

void
nq_ddl_quote(struct nq_buf *b, const char *name)
{
	nq_buf_addc(b, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"')
			nq_buf_addc(b, '"');
		nq_buf_addc(b, *name);
	}
	nq_buf_addc(b, '"');
}

/* A token is a slice; n is 0 at the end. */
static struct nq_str
token_at(struct nq_str sql, size_t at, size_t len)
{
	return (struct nq_str){sql.p + at, len};
}

static size_t
skip_comment(struct nq_str sql, size_t at)
{
	if (at + 1 < sql.n && sql.p[at] == '-' && sql.p[at + 1] == '-') {
		while (at < sql.n && sql.p[at] != '\n')
			at++;
		return at;
	}
	if (at + 1 < sql.n && sql.p[at] == '/' && sql.p[at + 1] == '*') {
		for (at += 2; at + 1 < sql.n; at++)
			if (sql.p[at] == '*' && sql.p[at + 1] == '/')
				return at + 2;
		return sql.n;
	}
	return at;
}

static size_t
skip_space(struct nq_str sql, size_t at)
{
	size_t before;

	do {
		before = at;
		while (at < sql.n && isspace((unsigned char)sql.p[at]))
			at++;
		at = skip_comment(sql, at);
	} while (at != before);
	return at;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static char
closing_quote(char c)
{
	return c == '[' ? ']' : c == '"' || c == '\'' || c == '`' ? c : '\0';
}

static struct nq_str
next(struct nq_str sql, size_t *at)
{
	size_t from = skip_space(sql, *at), end = from;
	char quote = from < sql.n ? closing_quote(sql.p[from]) : '\0';

	if (quote != '\0') {
		for (end++; end < sql.n; end++) {
			if (sql.p[end] != quote)
				continue;
			if (quote == ']' || end + 1 >= sql.n || sql.p[end + 1] != quote)
				break;
			end++;
		}
		end += end < sql.n;
	} else if (from < sql.n && is_word(sql.p[from])) {
		while (end < sql.n && is_word(sql.p[end]))
			end++;
	} else {
		end += from < sql.n;
	}
	*at = end;
	return token_at(sql, from, end - from);
}

struct nq_str
nq_ddl_body(const char *text)
{
	struct nq_str sql = nq_str(text), t;
	size_t at = 0;

	do {
		t = next(sql, &at);
	} while (t.n > 0 && t.p[0] != '(');
	return (struct nq_str){t.p, sql.n - (size_t)(t.p - sql.p)};
}

/* Whether a token, quoted or not, spells the name. */
static bool
names(struct nq_str t, const char *name)
{
	char quote = t.n > 1 ? closing_quote(t.p[0]) : '\0';
	size_t i = quote != '\0', end = t.n - (quote != '\0');

	for (; i < end; i++, name++) {
		if (*name == '\0' ||
		    tolower((unsigned char)t.p[i]) != tolower((unsigned char)*name))
			return false;
		if (quote != '\0' && quote != ']' && t.p[i] == quote)
			i++;
	}
	return *name == '\0';
}

/* What ends the type of a column definition. */
static bool
ends_type(struct nq_str t)
{
	static const char *const words[] = {"constraint", "primary", "not", "null", "unique",
	    "check", "default", "collate", "references", "generated", "as", "on"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (t.n == strlen(words[i]) && strncasecmp(t.p, words[i], t.n) == 0)
			return true;
	return t.n == 0 || t.p[0] == ',' || t.p[0] == ')';
}

/* The offset behind the type that starts at at: words, then perhaps (10,2). */
static size_t
skip_type(struct nq_str body, size_t at)
{
	size_t end = at, look = at;
	struct nq_str t = next(body, &look);

	while (!ends_type(t)) {
		end = look;
		if (t.p[0] == '(') {
			while (t.n > 0 && t.p[0] != ')')
				t = next(body, &look);
			return look;
		}
		t = next(body, &look);
	}
	return end;
}

int
nq_ddl_retype(struct nq_str body, const char *column, const char *type, struct nq_buf *out)
{
	size_t at = 0, depth = 0, end;
	struct nq_str t;
	bool first = false;

	while ((t = next(body, &at)).n > 0) {
		if (first && names(t, column)) {
			end = skip_type(body, at);
			nq_buf_add(out, body.p, at);
			nq_buf_addf(out, " %s", type);
			nq_buf_add(out, body.p + end, body.n - end);
			return 0;
		}
		first = (t.p[0] == '(' && depth == 0) || (t.p[0] == ',' && depth == 1);
		depth += t.p[0] == '(';
		depth -= t.p[0] == ')';
	}
	return -1;
}
