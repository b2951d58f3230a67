#ifndef NQ_HTTP_CASSETTE_H
#define NQ_HTTP_CASSETTE_H

#include "base/cli.h"
#include "base/err.h"
#include "base/time.h"
#include "http/tap.h"

/*
 * The cassette of a run: what it asked and was answered, on file, or played from one with the
 * network off. Belongs to the tool, whose options name the file; nq_cassette_open() gives the tap
 * for the options of its clients. The format is that of http/cassette_form.h.
 */
struct nq_cassette {
	const char *record, *replay; /* files; NULL for none */
	struct nq_tap tap;
	struct nq_cassette_recorder *recorder;
	struct nq_cassette_player *player;
	struct nq_time start; /* of the run, or of the recorded one, in whole seconds */
};

#define NQ_CASSETTE_OPTS(c)                                          \
	{"record", 0, "FILE", NQ_OPT_STR, &(c)->record,              \
	    "keep all exchanges in this .tar, .tar.gz or .tar.zst"}, \
	{                                                            \
		"replay", 0, "FILE", NQ_OPT_STR, &(c)->replay,       \
		    "play such a file instead of asking the network" \
	}

/* Opens what is named; *tap is NULL when nothing is. A file to record to is not made yet. */
int nq_cassette_open(struct nq_cassette *, const struct nq_tap **tap, struct nq_err *);

/*
 * Behind the last exchange, before success is told. -1: the record is not whole, and err says so
 * unless it already says more.
 */
int nq_cassette_close(struct nq_cassette *, struct nq_err *);

void nq_cassette_free(struct nq_cassette *);

#endif
