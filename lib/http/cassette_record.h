#ifndef NQ_HTTP_CASSETTE_RECORD_H
#define NQ_HTTP_CASSETTE_RECORD_H

#include "base/err.h"
#include "base/time.h"
#include "http/tap.h"

/*
 * Records exchanges: see http/cassette.h for the format. A body waits in an unlinked temporary
 * file until the exchange is over, for tar wants its size first. An answer that its caller has yet
 * to read waits for the next exchange, so that a token that it issues is known by then.
 */
struct nq_cassette_recorder;

/*
 * start is the moment at which the run begins: that of the first exchange. The file is checked by
 * its name, and made for the first exchange, so that a run which fails before leaves it as it is.
 */
struct nq_cassette_recorder *
nq_cassette_recorder_new(const char *path, struct nq_time start, struct nq_err *);

/* Writes what waits, and the end of the archive. */
int nq_cassette_recorder_close(struct nq_cassette_recorder *, struct nq_err *);
void nq_cassette_recorder_free(struct nq_cassette_recorder *);
void nq_cassette_recorder_tap(struct nq_cassette_recorder *, struct nq_tap *);

#endif
