#ifndef NQ_LOAD_PLACE_H
#define NQ_LOAD_PLACE_H

#include "base/buf.h"
#include "base/err.h"

/* What destinations that are a file share. */

/*
 * The absolute path of the file that --to names behind its scheme; the caller frees. Its directory
 * may be reached by a link, so that the fingerprint is that of the real place. NULL and an error
 * that shows the form ("sqlite:nq.db").
 */
char *nq_place_absolute(const char *file, const char *form, struct nq_err *);

/* Adds the time, to milliseconds: for --meta and _nq_loads. */
void nq_place_add_now(struct nq_buf *);

#endif
