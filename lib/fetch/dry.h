#ifndef NQ_FETCH_DRY_H
#define NQ_FETCH_DRY_H

#include <stdio.h>

#include "base/cli.h"
#include "fetch/pull.h"

/*
 * --dry-run: the first request as it would be sent, secrets redacted. Of what else goes along it
 * shows the options, by whose references nobody learns anything.
 */
struct nq_dry {
	const struct nq_list *headers;
	const char *auth, *user; /* NULL: not given */
};

int nq_dry_print(const struct nq_dry *, struct nq_pull *, const struct nq_http *, const char *url,
    FILE *out, struct nq_err *);

#endif
