#ifndef NQ_FETCH_HINT_H
#define NQ_FETCH_HINT_H

#include <stdint.h>

#include "base/err.h"
#include "http/headers.h"

/*
 * Headers that show that a page has others beside it, in ways that no standard tells how to follow:
 * a token under one of its many names, or a number of all records. -1 with an error that says what
 * to write; 0 without such a sign.
 */
int nq_hint_headers(const struct nq_headers *, uint64_t records, struct nq_err *);

#endif
