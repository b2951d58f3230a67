#include "map/func.h"

#include <stdint.h>

#include "base/buf.h"
#include "base/sha256.h"
#include "json/utf8.h"
#include "map/letters.h"

static int
give(struct nq_call *c, struct nq_buf *b, struct nq_value *out)
{
	*out = nq_value_string(nq_arena_copy(&c->e->arena, nq_buf_str(b)));
	nq_buf_free(b);
	return 0;
}

static bool
is_space(char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

int
nq_fn_trim(struct nq_call *c, struct nq_value *out)
{
	struct nq_str s = c->in->text;

	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	*out = nq_value_string(s);
	return 0;
}

/* Partners are of the same length in UTF-8, so the text keeps its own. */
static int
change_case(struct nq_call *c, uint32_t (*change)(uint32_t), struct nq_value *out)
{
	struct nq_str s = c->in->text;
	char *text = nq_arena_get(&c->e->arena, s.n + 1);
	uint32_t letter;

	for (size_t i = 0; i < s.n;) {
		nq_letter_at(s, i, &letter);
		i += nq_utf8_put(text + i, change(letter));
	}
	*out = nq_value_string((struct nq_str){text, s.n});
	return 0;
}

int
nq_fn_upper(struct nq_call *c, struct nq_value *out)
{
	return change_case(c, nq_letter_upper, out);
}

int
nq_fn_lower(struct nq_call *c, struct nq_value *out)
{
	return change_case(c, nq_letter_lower, out);
}

int
nq_fn_replace(struct nq_call *c, struct nq_value *out)
{
	struct nq_str s = c->in->text, old = c->arg[0].text, new = c->arg[1].text;
	struct nq_buf b = NQ_BUF_INIT;
	const char *hit;
	size_t at = 0;

	if (old.n == 0)
		return nq_eval_reject(c->e, c->at, "'replace' needs a text to replace");
	while ((hit = nq_str_find(s, at, old)) != NULL && b.len <= NQ_MAX_SCRATCH) {
		nq_buf_add(&b, s.p + at, (size_t)(hit - s.p) - at);
		nq_buf_addstr(&b, new);
		at = (size_t)(hit - s.p) + old.n;
	}
	nq_buf_add(&b, s.p + at, s.n - at);
	return give(c, &b, out);
}

static int
split_letters(struct nq_call *c, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);
	struct nq_str s = c->in->text;
	struct nq_value v;
	uint32_t letter;
	size_t used;

	nq_buf_addc(&m->text, '[');
	for (size_t i = 0; i < s.n; i += used) {
		used = nq_letter_at(s, i, &letter);
		v = nq_value_string((struct nq_str){s.p + i, used});
		if (i > 0)
			nq_buf_addc(&m->text, ',');
		nq_value_write(&v, &m->text);
	}
	nq_buf_addc(&m->text, ']');
	return nq_eval_made(c->e, c->at, m, out);
}

int
nq_fn_split(struct nq_call *c, struct nq_value *out)
{
	struct nq_str s = c->in->text, sep = c->arg[0].text;
	struct nq_made *m;
	struct nq_value v;
	const char *hit;
	size_t at = 0, end;

	if (sep.n == 0)
		return split_letters(c, out);
	m = nq_eval_make(c->e);
	nq_buf_addc(&m->text, '[');
	do {
		hit = nq_str_find(s, at, sep);
		end = hit != NULL ? (size_t)(hit - s.p) : s.n;
		v = nq_value_string((struct nq_str){s.p + at, end - at});
		nq_value_write(&v, &m->text);
		nq_buf_adds(&m->text, hit != NULL ? "," : "]");
		at = end + sep.n;
	} while (hit != NULL);
	return nq_eval_made(c->e, c->at, m, out);
}

int
nq_fn_starts_with(struct nq_call *c, struct nq_value *out)
{
	struct nq_str s = c->in->text, part = c->arg[0].text;

	*out = nq_value_bool(s.n >= part.n && memcmp(s.p, part.p, part.n) == 0);
	return 0;
}

int
nq_fn_ends_with(struct nq_call *c, struct nq_value *out)
{
	struct nq_str s = c->in->text, part = c->arg[0].text;

	*out = nq_value_bool(s.n >= part.n && memcmp(s.p + s.n - part.n, part.p, part.n) == 0);
	return 0;
}

/* A pattern that comes from the record. */
static int
matches_now(struct nq_call *c, bool *found)
{
	struct nq_pattern pattern;
	struct nq_err why = NQ_ERR_INIT;
	struct nq_value v;
	struct nq_str s;

	if (nq_eval_value(c->e, c->expr[0], &v) == -1)
		return -1;
	if (v.type != NQ_STRING)
		return nq_eval_reject(c->e, c->at,
		    "argument 1 of 'matches' must be a string, got %s", nq_value_type_name(&v));
	if (nq_eval_text(c->e, c->at, &v, &s) == -1)
		return -1;
	if (nq_pattern_open(&pattern, s, &why) == -1)
		return nq_eval_reject(c->e, c->at, "%s", why.msg);
	*found = nq_pattern_found(&pattern, c->in->text);
	nq_pattern_close(&pattern);
	return 0;
}

int
nq_fn_matches(struct nq_call *c, struct nq_value *out)
{
	struct nq_ready ready = nq_func_ready(c);
	bool found = false;

	if (ready.pattern != NULL)
		found = nq_pattern_found(ready.pattern, c->in->text);
	else if (matches_now(c, &found) == -1)
		return -1;
	*out = nq_value_bool(found);
	return 0;
}

int
nq_fn_sha256(struct nq_call *c, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_sha256_hex(c->in->text, &b);
	return give(c, &b, out);
}

int
nq_fn_base64(struct nq_call *c, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_add_base64(&b, c->in->text);
	return give(c, &b, out);
}

int
nq_fn_uri(struct nq_call *c, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_add_percent(&b, c->in->text);
	return give(c, &b, out);
}
