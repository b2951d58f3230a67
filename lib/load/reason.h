#ifndef NQ_LOAD_REASON_H
#define NQ_LOAD_REASON_H

#include "base/buf.h"
#include "http/client.h"
#include "json/doc.h"

/*
 * What a server says is wrong, out of the many shapes in which servers say it: a text, or an
 * object with it under message, error, reason, detail, title or code, also one or two levels
 * down and as the first of a list. At most 300 bytes in one line, secrets gone.
 */

/* Adds it, or nothing when the value says nothing. */
void nq_reason_add(struct nq_buf *, const struct nq_doc *, uint32_t value);

/* Adds that of an answer, else the first bytes of its body. */
void nq_reason_answer(struct nq_buf *, const struct nq_response *);

#endif
