#include "json/doc.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "json/mem.h"
#include "json/text.h"
#include "json/utf8.h"

_Static_assert(
    sizeof(((struct nq_doc *)0)->frame) / sizeof(struct nq_doc_frame) > NQ_MAX_DEPTH, "depth");

static void
more(struct nq_doc *d)
{
	d->cap = d->cap == 0 ? 64 : d->cap * 2;
	d->tok = nq_reallocarray(d->tok, d->cap, sizeof(*d->tok));
}

static inline struct nq_tok *
add(struct nq_doc *d, enum nq_type type, uint32_t off, uint32_t len)
{
	struct nq_tok *t;

	if (d->ntok == d->cap)
		more(d);
	t = &d->tok[d->ntok++];
	*t = (struct nq_tok){off, len, d->ntok, 0, (uint8_t)type, 0};
	d->end = off + len;
	return t;
}

/* Between two tokens yajl has seen nothing but white space, ':' and ','. */
static uint32_t
next_start(const struct nq_doc *d)
{
	uint32_t i = d->end;
	char c;

	for (; i < d->len; i++) {
		c = d->text[i];
		if (c != ' ' && c != ',' && c != ':' && c != '\n' && c != '\t' && c != '\r')
			break;
	}
	return i;
}

static int
scalar(struct nq_doc *d, enum nq_type type, size_t len)
{
	d->top->n++;
	add(d, type, next_start(d), (uint32_t)len);
	return 1;
}

static int
on_null(void *d)
{
	return scalar(d, NQ_NULL, 4);
}

static int
on_boolean(void *d, int yes)
{
	return scalar(d, yes != 0 ? NQ_TRUE : NQ_FALSE, yes != 0 ? 4 : 5);
}

static int
on_number(void *d, const char *p, size_t n)
{
	(void)p;
	return scalar(d, NQ_NUMBER, n);
}

/*
 * yajl hands over a slice of the text when the string has no escapes, and else a copy; then only
 * the offset behind the closing quote tells how long the string is as it stands.
 */
static bool
is_slice(const struct nq_doc *d, const unsigned char *p)
{
	return (uintptr_t)p - (uintptr_t)d->text < d->len;
}

static void
add_slice(struct nq_doc *d, const unsigned char *p, size_t n)
{
	add(d, NQ_STRING, (uint32_t)((const char *)p - d->text) - 1, (uint32_t)n + 2);
}

static void
add_copied(struct nq_doc *d, size_t n)
{
	uint32_t start = next_start(d), end = (uint32_t)yajl_get_bytes_consumed(d->yajl);

	add(d, NQ_STRING, start, end - start)->escaped = end - start != n + 2;
}

static int
on_string(void *ctx, const unsigned char *p, size_t n)
{
	struct nq_doc *d = ctx;

	d->top->n++;
	if (is_slice(d, p))
		add_slice(d, p, n);
	else
		add_copied(d, n);
	return 1;
}

/* Keys that are the same have the same two bits, made of a few of their letters. */
static int
on_key(void *ctx, const unsigned char *p, size_t n)
{
	struct nq_doc *d = ctx;
	struct nq_doc_frame *f = d->top;
	size_t first, middle, later, last;
	uint64_t a, b;

	if (!is_slice(d, p) || n == 0) {
		add_copied(d, n);
		d->alike = true;
		return 1;
	}
	add_slice(d, p, n);
	first = p[0];
	middle = p[n / 2];
	later = p[n - n / 4 - 1];
	last = p[n - 1];
	a = UINT64_C(1) << (n * 7 + first * 5 + last) % 64;
	b = UINT64_C(1) << (n + middle * 3 + later * 8) % 64;
	if ((f->seen[0] & a) != 0 && (f->seen[1] & b) != 0)
		d->alike = true;
	f->seen[0] |= a;
	f->seen[1] |= b;
	return 1;
}

