#ifndef NQ_FETCH_DETECT_H
#define NQ_FETCH_DETECT_H

#include "fetch/probe.h"
#include "http/headers.h"

/*
 * The path of the records: a top-level array; else a list of objects with a name that APIs use
 * for it; else the only list of objects; else an empty list with such a name, or the only empty
 * list beside members that speak of pages; else the object itself. Several lists and none named so:
 * an error that lists them. Lists of links are none of these.
 */
int nq_detect_records(const struct nq_probe *, struct nq_buf *path, struct nq_err *);

/*
 * --paginate auto: what the first page and its headers say about the next one. To teach it a
 * shape: one row in the table of detect.c.
 *
 * Fills in the --paginate spec, and in why how it was seen. A page that shows signs of more pages
 * which nothing here can follow is an error: never a quiet single page.
 */
int nq_detect_pager(const struct nq_probe *, const struct nq_headers *, uint64_t records,
    struct nq_buf *spec, struct nq_buf *why, struct nq_err *);

/* The declared number of all records, and its path, where the page has one. */
bool nq_detect_total(const struct nq_probe *, struct nq_buf *path, uint64_t *total);

#endif
