#include "state/name.h"

#include <stdlib.h>
#include <string.h>

#include "json/utf8.h"

void
nq_name_encode(struct nq_buf *b, const char *name)
{
	struct nq_str s = nq_str(name);

	if (*name == '.') {
		nq_buf_adds(b, "%2E");
		s.p++;
		s.n--;
	}
	nq_buf_add_percent(b, s);
}

int
nq_name_check(const char *what, const char *name, struct nq_err *err)
{
	struct nq_buf encoded = NQ_BUF_INIT;
	size_t n = strlen(name), len;

	if (n == 0)
		return nq_err_set(err, NQ_USAGE, "the name of the %s is empty", what);
	if (nq_utf8_check(name, n) != n)
		return nq_err_set(err, NQ_USAGE, "the name of the %s is not UTF-8", what);
	nq_name_encode(&encoded, name);
	len = encoded.len;
	nq_buf_free(&encoded);
	if (len > NQ_MAX_NAME)
		return nq_err_set(err, NQ_USAGE,
		    "the name of the %s has %zu bytes when percent-encoded, at most %d go", what,
		    len, NQ_MAX_NAME);
	return 0;
}

static int
hex(char c)
{
	const char *set = "0123456789ABCDEF", *at = c == '\0' ? NULL : strchr(set, c);

	return at == NULL ? -1 : (int)(at - set);
}

int
nq_name_decode(struct nq_buf *b, struct nq_str s)
{
	struct nq_buf again = NQ_BUF_INIT;
	size_t from = b->len;
	int high, low, same;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			nq_buf_addc(b, s.p[i]);
			continue;
		}
		if (s.n - i < 3 || (high = hex(s.p[i + 1])) == -1 ||
		    (low = hex(s.p[i + 2])) == -1 || high + low == 0)
			return -1;
		nq_buf_addc(b, (char)(high << 4 | low));
		i += 2;
	}
	nq_name_encode(&again, b->data + from);
	same = nq_str_eq(nq_buf_str(&again), s);
	nq_buf_free(&again);
	return same && s.n > 0 ? 0 : -1;
}
