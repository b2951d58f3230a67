#ifndef NQ_JSON_DUP_H
#define NQ_JSON_DUP_H

#include "json/doc.h"

/*
 * RFC 8259 leaves open what the same name twice in one object means, and every database answers
 * differently: so such a record is refused wherever it is looked into. Returns the token of the
 * second key, or NQ_NONE. At worst n log n in the number of keys.
 */
uint32_t nq_dup_find(const struct nq_doc *, uint32_t value);

#endif
