#ifndef NQ_FETCH_BODY_H
#define NQ_FETCH_BODY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ref.h"

/*
 * The JSON that requests send (--json): the text itself, or @FILE, "@-" for standard input.
 * References stand inside its strings, and what they bring is quoted as JSON wants it, so that no
 * value can change the shape of the body. *secret becomes true when one of them is a secret.
 */
int nq_body_read(
    const char *arg, const struct nq_refs *, struct nq_buf *, bool *secret, struct nq_err *);

#endif
