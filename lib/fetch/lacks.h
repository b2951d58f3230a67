#ifndef NQ_FETCH_LACKS_H
#define NQ_FETCH_LACKS_H

#include "fetch/page.h"

/* What a page has not at the path where it should be, as errors. -1 both. */
int nq_lacks_list(const struct nq_page_spec *, struct nq_err *);
int nq_lacks_watermark(const struct nq_page *, struct nq_err *); /* the record that comes next */

#endif
