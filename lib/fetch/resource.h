#ifndef NQ_FETCH_RESOURCE_H
#define NQ_FETCH_RESOURCE_H

#include "base/cli.h"
#include "base/err.h"
#include "base/ref.h"
#include "fetch/url.h"

/*
 * The URL of the resource: the operand of the user, with its references and the pairs of --query
 * filled in; *secret: one of them is. A reference that the URL begins with is its base, no secret;
 * a slash that ends it counts as the one behind it.
 */
int nq_resource_url(const char *operand, const struct nq_list *query, const struct nq_refs *,
    struct nq_url *, bool *secret, struct nq_err *);

#endif
