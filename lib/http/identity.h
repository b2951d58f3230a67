#ifndef NQ_HTTP_IDENTITY_H
#define NQ_HTTP_IDENTITY_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * What proves to the base origin who asks, beside headers that never change: secrets in the query,
 * a token that is issued and expires, a signature, a client certificate. It is put on for each
 * exchange with that origin and off for every other; the URLs that the rest of the program sees,
 * shows and compares are without it. A client that was never told of any owns an empty one.
 */

/* A token that somebody else keeps. ctx belongs to the identity, which calls free once. */
struct nq_identity_token {
	int (*line)(void *ctx, struct nq_buf *, struct nq_err *); /* adds the header as it is now */
	bool (*refused)(void *ctx); /* it got a 401; whether a new one can be had */
	void (*free)(void *ctx);
	void *ctx;
};

struct nq_identity {
	struct nq_buf query;		/* NAME=VALUE, percent-encoded, joined by '&' */
	struct nq_buf signer, key;	/* CURLOPT_AWS_SIGV4 and the key pair; empty for none */
	struct nq_identity_token token; /* line is NULL for none */
	const char *cert, *cert_key;	/* files; NULL for none */
	uint64_t shown;			/* digest of the token shown last, 0 for none yet */
};

#define NQ_IDENTITY_INIT                                                                       \
	{                                                                                      \
		NQ_BUF_INIT, NQ_BUF_INIT, NQ_BUF_INIT, {NULL, NULL, NULL, NULL}, NULL, NULL, 0 \
	}

void nq_identity_free(struct nq_identity *); /* wipes what is secret */

/* Whether there is nothing to tell by. */
bool nq_identity_none(const struct nq_identity *);

/* A pair to send with every request; what an answer's URL has under that name is replaced. */
void nq_identity_query(struct nq_identity *, struct nq_str name, struct nq_str value);

/*
 * Readies the handle for an exchange with the base origin (ours) or another. url becomes what is
 * sent for plain; line, for ours, the header line to send, or stays empty. -1: no proof could be
 * had, and asking again does not help.
 */
int nq_identity_show(struct nq_identity *, CURL *, bool ours, const char *plain, struct nq_buf *url,
    struct nq_buf *line, struct nq_err *);

/* Tells lines apart without keeping them. */
uint64_t nq_identity_digest(const struct nq_buf *line);

/*
 * Whether libcurl signs the request. Then the list of headers must be without Accept-Encoding,
 * which it would put in front of Accept in what it signs, and without the empty Expect, which it
 * would sign though it sends none; the handle asks for gzip by itself, and leaves it packed as
 * ever.
 */
bool nq_identity_signs(const struct nq_identity *, bool ours);

/*
 * After an answer of 401 to a request that showed the line of this digest: whether it is worth
 * asking once more, with a new token, or with one that was issued since.
 */
bool nq_identity_renew(struct nq_identity *, uint64_t shown);

#endif
