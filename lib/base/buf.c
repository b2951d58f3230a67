#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

char nq_buf_empty[1];

void
nq_buf_grow(struct nq_buf *b, size_t extra)
{
	size_t need = b->len + extra + 1, cap = b->cap < 64 ? 64 : b->cap;

	if (extra > PTRDIFF_MAX - 1 - b->len)
		need = cap = SIZE_MAX; /* which nobody has: base/alloc says so */
	if (need <= b->cap)
		return;
	while (cap < need)
		cap += cap / 2;
	b->data = nq_realloc(b->cap == 0 ? NULL : b->data, cap);
	b->cap = cap;
	b->data[b->len] = '\0';
}

void
nq_buf_adds(struct nq_buf *b, const char *s)
{
	nq_buf_add(b, s, strlen(s));
}

void
nq_buf_addf(struct nq_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	nq_buf_grow(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
nq_buf_reset(struct nq_buf *b)
{
	b->len = 0;
	b->data[0] = '\0';
}

void
nq_buf_cut(struct nq_buf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

char *
nq_buf_take(struct nq_buf *b)
{
	char *p;

	nq_buf_grow(b, 0);
	p = b->data;
	*b = (struct nq_buf)NQ_BUF_INIT;
	return p;
}

void
nq_buf_free(struct nq_buf *b)
{
	if (b->cap != 0)
		free(b->data);
	*b = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_buf_wipe(struct nq_buf *b)
{
	if (b->cap != 0)
		explicit_bzero(b->data, b->cap);
	nq_buf_free(b);
}

static int
unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

void
nq_buf_add_percent(struct nq_buf *b, struct nq_str s)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c;

	for (size_t i = 0; i < s.n; i++) {
		c = (unsigned char)s.p[i];
		if (unreserved(c))
			nq_buf_addc(b, (char)c);
		else
			nq_buf_add(b, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
	}
}

/* -1 for what is no digit. */
static int
hex_value(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	if (at == NULL)
		return -1;
	return (int)(at - digits) - (at - digits > 15 ? 6 : 0);
}

void
nq_buf_add_unpercent(struct nq_buf *b, struct nq_str s)
{
	int high, low;

	for (size_t i = 0; i < s.n; i++) {
		high = s.p[i] == '%' && s.n - i > 2 ? hex_value(s.p[i + 1]) : -1;
		low = high != -1 ? hex_value(s.p[i + 2]) : -1;
		nq_buf_addc(b, low != -1 ? (char)(high * 16 + low) : s.p[i]);
		i += low != -1 ? 2 : 0;
	}
}

void
nq_buf_add_base64(struct nq_buf *b, struct nq_str s)
{
	static const char set[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned long v;
	size_t left;

	for (size_t i = 0; i < s.n; i += 3) {
		left = s.n - i;
		v = (unsigned long)p[i] << 16;
		v |= left > 1 ? (unsigned long)p[i + 1] << 8 : 0;
		v |= left > 2 ? p[i + 2] : 0;
		nq_buf_addc(b, set[v >> 18 & 63]);
		nq_buf_addc(b, set[v >> 12 & 63]);
		nq_buf_addc(b, left > 1 ? set[v >> 6 & 63] : '=');
		nq_buf_addc(b, left > 2 ? set[v & 63] : '=');
	}
}
