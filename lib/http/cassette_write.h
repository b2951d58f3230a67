#ifndef NQ_HTTP_CASSETTE_WRITE_H
#define NQ_HTTP_CASSETTE_WRITE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

/*
 * A tar archive that grows folder by folder and can be read at any moment, whatever ends the
 * program: each folder is one compressed frame of its own, complete when settle returns.
 */
struct nq_cassette_writer;

/* Whether path ends in .tar, .tar.gz, .tgz or .tar.zst: that decides the compression. */
int nq_cassette_writer_check(const char *path, struct nq_err *);

/* Creates or empties the file, mode 0600. */
struct nq_cassette_writer *nq_cassette_writer_open(const char *path, struct nq_err *);

/* A file that begins, its size known, and its bytes. */
int nq_cassette_writer_file(
    struct nq_cassette_writer *, const char *name, uint64_t size, struct nq_time, struct nq_err *);
int nq_cassette_writer_data(struct nq_cassette_writer *, struct nq_str, struct nq_err *);

/* What was written so far can be read. */
int nq_cassette_writer_settle(struct nq_cassette_writer *, struct nq_err *);

/* Ends the archive; -1: it is not whole. Frees in any case; NULL is legal. */
int nq_cassette_writer_close(struct nq_cassette_writer *, struct nq_err *);

#endif
