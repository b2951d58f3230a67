#ifndef NQ_FETCH_ADOPT_H
#define NQ_FETCH_ADOPT_H

#include "fetch/detect.h"
#include "fetch/pager.h"

/*
 * What the look at the first page found, put to use for it and the pages that follow. Each may be
 * called again when the first page is tried again.
 */
int nq_adopt_records(const struct nq_probe *, struct nq_page_spec *, struct nq_err *);
int nq_adopt_total(const struct nq_probe *, struct nq_page_spec *, struct nq_err *);
int nq_adopt_pager(const struct nq_probe *, const struct nq_headers *, uint64_t records,
    struct nq_pager *, struct nq_page_spec *, struct nq_err *);

#endif
