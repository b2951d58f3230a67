#ifndef NQ_HTTP_TAP_H
#define NQ_HTTP_TAP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "http/headers.h"

/*
 * What may sit between the exchanges of a client and the network: a recorder beside it, or a
 * player in its place. Functions in a struct, so that a program without cassettes does not link
 * what they are made of.
 */
struct nq_tap_request {
	const char *method, *url;
	const struct curl_slist *headers;
	struct nq_str body; /* p is NULL for none */
};

/* Takes what a player plays: lines of the headers, the status line first, then the body. */
struct nq_tap_sink {
	int (*header)(void *ctx, struct nq_str line);
	int (*data)(void *ctx, const char *, size_t);
	void *ctx;
};

struct nq_tap {
	void *ctx;

	/*
	 * A recorder: begin for each exchange, data for what came of its body, decoded, and end,
	 * where fault says what broke the transfer, or is NULL. Unless settled, the caller has yet
	 * to read the answer, which may issue a secret. -1 ends the exchange and the run.
	 */
	int (*begin)(void *ctx, const struct nq_tap_request *, struct nq_err *);
	int (*data)(void *ctx, const char *, size_t, struct nq_err *);
	int (*end)(void *ctx, const struct nq_headers *, const struct nq_err *fault, bool settled,
	    struct nq_err *);

	/*
	 * A player; NULL for a recorder. 0: the sink has the whole answer. -1: err is what broke
	 * the transfer then, or says that this request is not the next on the cassette; or the sink
	 * has failed, and filled it.
	 */
	int (*play)(
	    void *ctx, const struct nq_tap_request *, const struct nq_tap_sink *, struct nq_err *);
	int64_t (*now)(void *ctx); /* the time of the exchange played last, in seconds */
	bool (*expects)(void *ctx, const char *method, const char *url); /* whether that is next */
};

#endif
