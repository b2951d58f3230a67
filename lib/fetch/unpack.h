#ifndef NQ_FETCH_UNPACK_H
#define NQ_FETCH_UNPACK_H

#include <archive.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/inflate.h"

/*
 * A file's bytes, with gzip, zstd or xz taken off, which its first bytes tell. Who reads to the
 * end has seen every checksum: gzip goes through zlib, since libarchive does not look at its CRC.
 */
struct nq_unpack {
	int fd; /* the caller's */
	enum nq_packing { NQ_PACKED_NOT, NQ_PACKED_GZIP, NQ_PACKED_OTHER } packing;
	char in[64 << 10];
	size_t at, have; /* what of in[] was not taken yet */
	bool eof;	 /* of the file */
	struct nq_inflate inflate;
	struct nq_buf plain;	 /* decoded gzip */
	struct archive *archive; /* of zstd and xz, whose one entry is what is in them */
	bool entered;		 /* into that entry */
	bool done;		 /* all was decoded */
};

int nq_unpack_open(struct nq_unpack *, int fd, struct nq_err *);
void nq_unpack_close(struct nq_unpack *); /* legal on zeroes */

/* The next bytes, valid until the next call; their number, 0 at the end, or -1. */
ssize_t nq_unpack_read(struct nq_unpack *, const void **block, struct nq_err *);

/* Whether the bytes, as they come, begin like this; before the first read. */
bool nq_unpack_begins(const struct nq_unpack *, const char *magic, size_t n);

#endif
