#ifndef NQ_TESTS_FUZZ_H
#define NQ_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/str.h"

/* The one function of a target; it always returns 0, and aborts where an oracle is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline struct nq_str
fuzz_str(const uint8_t *data, size_t n)
{
	return (struct nq_str){(const char *)data, n};
}

/* What must hold of every input. */
static inline void
must(int ok)
{
	if (!ok)
		abort();
}

#endif
