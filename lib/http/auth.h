#ifndef NQ_HTTP_AUTH_H
#define NQ_HTTP_AUTH_H

#include "base/cli.h"
#include "base/ref.h"
#include "http/client.h"
#include "http/oauth.h"

/*
 * Credentials as the command line names them: always by reference, for everybody can read a
 * command line. To add a kind: one function and one row in auth.c.
 *
 *	bearer=REF   basic=REF (user:password)   header:NAME=REF   query:NAME=REF   netrc
 *	aws-sigv4:REGION/SERVICE=REF (key:secret, key:secret:session)   oauth2
 */
struct nq_auth {
	const char *spec, *user; /* --auth and --user, at most one of them; NULL for not given */
	const char *netrc;	 /* its file; NULL for ~/.netrc */
	struct nq_oauth_options oauth;
};

/* The rows of an option table for all but --auth itself. */
#define NQ_AUTH_OPTS(a)                                                                            \
	{"user", 'u', "REF", NQ_OPT_STR, &(a)->user, "the same as --auth basic=REF"},              \
	    {"netrc", 0, "FILE", NQ_OPT_STR, &(a)->netrc, "where --auth netrc looks (~/.netrc)"},  \
	    {"token-url", 0, "URL", NQ_OPT_STR, &(a)->oauth.token_url,                             \
		"oauth2: where tokens are issued"},                                                \
	    {"client-id", 0, "ID", NQ_OPT_STR, &(a)->oauth.client_id, "oauth2: who we are there"}, \
	    {"client-secret", 0, "REF", NQ_OPT_STR, &(a)->oauth.client_secret,                     \
		"oauth2: and how we prove it"},                                                    \
	    {"refresh-token", 0, "REF", NQ_OPT_STR, &(a)->oauth.refresh_token,                     \
		"oauth2: ask by this; ${file:PATH} is kept up to date"},                           \
	    {"scope", 0, "TEXT", NQ_OPT_STR, &(a)->oauth.scope, "oauth2: ask for these scopes"},   \
	    {"audience", 0, "TEXT", NQ_OPT_STR, &(a)->oauth.audience,                              \
		"oauth2: ask for a token for this API"},                                           \
	{                                                                                          \
		"token-auth", 0, "HOW", NQ_OPT_STR, &(a)->oauth.token_auth,                        \
		    "oauth2: show the client secret as basic (default) or in the body"             \
	}

/* Fits the client out; the options and references must outlive it. Nothing is asked yet. */
int nq_auth_apply(struct nq_http *, const struct nq_http_options *, const struct nq_refs *,
    const struct nq_auth *, struct nq_err *);

/*
 * -H 'Name: value', references filled in. A header whose name says that it holds a secret
 * (Authorization, Cookie, X-Api-Key …) is refused with a literal value.
 */
int nq_auth_header(struct nq_http *, const struct nq_refs *, const char *line, struct nq_err *);

/* All -H of a tool. */
int
nq_auth_headers(struct nq_http *, const struct nq_refs *, const struct nq_list *, struct nq_err *);

#endif
