#ifndef NQ_FETCH_URL_H
#define NQ_FETCH_URL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * The query of a URL as the pagers change it: parameters are set by name, in the place where they
 * stood, and everything else stays byte for byte.
 */
struct nq_url {
	struct nq_buf text; /* without a fragment */
};

#define NQ_URL_INIT         \
	{                   \
		NQ_BUF_INIT \
	}

void nq_url_set(struct nq_url *, struct nq_str url); /* takes a copy, the fragment off */
void nq_url_free(struct nq_url *);

/* Adds NAME=VALUE, both percent-encoded, unless it stands there with this value already. */
void nq_url_add_query(struct nq_url *, struct nq_str name, struct nq_str value);

/* The same, but every other value of that name goes. */
void nq_url_set_query(struct nq_url *, struct nq_str name, struct nq_str value);
void nq_url_set_number(struct nq_url *, struct nq_str name, uint64_t value);

#endif
