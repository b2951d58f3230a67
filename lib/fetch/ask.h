#ifndef NQ_FETCH_ASK_H
#define NQ_FETCH_ASK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/cli.h"
#include "base/err.h"
#include "fetch/pager.h"
#include "fetch/url.h"
#include "http/client.h"

/*
 * What is asked for one page: the URL, and beside it the body and the header line, where the
 * place of the page may stand instead of in the query.
 */
struct nq_ask {
	struct nq_url url;
	struct nq_buf body;   /* JSON; empty for none */
	struct nq_buf header; /* "Name: value"; empty for none */
};

#define NQ_ASK_INIT                                   \
	{                                             \
		NQ_URL_INIT, NQ_BUF_INIT, NQ_BUF_INIT \
	}

void nq_ask_free(struct nq_ask *);

/* Fills in what the pager asks for next: base is the first URL, body the template or empty. */
int nq_ask_set(struct nq_ask *, const struct nq_pager *, const char *base, struct nq_str body,
    struct nq_err *);

/* Tells requests apart. */
uint64_t nq_ask_digest(const struct nq_ask *);

/* Whether it may go there: the origin of the client, or one of those allowed. */
int nq_ask_check(
    const struct nq_ask *, const struct nq_http *, const struct nq_list *allowed, struct nq_err *);

/* Origins as --allow-origin names them: absolute URLs without a path. */
int nq_ask_origins(const struct nq_list *, struct nq_err *);

#endif
