#ifndef NQ_HTTP_REDIRECT_H
#define NQ_HTTP_REDIRECT_H

#include "http/client.h"
#include "http/origin.h"

/*
 * Redirects, followed by us and not by libcurl: the same origin with credentials, another one
 * bare, never from https to http, and never where a body would change its meaning.
 */

/* 1 and the URL to ask next in response->url, 0 not a redirect, -1 not to be followed. */
int nq_redirect_next(
    const struct nq_request *, struct nq_response *, uint64_t hops, uint64_t most, struct nq_err *);

/* Whether a request may go to the URL, and whether our own headers may go along. */
int nq_redirect_judge(const struct nq_origin *base, const struct nq_request *, const char *url,
    bool *ours, struct nq_err *);

#endif
