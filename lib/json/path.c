#include "json/path.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "json/text.h"

/* The path as it is read: at and end in the user's text, keys copied behind each other. */
struct reader {
	const char *start, *at, *end;
	struct nq_path *path;
	char *room;
	struct nq_err *err;
};

static int
bad(const struct reader *r, const char *why)
{
	return nq_err_set(r->err, NQ_USAGE,
	    "'%.*s' is not a path: column %zu: %s (paths are written .a.b[0] or .\"odd key\")",
	    (int)(r->end - r->start), r->start, (size_t)(r->at - r->start) + 1, why);
}

static int
add_step(struct reader *r, struct nq_step s)
{
	if (r->path->n == NQ_MAX_PATH_STEPS)
		return bad(r, "too many steps");
	r->path->step[r->path->n++] = s;
	return 0;
}

static int
add_key(struct reader *r, const char *p, size_t n)
{
	struct nq_step s = {{r->room, n}, 0};

	if (n > 0)
		memcpy(r->room, p, n);
	r->room += n;
	return add_step(r, s);
}

static int
quoted_key(struct reader *r)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_doc d;
	const char *close = r->at + 1;
	int rc = -1;

	nq_doc_init(&d);
	while (close < r->end && *close != '"')
		close += *close == '\\' && close + 1 < r->end ? 2 : 1;
	if (close >= r->end)
		rc = bad(r, "the quote is not closed");
	else if (nq_doc_parse(&d, (struct nq_str){r->at, (size_t)(close + 1 - r->at)}, r->err) ==
		     -1 ||
		 nq_text_decode((struct nq_str){r->at + 1, (size_t)(close - r->at - 1)}, &b) == -1)
		rc = bad(r, "the quoted key is not a JSON string");
	else
		rc = add_key(r, b.data, b.len);
	r->at = close + 1;
	nq_doc_free(&d);
	nq_buf_free(&b);
	return rc;
}

static int
index_step(struct reader *r)
{
	struct nq_step s = {{NULL, 0}, 0};
	int sign = 1;

	if (*r->at == '-') {
		sign = -1;
		r->at++;
	}
	if (r->at < r->end && *r->at == ']' && r->at[-1] == '[')
		return bad(r, "a path leads to one value, and to a list without []");
	if (r->at == r->end || !isdigit((unsigned char)*r->at))
		return bad(r, "a number or a quoted key belongs in the brackets");
	for (; r->at < r->end && isdigit((unsigned char)*r->at); r->at++) {
		if (s.index > 100000000)
			return bad(r, "the index is too large");
		s.index = s.index * 10 + (*r->at - '0');
	}
	s.index *= sign;
	return add_step(r, s);
}

static int
bracket(struct reader *r)
{
	int rc;

	r->at++;
	if (r->at == r->end)
		return bad(r, "the bracket is not closed");
	rc = *r->at == '"' ? quoted_key(r) : index_step(r);
	if (rc == -1)
		return -1;
	if (r->at >= r->end || *r->at != ']')
		return bad(r, "the bracket is not closed");
	r->at++;
	return 0;
}

static bool
in_name(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("_@$-", c) != NULL);
}

static int
name(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && in_name(*r->at))
		r->at++;
	if (r->at == from)
		return bad(r, "a name, a quoted key or '[' must follow the dot");
	return add_key(r, from, (size_t)(r->at - from));
}

static int
steps(struct reader *r)
{
	int rc = 0;

	if (r->at == r->end || *r->at != '.')
		return bad(r, "a path starts with a dot");
	if (r->end - r->at == 1)
		return 0;
	while (r->at < r->end && rc == 0) {
		if (*r->at == '[') {
			rc = bracket(r);
			continue;
		}
		if (*r->at != '.')
			return bad(r, "'.' or '[' expected");
		r->at++;
		if (r->at < r->end && *r->at == '[')
			rc = bracket(r);
		else if (r->at < r->end && *r->at == '"')
			rc = quoted_key(r);
		else
			rc = name(r);
	}
	return rc;
}

int
nq_path_parse(struct nq_path *p, struct nq_str text, struct nq_err *err)
{
	struct reader r = {text.p, text.p, text.p + text.n, p, NULL, err};

	p->n = 0;
	p->text = r.room = nq_malloc(text.n + 1);
	if (steps(&r) == 0)
		return 0;
	nq_path_free(p);
	return -1;
}

void
nq_path_free(struct nq_path *p)
{
	free(p->text);
	p->text = NULL;
	p->n = 0;
}

/* What a mapping too takes without quotes. */
static bool
is_plain(struct nq_str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!isalnum((unsigned char)key.p[i]) && key.p[i] != '_')
			return false;
	return key.n > 0 && !isdigit((unsigned char)key.p[0]);
}

void
nq_path_add_key(struct nq_buf *b, struct nq_str key)
{
	nq_buf_addc(b, '.');
	if (is_plain(key))
		nq_buf_addstr(b, key);
	else
		nq_text_quote(b, key);
}

uint32_t
nq_path_find(const struct nq_path *p, const struct nq_doc *d, uint32_t from)
{
	for (size_t i = 0; i < p->n && from != NQ_NONE; i++) {
		if (p->step[i].key.p != NULL)
			from = nq_doc_get(d, from, p->step[i].key);
		else
			from = nq_doc_item(d, from, p->step[i].index);
	}
	return from;
}
