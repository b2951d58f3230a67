#include "base/num.h"

#include <ctype.h>
#include <stdint.h>

/*
 * A number as sign, the digits with the point taken out (int_part, then frac) and the power of
 * ten of its first significant digit.
 */
struct num {
	int sign; /* -1, 0, 1 */
	struct nq_str int_part, frac;
	int64_t top; /* exponent of the first significant digit */
	size_t lead; /* leading zeros among the digits */
};

static size_t
digit_run(struct nq_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && isdigit((unsigned char)s.p[at + n]))
		n++;
	return n;
}

static size_t
exponent_end(struct nq_str s, size_t at)
{
	size_t sign, n;

	if (at >= s.n || (s.p[at] != 'e' && s.p[at] != 'E'))
		return at;
	sign = at + 1 < s.n && (s.p[at + 1] == '+' || s.p[at + 1] == '-');
	n = digit_run(s, at + 1 + sign);
	return n == 0 ? at : at + 1 + sign + n;
}

bool
nq_num_valid(struct nq_str s)
{
	size_t at = s.n > 0 && s.p[0] == '-', n = digit_run(s, at);

	if (n == 0 || (n > 1 && s.p[at] == '0'))
		return false;
	at += n;
	if (at < s.n && s.p[at] == '.') {
		n = digit_run(s, at + 1);
		if (n == 0)
			return false;
		at += 1 + n;
	}
	return exponent_end(s, at) == s.n;
}

static int64_t
exponent(struct nq_str s, size_t at)
{
	const int64_t most = 1000000000000000000;
	int64_t v = 0;
	bool minus;

	if (at >= s.n)
		return 0;
	minus = s.p[at + 1] == '-';
	for (at += isdigit((unsigned char)s.p[at + 1]) ? 1 : 2; at < s.n; at++)
		v = v >= most / 10 ? most : v * 10 + (s.p[at] - '0');
	return minus ? -v : v;
}

static char
digit_at(const struct num *n, size_t i)
{
	i += n->lead;
	if (i < n->int_part.n)
		return n->int_part.p[i];
	i -= n->int_part.n;
	return i < n->frac.n ? n->frac.p[i] : '0';
}

static struct num
split(struct nq_str s)
{
	struct num n = {1, {NULL, 0}, {NULL, 0}, 0, 0};
	size_t at = s.p[0] == '-', digits;

	n.sign = at == 1 ? -1 : 1;
	n.int_part = (struct nq_str){s.p + at, digit_run(s, at)};
	at += n.int_part.n;
	if (at < s.n && s.p[at] == '.') {
		n.frac = (struct nq_str){s.p + at + 1, digit_run(s, at + 1)};
		at += 1 + n.frac.n;
	}
	digits = n.int_part.n + n.frac.n;
	while (n.lead < digits && digit_at(&n, 0) == '0')
		n.lead++;
	if (n.lead == digits)
		n.sign = 0;
	n.top = exponent(s, at) + (int64_t)n.int_part.n - 1 - (int64_t)n.lead;
	return n;
}

int
nq_num_cmp(struct nq_str x, struct nq_str y)
{
	struct num a = split(x), b = split(y);
	size_t most = a.int_part.n + a.frac.n, other = b.int_part.n + b.frac.n;
	char ca, cb;

	if (a.sign != b.sign)
		return a.sign < b.sign ? -1 : 1;
	if (a.sign == 0)
		return 0;
	if (a.top != b.top)
		return (a.top < b.top ? -1 : 1) * a.sign;
	most = most > other ? most : other;
	for (size_t i = 0; i < most; i++) {
		ca = digit_at(&a, i);
		cb = digit_at(&b, i);
		if (ca != cb)
			return (ca < cb ? -1 : 1) * a.sign;
	}
	return 0;
}
