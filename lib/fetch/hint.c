#include "fetch/hint.h"

#include <inttypes.h>
#include <stdbool.h>

static const char *const token_names[] = {"Cursor", "X-Cursor", "Next-Cursor", "X-Next-Cursor",
    "X-Next-Token", "X-Next-Page-Token", "X-Continuation-Token", "Continuation-Token"};
static const char *const total_names[] = {
    "X-Total-Count", "X-Total", "Total-Count", "X-Total-Records", "Content-Range"};

/* "120", or "items 0-24/120", whose "*" is no number. */
static bool
read_total(struct nq_str s, uint64_t *total)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
		i--;
	if (s.n - i < 1 || s.n - i > 18 || (i > 0 && s.p[i - 1] != '/'))
		return false;
	for (*total = 0; i < s.n; i++)
		*total = *total * 10 + (uint64_t)(s.p[i] - '0');
	return true;
}

int
nq_hint_headers(const struct nq_headers *h, uint64_t records, struct nq_err *err)
{
	struct nq_str s;
	uint64_t total;

	for (size_t i = 0; i < sizeof(token_names) / sizeof(token_names[0]); i++)
		if (nq_headers_get(h, token_names[i], 0, &s) && s.n > 0)
			return nq_err_set(err, NQ_FAIL,
			    "the header '%s' looks like the place of a next page: give --paginate "
			    "header:name=%s,param=NAME, or --paginate none for this page alone",
			    token_names[i], token_names[i]);
	for (size_t i = 0; i < sizeof(total_names) / sizeof(total_names[0]); i++)
		if (nq_headers_get(h, total_names[i], 0, &s) && read_total(s, &total) &&
		    total > records)
			return nq_err_set(err, NQ_FAIL,
			    "the page has %" PRIu64 " of %" PRIu64
			    " records (header '%s') and names no next one: give --paginate, "
			    "for example --paginate page, or --paginate none for this page alone",
			    records, total, total_names[i]);
	return 0;
}
