#ifndef NQ_FETCH_OUT_H
#define NQ_FETCH_OUT_H

#include <stdint.h>
#include <stdio.h>

#include "fetch/page.h"

/* What goes out of a page that was accepted, flushed: a page is seen as soon as it is good. */

/* The first lines, so many, of those that are whole; all of them are forgotten. */
int nq_out_drain(FILE *, struct nq_page *, uint64_t lines, struct nq_err *);

/* Or all that is there. */
int nq_out_raw(FILE *, struct nq_spool *, struct nq_err *);

#endif
