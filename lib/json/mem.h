#ifndef NQ_JSON_MEM_H
#define NQ_JSON_MEM_H

#include <yajl/yajl_common.h>

/* yajl does not look at what malloc returns: every handle gets these, which never return NULL. */
extern yajl_alloc_funcs nq_json_mem;

#endif
