#ifndef NQ_HTTP_ORIGIN_H
#define NQ_HTTP_ORIGIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * An origin is scheme, host and port (RFC 6454, 4): what a credential belongs to. URLs are taken
 * apart and resolved by libcurl's parser, the one that also sends them, so that both agree.
 */
struct nq_origin {
	char *scheme, *host, *port;
};

/*
 * The origin of an absolute URL. Refused are: other schemes than http and https, user or password
 * in it (a secret in argv), blanks and control characters. place starts the message.
 */
int nq_origin_parse(struct nq_origin *, const char *url, struct nq_err *);
void nq_origin_free(struct nq_origin *);

bool nq_origin_same(const struct nq_origin *, const struct nq_origin *);

/* Whether what is sent there stays on this host: localhost, 127.0.0.0/8, ::1. */
bool nq_origin_loopback(const struct nq_origin *);

/* scheme://host:port, for messages. */
void nq_origin_text(const struct nq_origin *, struct nq_buf *);

/* Adds the reference resolved against the base (RFC 3986, 5). */
int nq_url_resolve(const char *base, const char *reference, struct nq_buf *, struct nq_err *);

/* The URL as messages show it: without its query, which may hold a secret. */
void nq_url_bare(const char *url, struct nq_buf *);

/* Whether a value that is registered with base/secret stands in it, in any spelling. */
bool nq_url_has_secret(const char *url);

#endif
