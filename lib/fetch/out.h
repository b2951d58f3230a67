#ifndef NQ_FETCH_OUT_H
#define NQ_FETCH_OUT_H

#include <stdint.h>
#include <stdio.h>

#include "fetch/spool.h"

/* What goes out of a page that was accepted, flushed: a page is seen as soon as it is good. */

/* Its first lines, so many. */
int nq_out_lines(FILE *, struct nq_spool *, uint64_t lines, struct nq_err *);

/* Or all that is there. */
int nq_out_raw(FILE *, struct nq_spool *, struct nq_err *);

#endif
