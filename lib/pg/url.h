#ifndef NQ_PG_URL_H
#define NQ_PG_URL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/ref.h"

/*
 * Where a PostgreSQL server is: a connection URL as libpq reads it (its manual, 34.1.1.2), with
 * references in it. What the URL leaves out comes from PGHOST, PGSERVICE, ~/.pgpass and the rest
 * of libpq's own places.
 */

/*
 * Adds the URL with its references filled in. A password that stands there itself is refused.
 * option starts the messages; nothing is connected to.
 */
int nq_pg_url_expand(
    const char *url, const struct nq_refs *, const char *option, struct nq_buf *, struct nq_err *);

/* Whether a password stands in the URL itself, where a reference to it would do. */
bool nq_pg_url_has_password(const char *url);

/*
 * Of an expanded URL: adds postgresql://HOST:PORT/DATABASE, without user, password and options: the
 * name of the place in messages and fingerprints. A local socket in its usual directory is called
 * localhost.
 */
int nq_pg_url_place(const char *url, const char *option, struct nq_buf *, struct nq_err *);

/*
 * Of an expanded URL: whether the connection has to be encrypted: it goes to another host, and
 * nobody has said anything about it (sslmode in the URL, PGSSLMODE, a service).
 */
bool nq_pg_url_needs_tls(const char *url);

#endif
