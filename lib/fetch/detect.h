#ifndef NQ_FETCH_DETECT_H
#define NQ_FETCH_DETECT_H

#include "fetch/probe.h"
#include "http/headers.h"

/*
 * --paginate auto: what the first page and its headers say about the next one. To teach it a
 * shape: one row in the table of detect.c.
 *
 * Fills in the --paginate spec, and in why how it was seen. A page that shows signs of more pages
 * which nothing here can follow is an error: never a quiet single page.
 */
int nq_detect(const struct nq_probe *, const struct nq_headers *, uint64_t records,
    struct nq_buf *spec, struct nq_buf *why, struct nq_err *);

#endif
