/*
 * A growing byte string for bodies and log lines. p is NULL while cap is 0;
 * afterwards p[len] is always NUL, though the bytes before may hold NULs too.
 * The owner calls sb_free(). Running out of memory, or past 1 GiB, ends the
 * program: a test server has nothing better to do.
 */
#ifndef STANDIN_BUF_H
#define STANDIN_BUF_H

#include <stddef.h>
#include <stdint.h>

struct sb {
	char *p;
	size_t len;
	size_t cap;
};

void *sb_realloc(void *p, size_t size);
void *sb_alloc(size_t size);	       /* zeroed, never NULL */
char *sb_dup(const char *p, size_t n); /* NUL-terminated copy */

void sb_need(struct sb *b, size_t more);
void sb_add(struct sb *b, const void *p, size_t n);
void sb_str(struct sb *b, const char *s);
void sb_ch(struct sb *b, char c);
void sb_uint(struct sb *b, uint64_t v, int width); /* zero-padded to width */
void sb_fmt(struct sb *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sb_reset(struct sb *b); /* len = 0, the memory is kept */
void sb_free(struct sb *b);

#endif
