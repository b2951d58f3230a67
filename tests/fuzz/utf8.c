#include "fuzz.h"

#include "json/utf8.h"

/* Whole or one byte at a time, the same byte is the first bad one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct nq_utf8 whole = NQ_UTF8_INIT, pieces = NQ_UTF8_INIT;
	const char *p = (const char *)data;
	size_t good = nq_utf8_feed(&whole, p, n), i = 0;

	while (i < n && nq_utf8_feed(&pieces, p + i, 1) == 1)
		i++;
	must(i == good);
	must(good < n || whole.need == pieces.need);
	return 0;
}
