#ifndef NQ_HTTP_INFLATE_H
#define NQ_HTTP_INFLATE_H

#include <stdbool.h>
#include <zlib.h>

#include "base/err.h"
#include "base/str.h"

/*
 * Content-Encoding gzip and deflate, decoded to the end mark: libcurl takes half a gzip body for
 * a whole one. Several members in a row are one body; anything else behind the last is an error.
 * All errors are temporary: a damaged transfer may come whole the next time.
 */
struct nq_inflate {
	z_stream z;
	bool open, member_done;
	bool begun;   /* something was decoded */
	bool foreign; /* the body is not compressed at all, whatever was said about it */
	char out[64 << 10];
};

typedef int (*nq_inflate_fn)(void *ctx, const char *, size_t, struct nq_err *);

int nq_inflate_begin(struct nq_inflate *, struct nq_err *);
int nq_inflate_data(struct nq_inflate *, struct nq_str, nq_inflate_fn, void *ctx, struct nq_err *);
int nq_inflate_end(struct nq_inflate *, struct nq_err *); /* -1: the body was cut */
void nq_inflate_free(struct nq_inflate *);

#endif
