/*
 * A token endpoint (RFC 6749): POST /oauth/token gives bearer tokens by the
 * grants client_credentials and refresh_token, to the client "acme-client"
 * whose secret is "client-secret-here", shown by Basic or in the form.
 *
 * POST /_/oauth changes it, all members optional: "expires_in" (seconds; null:
 * not told), "rotate" (each refresh voids the refresh token and gives another),
 * "refresh_token" (the one that is good), "revoke": true (no token issued so far
 * is good any more), "scope", "audience" (demanded as they are; null: any),
 * "answer" (what is answered instead, an object). GET tells the state.
 */
#ifndef STANDIN_OAUTH_H
#define STANDIN_OAUTH_H

#include "req.h"

void oauth_token(struct req *r);
void oauth_set(struct req *r);
void oauth_get(struct req *r);
void oauth_close(void);

/* Whether the request shows a token that was issued and is still good. */
bool oauth_allows(const struct req *r);

#endif
