#ifndef NQ_STATE_NAME_H
#define NQ_STATE_NAME_H

#include "base/buf.h"
#include "base/err.h"

/* Which row: both names as the user wrote them, borrowed. */
struct nq_key {
	const char *connector, *stream;
};

/*
 * Names may be anything that is text: in a path they are percent-encoded (RFC 3986), a leading dot
 * too, so that neither a slash, "..", a blank nor a hidden name can come out. Usage errors: an
 * empty name, one that is not UTF-8, one longer than NQ_MAX_NAME when encoded.
 */
int nq_name_check(const char *what, const char *name, struct nq_err *);
void nq_name_encode(struct nq_buf *, const char *name);

/* Adds what the encoded name stands for; -1 when nq_name_encode() would not have written it so. */
int nq_name_decode(struct nq_buf *, struct nq_str s);

#endif
