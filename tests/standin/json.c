#include "json.h"

#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#define JS_DEPTH 128

static int
deeper(void *ctx)
{
	return ++*(int *)ctx <= JS_DEPTH;
}

static int
shallower(void *ctx)
{
	--*(int *)ctx;
	return 1;
}

static const char *
skip_ws(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

bool
js_check(const char *text, size_t n, struct slice *root)
{
	static const yajl_callbacks cb = {
	    .yajl_start_map = deeper,
	    .yajl_end_map = shallower,
	    .yajl_start_array = deeper,
	    .yajl_end_array = shallower,
	};
	int depth = 0;
	yajl_handle h = yajl_alloc(&cb, NULL, &depth);
	bool ok = h != NULL && n != 0 &&
		  yajl_parse(h, (const unsigned char *)text, n) == yajl_status_ok &&
		  yajl_complete_parse(h) == yajl_status_ok;

	if (h != NULL)
		yajl_free(h);
	if (!ok)
		return false;
	root->p = skip_ws(text, text + n);
	root->n = n - (size_t)(root->p - text);
	while (root->n > 0 && strchr(" \t\r\n", root->p[root->n - 1]) != NULL)
		root->n--;
	return root->n > 0;
}

char
js_kind(struct slice v)
{
	if (v.p == NULL || v.n == 0)
		return 0;
	return (*v.p >= '0' && *v.p <= '9') || *v.p == '-' ? '0' : *v.p;
}

bool
js_is(struct slice v, const char *word)
{
	return v.p != NULL && v.n == strlen(word) && memcmp(v.p, word, v.n) == 0;
}

static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

static const char *
skip_value(const char *p, const char *end)
{
	int depth = 0;

	do {
		if (p < end && *p == '"') {
			p = skip_string(p, end);
			continue;
		}
		if (p < end && (*p == '{' || *p == '['))
			depth++;
		else if (p < end && (*p == '}' || *p == ']'))
			depth--;
		if (p < end)
			p++;
	} while (p < end && (depth > 0 || strchr(",]} \t\r\n", *p) == NULL));
	return p;
}

void
js_begin(struct js_iter *it, struct slice container)
{
	it->object = js_kind(container) == '{';
	it->p = container.p;
	it->end = container.p;
	if (it->object || js_kind(container) == '[') {
		it->p = container.p + 1;
		it->end = container.p + container.n - 1;
	}
}

bool
js_next(struct js_iter *it, struct slice *key, struct slice *value)
{
	const char *p;

	if (it->p == NULL)
		return false;
	p = skip_ws(it->p, it->end);
	if (p < it->end && *p == ',')
		p = skip_ws(p + 1, it->end);
	if (p >= it->end)
		return false;
	*key = (struct slice){NULL, 0};
	if (it->object) {
		key->p = p;
		p = skip_string(p, it->end);
		key->n = (size_t)(p - key->p);
		p = skip_ws(skip_ws(p, it->end) + 1, it->end);
	}
	value->p = p;
	it->p = skip_value(p, it->end);
	value->n = (size_t)(it->p - p);
	return true;
}

struct slice
js_get(struct slice object, const char *name)
{
	struct slice k, v, found = {NULL, 0};
	size_t n = strlen(name);
	struct js_iter it;

	if (js_kind(object) != '{')
		return found;
	js_begin(&it, object);
	while (js_next(&it, &k, &v))
		if (k.n == n + 2 && memcmp(k.p + 1, name, n) == 0)
			found = v;
	return found;
}

long long
js_int(struct slice v, long long fallback)
{
	char digits[24];

	if (js_kind(v) != '0' || v.n >= sizeof(digits))
		return fallback;
	memcpy(digits, v.p, v.n);
	digits[v.n] = '\0';
	return strtoll(digits, NULL, 10);
}

double
js_num(struct slice v, double fallback)
{
	char digits[64];

	if (js_kind(v) != '0' || v.n >= sizeof(digits))
		return fallback;
	memcpy(digits, v.p, v.n);
	digits[v.n] = '\0';
	return strtod(digits, NULL);
}

static void
put_utf8(struct sb *out, unsigned c)
{
	if (c < 0x80) {
		sb_ch(out, (char)c);
	} else if (c < 0x800) {
		sb_ch(out, (char)(0xc0 | c >> 6));
		sb_ch(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		sb_ch(out, (char)(0xe0 | c >> 12));
		sb_ch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		sb_ch(out, (char)(0x80 | (c & 0x3f)));
	} else {
		sb_ch(out, (char)(0xf0 | c >> 18));
		sb_ch(out, (char)(0x80 | (c >> 12 & 0x3f)));
		sb_ch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		sb_ch(out, (char)(0x80 | (c & 0x3f)));
	}
}

static unsigned
hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];

		v = v * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

/* p stands on the u of an escape; returns the last byte that was used up */
static const char *
unescape(struct sb *out, const char *p, const char *end)
{
	unsigned c = hex4(p + 1);

	p += 4;
	if (c >= 0xd800 && c < 0xdc00 && end - p > 6 && p[1] == '\\' && p[2] == 'u') {
		unsigned low = hex4(p + 3);

		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			p += 6;
		}
	}
	put_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	return p;
}

void
js_decode(struct sb *out, struct slice string)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *p = string.p + 1, *end = string.p + string.n - 1, *at;

	for (; p < end; p++) {
		if (*p != '\\') {
			sb_ch(out, *p);
		} else if (*++p == 'u') {
			p = unescape(out, p, end);
		} else {
			at = memchr(from, *p, sizeof(from) - 1);
			sb_ch(out, at != NULL ? to[at - from] : *p);
		}
	}
}

char *
js_text(struct slice v, const char *fallback)
{
	struct sb b = {NULL, 0, 0};

	if (js_kind(v) != '"')
		return fallback != NULL ? sb_dup(fallback, strlen(fallback)) : NULL;
	sb_need(&b, v.n);
	js_decode(&b, v);
	return b.p;
}

static void
put_escape(struct sb *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	const char text[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (c == '"' || c == '\\')
		sb_add(out, (const char[]){'\\', (char)c}, 2);
	else
		sb_add(out, text, sizeof(text));
}

void
js_put(struct sb *out, const char *p, size_t n)
{
	size_t from = 0;

	sb_need(out, n + 2);
	sb_ch(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c != 0x7f && c != '"' && c != '\\')
			continue;
		sb_add(out, p + from, i - from);
		put_escape(out, c);
		from = i + 1;
	}
	if (from < n)
		sb_add(out, p + from, n - from);
	sb_ch(out, '"');
}

void
js_puts(struct sb *out, const char *s)
{
	if (s == NULL)
		sb_str(out, "null");
	else
		js_put(out, s, strlen(s));
}
