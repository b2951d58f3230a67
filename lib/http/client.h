#ifndef NQ_HTTP_CLIENT_H
#define NQ_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/headers.h"
#include "http/options.h"

/*
 * HTTP by libcurl: requests, tried again where that can help, over kept connections; one at a time,
 * or several by http/flight. What libcurl leaves open is closed here: decoded bytes are counted,
 * gzip must reach its end mark, waits are bounded, redirects are not followed by libcurl, and the
 * headers given to nq_http_header() go to the origin of the base URL only.
 */
struct nq_http;
struct nq_identity;

/*
 * Opens a client whose credentials belong to the origin of base_url: http or https only, no user
 * or password in it. Where a secret will be sent, plain http is refused but to loopback.
 */
struct nq_http *nq_http_open(const struct nq_http_options *, const char *base_url, struct nq_err *);
void nq_http_free(struct nq_http *);

/*
 * Adds a header to every request to the base origin; a value with control characters is refused.
 * secret says that the value must not go over plain http (loopback and allow_http excepted).
 */
int
nq_http_header(struct nq_http *, const char *name, const char *value, bool secret, struct nq_err *);

/* What else the client shows to the base origin, for http/auth to fill in. */
struct nq_identity *nq_http_identity(struct nq_http *);

/* Adds the host of the base origin. */
void nq_http_host(const struct nq_http *, struct nq_buf *);

/* Whether a cassette answers in place of the network, and if so, whether this is what it has next.
 */
bool nq_http_replays(const struct nq_http *);
bool nq_http_expects(const struct nq_http *, const char *method, const char *url);

/* Whether the URL is on the base origin. */
bool nq_http_is_ours(const struct nq_http *, const char *url);

/* Refuses to send what ("the URL") holds a secret over plain http, with the same exceptions. */
int nq_http_secret(const struct nq_http *, const char *what, struct nq_err *);

struct nq_request {
	const char *method;	  /* "GET", "POST" … */
	const char *url;	  /* absolute, on the base origin */
	struct nq_str body;	  /* p is NULL for none */
	const char *content_type; /* of the body */
	const char *header;	  /* one more "Name: value" for the base origin, NULL for none */
	const char *what;	  /* how messages call it: "page 3", "batch 7"; NULL for nothing */
	bool confidential;	  /* no message quotes the answer */
};

struct nq_response {
	long status;
	struct nq_headers headers;
	struct nq_buf body;	    /* collected unless a receiver took it */
	struct nq_buf content_type; /* lower case, without parameters */
	struct nq_buf url;	    /* asked last, after redirects */
	bool framed;		    /* its end was told: by a length, chunks or HTTP/2 */
	uint64_t bytes;		    /* decoded */
	unsigned attempts;	    /* how many were needed */
	enum nq_rule_what rule;	    /* that decided about it */
};

/*
 * Takes the body of a 2xx answer while it comes. begin is called for each attempt and must forget
 * what an earlier one gave; end when the body is complete. An answer that is empty by a rule is
 * begun and ended, whatever came with it; of one that the other rules take it hears nothing. An
 * error with status NQ_TEMPFAIL is tried again like a broken connection; any other ends the
 * exchange.
 */
struct nq_receiver {
	int (*begin)(void *ctx, const struct nq_response *, struct nq_err *);
	int (*data)(void *ctx, const char *, size_t, struct nq_err *);
	int (*end)(void *ctx, struct nq_err *);
	void *ctx;
	const bool
	    *kept; /* not NULL and true: what was taken cannot be forgotten, so no more tries */
};

void nq_response_init(struct nq_response *);
void nq_response_free(struct nq_response *);

/*
 * 0 with a 2xx answer, or one that a rule lets pass. -1: the attempts are used up or trying again
 * cannot help; the status of the error is NQ_TEMPFAIL for network, timeouts, 408, 425, 429, 5xx,
 * and NQ_FAIL for the rest; response->status is the last one heard, or 0. Waits are logged as
 * warnings. recv may be NULL.
 */
int nq_http_do(struct nq_http *, const struct nq_request *, const struct nq_receiver *recv,
    struct nq_response *, struct nq_err *);

/* Totals since open, for --stats. */
struct nq_http_stats {
	uint64_t requests, retries, bytes;
	int64_t waited_ms;
};
const struct nq_http_stats *nq_http_stats(const struct nq_http *);

#endif
