#ifndef NQ_BASE_BUF_H
#define NQ_BASE_BUF_H

#include <stddef.h>
#include <string.h>

#include "base/str.h"

/*
 * A growing byte string. data is never NULL and always NUL-terminated; it may hold NULs itself,
 * so trust len, not strlen(). Reset keeps the memory for the next record; free goes back to the
 * initialiser, so it is always legal. A buffer that is fed from outside is checked against its
 * named limit by whoever feeds it.
 */
struct nq_buf {
	char *data;
	size_t len, cap;
};

extern char nq_buf_empty[];
#define NQ_BUF_INIT                \
	{                          \
		nq_buf_empty, 0, 0 \
	}

void nq_buf_grow(struct nq_buf *, size_t extra); /* makes room for extra bytes and a NUL */
void nq_buf_adds(struct nq_buf *, const char *);
void nq_buf_addf(struct nq_buf *, const char *, ...) __attribute__((format(printf, 2, 3)));
void nq_buf_reset(struct nq_buf *);
void nq_buf_cut(struct nq_buf *, size_t len); /* shortens to len */
char *nq_buf_take(struct nq_buf *);	      /* the caller frees; the buffer is empty after */
void nq_buf_free(struct nq_buf *);
void nq_buf_wipe(struct nq_buf *); /* frees what held a secret */

static inline void
nq_buf_add(struct nq_buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	if (n >= b->cap - b->len)
		nq_buf_grow(b, n);
	memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

static inline void
nq_buf_addstr(struct nq_buf *b, struct nq_str s)
{
	nq_buf_add(b, s.p, s.n);
}

static inline void
nq_buf_addc(struct nq_buf *b, char c)
{
	if (b->len + 1 >= b->cap)
		nq_buf_grow(b, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

/* The same bytes with everything but A-Z a-z 0-9 - . _ ~ percent-encoded (RFC 3986, 2.3). */
void nq_buf_add_percent(struct nq_buf *, struct nq_str);
/* And back: each %XX as its byte; a percent sign that is none of these stays. */
void nq_buf_add_unpercent(struct nq_buf *, struct nq_str);
/* RFC 4648 base64 with padding. */
void nq_buf_add_base64(struct nq_buf *, struct nq_str);

static inline struct nq_str
nq_buf_str(const struct nq_buf *b)
{
	return (struct nq_str){b->data, b->len};
}

#endif
