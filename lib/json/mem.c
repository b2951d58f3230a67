#include "json/mem.h"

#include <stdlib.h>

#include "base/alloc.h"

static void *
get(void *ctx, size_t n)
{
	(void)ctx;
	return nq_malloc(n);
}

static void *
grow(void *ctx, void *p, size_t n)
{
	(void)ctx;
	return nq_realloc(p, n);
}

static void
drop(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

yajl_alloc_funcs nq_json_mem = {get, grow, drop, NULL};