static int
on_open(struct nq_doc *d, enum nq_type type)
{
	if (d->top == &d->frame[NQ_MAX_DEPTH]) {
		d->refused = "nested too deeply";
		return 0;
	}
	d->top->n++;
	add(d, type, (uint32_t)yajl_get_bytes_consumed(d->yajl) - 1, 1);
	*++d->top = (struct nq_doc_frame){d->ntok - 1, 0, {0, 0}};
	return 1;
}

static int
on_open_map(void *d)
{
	return on_open(d, NQ_OBJECT);
}

static int
on_open_array(void *d)
{
	return on_open(d, NQ_ARRAY);
}

static int
on_close(void *ctx)
{
	struct nq_doc *d = ctx;
	const struct nq_doc_frame *f = d->top--;
	struct nq_tok *t = &d->tok[f->tok];

	d->end = (uint32_t)yajl_get_bytes_consumed(d->yajl);
	t->len = d->end - t->off;
	t->next = d->ntok;
	t->n = f->n;
	return 1;
}

static const yajl_callbacks on = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_open_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close,
    .yajl_start_array = on_open_array,
    .yajl_end_array = on_close,
};

void
nq_doc_init(struct nq_doc *d)
{
	memset(d, 0, sizeof(*d));
}

void
nq_doc_free(struct nq_doc *d)
{
	if (d->yajl != NULL)
		yajl_free(d->yajl);
	free(d->tok);
	nq_doc_init(d);
}

/* The handle is kept from text to text; our own check of UTF-8 is the stricter one. */
static void
get_ready(struct nq_doc *d, struct nq_str text)
{
	if (d->yajl == NULL) {
		d->yajl = yajl_alloc(&on, &nq_json_mem, d);
		yajl_config(d->yajl, yajl_allow_multiple_values, 1);
		yajl_config(d->yajl, yajl_dont_validate_strings, 1);
	}
	d->text = text.p;
	d->len = text.n;
	d->ntok = d->end = 0;
	d->top = d->frame;
	d->top->n = 0;
	d->alike = false;
	d->refused = NULL;
}

/* At the given byte, or where yajl says with 0. */
static int
failed(struct nq_doc *d, size_t at, struct nq_err *err)
{
	struct nq_buf why = NQ_BUF_INIT;
	size_t byte = nq_json_why(d->yajl, &why);

	if (at == 0)
		at = byte;
	if (d->refused != NULL)
		nq_err_set(err, NQ_FAIL, "byte %zu: %s", at, d->refused);
	else
		nq_err_set(err, NQ_FAIL, "byte %zu: not JSON: %s", at, why.data);
	nq_buf_free(&why);
	yajl_free(d->yajl);
	d->yajl = NULL;
	return -1;
}

/*
 * Where several values are allowed, yajl calls a text complete that ends inside a string behind a
 * value, and would read on in that string with the next text.
 */
static int
cut(struct nq_doc *d, struct nq_err *err)
{
	yajl_free(d->yajl);
	d->yajl = NULL;
	return nq_err_set(err, NQ_FAIL, "byte %zu: not JSON: premature EOF", d->len);
}

int
nq_doc_parse(struct nq_doc *d, struct nq_str text, struct nq_err *err)
{
	size_t good = nq_utf8_check(text.p, text.n);
	yajl_status st;

	if (text.n > NQ_MAX_LINE_CAP)
		return nq_err_set(err, NQ_FAIL, "larger than %u bytes", NQ_MAX_LINE_CAP);
	if (good != text.n)
		return nq_err_set(err, NQ_FAIL, "byte %zu: not valid UTF-8", good + 1);
	get_ready(d, text);
	st = yajl_parse(d->yajl, (const unsigned char *)text.p, text.n);
	if (st != yajl_status_ok)
		return failed(d, 0, err);
	if (yajl_complete_parse(d->yajl) != yajl_status_ok)
		return failed(d, text.n > 0 ? text.n : 1, err);
	if (next_start(d) != d->len)
		return cut(d, err);
	if (d->frame[0].n != 1)
		return nq_err_set(err, NQ_FAIL, "%s",
		    d->frame[0].n == 0 ? "nothing but white space" : "more than one JSON value");
	return 0;
}

