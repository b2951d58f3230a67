#include "buf.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SB_MAX ((size_t)1 << 30)

void *
sb_alloc(size_t size)
{
	void *p = calloc(1, size != 0 ? size : 1);

	if (p == NULL)
		err(1, "out of memory");
	return p;
}

void *
sb_realloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (p == NULL)
		err(1, "out of memory");
	return p;
}

char *
sb_dup(const char *p, size_t n)
{
	char *copy = sb_alloc(n + 1);

	if (n != 0)
		memcpy(copy, p, n);
	return copy;
}

void
sb_need(struct sb *b, size_t more)
{
	size_t cap = b->cap != 0 ? b->cap : 256;

	if (more > SB_MAX - b->len)
		errx(1, "a buffer would grow past 1 GiB");
	if (b->len + more + 1 <= b->cap)
		return;
	while (cap < b->len + more + 1)
		cap *= 2;
	b->p = sb_realloc(b->p, cap);
	b->cap = cap;
	b->p[b->len] = '\0';
}

void
sb_add(struct sb *b, const void *p, size_t n)
{
	sb_need(b, n);
	if (n != 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
sb_str(struct sb *b, const char *s)
{
	sb_add(b, s, strlen(s));
}

void
sb_ch(struct sb *b, char c)
{
	sb_add(b, &c, 1);
}

void
sb_uint(struct sb *b, uint64_t v, int width)
{
	char digits[32];
	int n = 0;

	do {
		digits[sizeof(digits) - 1 - (size_t)n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0 || n < width);
	sb_add(b, digits + sizeof(digits) - (size_t)n, (size_t)n);
}

void
sb_fmt(struct sb *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	sb_need(b, 256);
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		err(1, "vsnprintf");
	if ((size_t)n >= b->cap - b->len) {
		sb_need(b, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void
sb_reset(struct sb *b)
{
	b->len = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

void
sb_free(struct sb *b)
{
	free(b->p);
	*b = (struct sb){NULL, 0, 0};
}
