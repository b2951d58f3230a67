#ifndef NQ_FETCH_INPUT_H
#define NQ_FETCH_INPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "fetch/format.h"

/*
 * Pages from disk: files, folders (their files in byte order), archives (tar, zip) and standard
 * input ("-"), plain or compressed with gzip, zstd or xz. Each file in them is a page. Entries
 * are streamed, never extracted. gzip goes through zlib, which checks its CRC: libarchive does
 * not. Files in folders and archives whose name says no format are passed over with a warning; dot
 * files without. Symbolic links in folders are followed.
 */
struct nq_input;

struct nq_input *nq_input_open(const char *path, struct nq_err *);
void nq_input_free(struct nq_input *);

/* 1 and the next page's name and its format by that name, 0 at the end, -1. */
int nq_input_next(struct nq_input *, const char **name, enum nq_format *, struct nq_err *);

/* Hands the page's bytes to fn, as they come, whole. */
int nq_input_read(struct nq_input *, int (*fn)(void *, const char *, size_t, struct nq_err *),
    void *ctx, struct nq_err *);

#endif