bool
nq_doc_key_is(const struct nq_doc *d, uint32_t key, struct nq_str name)
{
	struct nq_str raw = {d->text + d->tok[key].off + 1, d->tok[key].len - 2};
	struct nq_buf b = NQ_BUF_INIT;
	bool same;

	if (!d->tok[key].escaped)
		return nq_str_eq(raw, name);
	same = nq_text_decode(raw, &b) == 0 && nq_str_eq(nq_buf_str(&b), name);
	nq_buf_free(&b);
	return same;
}

/* Whether a key without escapes spells this name. */
static inline bool
spells(const struct nq_doc *d, const struct nq_tok *t, struct nq_str name)
{
	return t->len == name.n + 2 &&
	       nq_str_eq((struct nq_str){d->text + t->off + 1, name.n}, name);
}

uint32_t
nq_doc_get(const struct nq_doc *d, uint32_t object, struct nq_str key)
{
	const struct nq_tok *t, *end;

	if (nq_doc_type(d, object) != NQ_OBJECT)
		return NQ_NONE;
	end = &d->tok[d->tok[object].next];
	for (t = &d->tok[object + 1]; t < end; t = &d->tok[t[1].next])
		if (t->escaped ? nq_doc_key_is(d, (uint32_t)(t - d->tok), key) : spells(d, t, key))
			return (uint32_t)(t - d->tok) + 1;
	return NQ_NONE;
}

uint32_t
nq_doc_get_near(const struct nq_doc *d, uint32_t object, struct nq_str key, uint32_t *near)
{
	const struct nq_tok *t = d->tok;
	uint32_t i = *near;

	if (nq_doc_type(d, object) != NQ_OBJECT)
		return NQ_NONE;
	for (uint32_t left = t[object].n; left > 0; left--) {
		if (i == 0 || i == t[object].next)
			i = object + 1;
		*near = t[i + 1].next;
		if (t[i].escaped ? nq_doc_key_is(d, i, key) : spells(d, &t[i], key))
			return i + 1;
		i = *near;
	}
	return NQ_NONE;
}

uint32_t
nq_doc_item(const struct nq_doc *d, uint32_t array, int64_t index)
{
	uint32_t i = array + 1;

	if (nq_doc_type(d, array) != NQ_ARRAY)
		return NQ_NONE;
	if (index < 0)
		index += d->tok[array].n;
	if (index < 0 || index >= d->tok[array].n)
		return NQ_NONE;
	while (index-- > 0)
		i = d->tok[i].next;
	return i;
}

int
nq_doc_string(const struct nq_doc *d, uint32_t i, struct nq_buf *scratch, struct nq_str *out)
{
	struct nq_str raw = {d->text + d->tok[i].off + 1, d->tok[i].len - 2};

	*out = raw;
	if (!d->tok[i].escaped)
		return 0;
	nq_buf_reset(scratch);
	if (nq_text_decode(raw, scratch) == -1)
		return -1;
	*out = nq_buf_str(scratch);
	return 0;
}

int
nq_doc_uint(const struct nq_doc *d, uint32_t i, uint64_t *out)
{
	struct nq_str s;

	if (nq_doc_type(d, i) != NQ_NUMBER)
		return -1;
	s = nq_doc_raw(d, i);
	*out = 0;
	for (size_t k = 0; k < s.n; k++) {
		uint64_t digit = (uint64_t)(s.p[k] - '0');

		if (s.p[k] < '0' || s.p[k] > '9' || *out > (UINT64_MAX - digit) / 10)
			return -1;
		*out = *out * 10 + digit;
	}
	return 0;
}
