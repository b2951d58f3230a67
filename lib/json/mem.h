#ifndef NQ_JSON_MEM_H
#define NQ_JSON_MEM_H

#include <yajl/yajl_parse.h>

#include "base/buf.h"

/* yajl does not look at what malloc returns: every handle gets these, which never return NULL. */
extern yajl_alloc_funcs nq_json_mem;

/*
 * Adds what yajl has against the text it was given last, as our messages have it. Returns the
 * byte at fault, counted from 1 where that text begins.
 */
size_t nq_json_why(yajl_handle, struct nq_buf *);

#endif
