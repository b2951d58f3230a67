#ifndef NQ_HTTP_SKEW_H
#define NQ_HTTP_SKEW_H

#include <stdint.h>

#include "base/buf.h"
#include "http/headers.h"

/*
 * A server whose clock (Date plus Age, for what a cache kept) is NQ_SKEW_SEC or more away from
 * ours: waits until a date, and marks that are capped at the server's time, go by it. True, and
 * what to warn of is added.
 */
enum { NQ_SKEW_SEC = 600 };

bool nq_skew_told(const struct nq_headers *, int64_t now_sec, struct nq_buf *warning);

#endif
