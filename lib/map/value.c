#include "map/value.h"

#include <stdio.h>

#include "base/num.h"
#include "json/text.h"

const struct nq_value nq_value_absent = {.type = NQ_ABSENT};
const struct nq_value nq_value_null = {.type = NQ_NULL};

struct nq_value
nq_value_bool(bool yes)
{
	return (struct nq_value){.type = yes ? NQ_TRUE : NQ_FALSE};
}

struct nq_value
nq_value_string(struct nq_str s)
{
	return (struct nq_value){.type = NQ_STRING, .text = s};
}

struct nq_value
nq_value_number(struct nq_str s)
{
	return (struct nq_value){.type = NQ_NUMBER, .text = s};
}

struct nq_value
nq_value_integer(struct nq_arena *a, int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);

	return nq_value_number(nq_arena_copy(a, (struct nq_str){digits, (size_t)len}));
}

struct nq_value
nq_value_token(const struct nq_doc *d, uint32_t tok)
{
	struct nq_value v = {.type = NQ_ABSENT};

	if (tok == NQ_NONE)
		return v;
	v.type = d->tok[tok].type;
	v.raw = v.type == NQ_STRING;
	v.escaped = d->tok[tok].escaped;
	v.tok = tok;
	v.doc = d;
	v.text = nq_doc_raw(d, tok);
	return v;
}

const char *
nq_value_type_name(const struct nq_value *v)
{
	static const char *const names[] = {"nothing", "null", "a boolean", "a boolean", "a number",
	    "a string", "an array", "an object"};

	return names[v->type];
}

static struct nq_str
inside(struct nq_str quoted)
{
	return (struct nq_str){quoted.p + 1, quoted.n - 2};
}

int
nq_value_text(const struct nq_value *v, struct nq_arena *a, struct nq_str *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc;

	*out = v->raw ? inside(v->text) : v->text;
	if (!v->escaped)
		return 0;
	rc = nq_text_decode(*out, &b);
	*out = nq_arena_copy(a, nq_buf_str(&b));
	nq_buf_free(&b);
	return rc;
}

/* A raw string leaves as it came, but it is mapped: so it must be text. */
static int
write_raw(const struct nq_value *v, struct nq_buf *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc = 0;

	if (v->escaped) {
		rc = nq_text_decode(inside(v->text), &b);
		nq_buf_free(&b);
	}
	if (rc == 0)
		nq_buf_addstr(out, v->text);
	return rc;
}

int
nq_value_write(const struct nq_value *v, struct nq_buf *out)
{
	static const char *const words[] = {"null", "null", "false", "true"};

	if (v->type <= NQ_TRUE)
		nq_buf_adds(out, words[v->type]);
	else if (v->type == NQ_STRING && v->raw)
		return write_raw(v, out);
	else if (v->type == NQ_STRING)
		nq_text_quote(out, v->text);
	else
		nq_buf_addstr(out, v->text);
	return 0;
}

static bool
same_object(const struct nq_value *a, const struct nq_value *b, struct nq_arena *arena)
{
	const struct nq_tok *t = a->doc->tok;
	struct nq_value key, x, y;
	struct nq_str name;

	for (uint32_t i = a->tok + 1; i < t[a->tok].next; i = t[i + 1].next) {
		key = nq_value_token(a->doc, i);
		if (nq_value_text(&key, arena, &name) == -1)
			return false;
		x = nq_value_token(a->doc, i + 1);
		y = nq_value_token(b->doc, nq_doc_get(b->doc, b->tok, name));
		if (!nq_value_same(&x, &y, arena))
			return false;
	}
	return true;
}

static bool
same_array(const struct nq_value *a, const struct nq_value *b, struct nq_arena *arena)
{
	uint32_t i = a->tok + 1, j = b->tok + 1;
	struct nq_value x, y;

	while (i < a->doc->tok[a->tok].next) {
		x = nq_value_token(a->doc, i);
		y = nq_value_token(b->doc, j);
		if (!nq_value_same(&x, &y, arena))
			return false;
		i = a->doc->tok[i].next;
		j = b->doc->tok[j].next;
	}
	return true;
}

bool
nq_value_same(const struct nq_value *a, const struct nq_value *b, struct nq_arena *arena)
{
	struct nq_str x, y;

	if (a->type != b->type)
		return false;
	switch (a->type) {
	case NQ_NUMBER:
		return nq_num_cmp(a->text, b->text) == 0;
	case NQ_STRING:
		return nq_value_text(a, arena, &x) == 0 && nq_value_text(b, arena, &y) == 0 &&
		       nq_str_eq(x, y);
	case NQ_ARRAY:
		return a->doc->tok[a->tok].n == b->doc->tok[b->tok].n && same_array(a, b, arena);
	case NQ_OBJECT:
		return a->doc->tok[a->tok].n == b->doc->tok[b->tok].n && same_object(a, b, arena);
	default:
		return true;
	}
}

int
nq_value_cmp(const struct nq_value *a, const struct nq_value *b, struct nq_arena *arena)
{
	struct nq_str x, y;

	if (a->type == NQ_NUMBER)
		return nq_num_cmp(a->text, b->text);
	nq_value_text(a, arena, &x);
	nq_value_text(b, arena, &y);
	return nq_str_cmp(x, y);
}
