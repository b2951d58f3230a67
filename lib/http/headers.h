#ifndef NQ_HTTP_HEADERS_H
#define NQ_HTTP_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * The header fields of one response as they came, one "Name: value" a line. Names are compared
 * without case (RFC 9110, 5.1). At most NQ_MAX_HEADERS bytes.
 */
struct nq_headers {
	struct nq_buf text;
};

#define NQ_HEADERS_INIT     \
	{                   \
		NQ_BUF_INIT \
	}

void nq_headers_reset(struct nq_headers *);
void nq_headers_free(struct nq_headers *);

/* Takes one line of the wire; -1 when there are too many. A status line starts afresh. */
int nq_headers_add(struct nq_headers *, struct nq_str line);

/* The status of the status line and the major version of HTTP; 0 without one. */
long nq_headers_status(const struct nq_headers *, int *version);

/* The n-th field of that name (from 0), blanks around the value off; false: there is none. */
bool nq_headers_get(const struct nq_headers *, const char *name, size_t n, struct nq_str *value);

/* The server's time, in seconds since 1970; false: it does not tell. */
bool nq_headers_date(const struct nq_headers *, int64_t *sec);

/* The seconds since then, of an answer that waited in a cache (RFC 9111, 5.1). */
int64_t nq_headers_age(const struct nq_headers *);

#endif
