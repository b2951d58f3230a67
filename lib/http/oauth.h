#ifndef NQ_HTTP_OAUTH_H
#define NQ_HTTP_OAUTH_H

#include "base/ref.h"
#include "http/client.h"
#include "http/identity.h"

/*
 * Tokens by OAuth 2.0 (RFC 6749): the client credentials grant (4.4), or with a refresh token the
 * refresh grant (6). The token lives in memory. A new one is asked for when the old one has less
 * than a minute to live, or half its life if that is less, and when it got a 401.
 *
 * The client secret and the refresh token go to the origin of the token URL only. Nothing that
 * the token endpoint answers is ever quoted, but the error codes of RFC 6749. A refresh token that
 * it replaces is written to the file it came from before the access token beside it is used.
 */
struct nq_oauth_options {
	const char *token_url, *client_id, *client_secret, *refresh_token;
	const char *scope, *audience;
	const char *token_auth; /* basic (RFC 6749, 2.3.1; the default) or body */
};

/* Reads the references and fills in the token of an identity, which then owns it. */
int nq_oauth_open(const struct nq_oauth_options *, const struct nq_http_options *,
    const struct nq_refs *, struct nq_identity_token *, struct nq_err *);

/* A usage error when an option is set though --auth is not oauth2. */
int nq_oauth_unused(const struct nq_oauth_options *, struct nq_err *);

#endif
