#include "json/text.h"

#include <string.h>

#include "base/word.h"
#include "json/utf8.h"

/* The four hexadecimal digits at p; yajl has checked that they are there. */
static uint32_t
hex4(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		v <<= 4;
		if (p[i] <= '9')
			v |= (uint32_t)(p[i] - '0');
		else
			v |= (uint32_t)((p[i] | 0x20) - 'a' + 10);
	}
	return v;
}

/* Adds the code point of \uXXXX or a pair of them; returns the bytes used after the 'u', or 0. */
static size_t
unicode_escape(const char *p, size_t n, struct nq_buf *out)
{
	uint32_t c = hex4(p), low;
	size_t used = 4;
	char utf8[4];

	if (c >= 0xdc00 && c <= 0xdfff)
		return 0;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (n < 10 || p[4] != '\\' || p[5] != 'u')
			return 0;
		low = hex4(p + 6);
		if (low < 0xdc00 || low > 0xdfff)
			return 0;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		used = 10;
	}
	nq_buf_add(out, utf8, nq_utf8_put(utf8, c));
	return used;
}

int
nq_text_decode(struct nq_str raw, struct nq_buf *out)
{
	static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
	const char *p = raw.p, *end = raw.p + raw.n, *slash;
	size_t used;

	nq_buf_grow(out, raw.n);
	while ((slash = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		nq_buf_add(out, p, (size_t)(slash - p));
		p = slash + 2;
		if (slash[1] == 'u') {
			used = unicode_escape(p, (size_t)(end - p), out);
			if (used == 0)
				return -1;
			p += used;
		} else {
			nq_buf_addc(out, to[strchr(from, slash[1]) - from]);
		}
	}
	nq_buf_add(out, p, (size_t)(end - p));
	return 0;
}

/* Where the next character is that a string cannot hold as it is, or end. */
static const char *
plain_until(const char *p, const char *end)
{
	uint64_t w;

	for (; end - p >= (ptrdiff_t)sizeof(w); p += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		if ((NQ_WORD_LOW(w) | NQ_WORD_HAS(w, '"') | NQ_WORD_HAS(w, '\\')) != 0)
			break;
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return p;
}

void
nq_text_quote(struct nq_buf *out, struct nq_str s)
{
	static const char plain[] = "\b\f\n\r\t\"\\", letter[] = "bfnrt\"\\";
	const char *p, *end = s.p + s.n, *from = s.p, *special;

	nq_buf_addc(out, '"');
	for (p = plain_until(from, end); p < end; p = plain_until(p + 1, end)) {
		nq_buf_add(out, from, (size_t)(p - from));
		from = p + 1;
		special = *p != '\0' ? strchr(plain, *p) : NULL;
		if (special != NULL)
			nq_buf_add(out, (char[]){'\\', letter[special - plain]}, 2);
		else
			nq_buf_addf(out, "\\u%04x", (unsigned char)*p);
	}
	nq_buf_add(out, from, (size_t)(p - from));
	nq_buf_addc(out, '"');
}

void
nq_text_member(struct nq_buf *out, const char *name, const char *value)
{
	nq_text_name(out, name);
	if (value == NULL)
		nq_buf_adds(out, "null");
	else
		nq_text_quote(out, nq_str(value));
}

void
nq_text_number(struct nq_buf *out, const char *name, uint64_t value)
{
	nq_text_name(out, name);
	nq_buf_addf(out, "%llu", (unsigned long long)value);
}

/* After an opening bracket there is nothing to separate from. */
void
nq_text_name(struct nq_buf *out, const char *name)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		nq_buf_addc(out, ',');
	nq_text_quote(out, nq_str(name));
	nq_buf_addc(out, ':');
}

void
nq_text_compact(struct nq_buf *b, size_t from)
{
	bool in_string = false;
	size_t to = from;
	char c;

	for (size_t i = from; i < b->len; i++) {
		c = b->data[i];
		if (c == '"')
			in_string = !in_string;
		else if (c == '\\')
			b->data[to++] = b->data[i++];
		else if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))
			continue;
		b->data[to++] = b->data[i];
	}
	nq_buf_cut(b, to);
}
