#ifndef NQ_HTTP_AUTH_H
#define NQ_HTTP_AUTH_H

#include "base/cli.h"
#include "base/ref.h"
#include "http/client.h"

/*
 * Credentials as the command line names them: always by reference, for everybody can read a
 * command line. To add a kind: one function and one row in auth.c.
 *
 *	bearer=REF   basic=REF (user:password)   header:NAME=REF
 */
int nq_auth_apply(struct nq_http *, const struct nq_refs *, const char *spec, struct nq_err *);

/*
 * -H 'Name: value', references filled in. A header whose name says that it holds a secret
 * (Authorization, Cookie, X-Api-Key …) is refused with a literal value.
 */
int nq_auth_header(struct nq_http *, const struct nq_refs *, const char *line, struct nq_err *);

/* All -H of a tool. */
int
nq_auth_headers(struct nq_http *, const struct nq_refs *, const struct nq_list *, struct nq_err *);

#endif
