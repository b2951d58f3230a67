#include "base/decimal.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

enum { ROOM = 3 * NQ_MAX_DIGITS + NQ_DECIMAL_SCALE + 8 };

/* The digits of a whole number, the lowest first, without zeros at the top; zero has none. */
struct nat {
	size_t n;
	uint8_t d[ROOM];
};

/* nat / 10^scale. */
struct decimal {
	bool minus;
	size_t scale;
	struct nat v;
};

static const char too_long[] = "a number of more than 1000 digits";

_Static_assert(NQ_MAX_DIGITS == 1000, "the message tells the limit");

/* === whole numbers ========================================================================== */

static void
trim(struct nat *a)
{
	while (a->n > 0 && a->d[a->n - 1] == 0)
		a->n--;
}

static int
compare(const struct nat *a, const struct nat *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (size_t i = a->n; i-- > 0;)
		if (a->d[i] != b->d[i])
			return a->d[i] < b->d[i] ? -1 : 1;
	return 0;
}

static void
add(struct nat *a, const struct nat *b)
{
	unsigned carry = 0, sum;
	size_t n = a->n > b->n ? a->n : b->n;

	for (size_t i = 0; i < n; i++) {
		sum = carry + (i < a->n ? a->d[i] : 0u) + (i < b->n ? b->d[i] : 0u);
		a->d[i] = (uint8_t)(sum % 10);
		carry = sum / 10;
	}
	a->n = n;
	if (carry > 0)
		a->d[a->n++] = (uint8_t)carry;
}

/* a - b, where a is the larger one. */
static void
subtract(struct nat *a, const struct nat *b)
{
	int borrow = 0, diff;

	for (size_t i = 0; i < a->n; i++) {
		diff = a->d[i] - borrow - (i < b->n ? b->d[i] : 0);
		borrow = diff < 0;
		a->d[i] = (uint8_t)(diff + 10 * borrow);
	}
	trim(a);
}

/* a * 10^n + low */
static void
shift(struct nat *a, size_t n, uint8_t low)
{
	for (size_t i = a->n; i-- > 0;)
		a->d[i + n] = a->d[i];
	for (size_t i = 0; i < n; i++)
		a->d[i] = 0;
	a->n = a->n == 0 ? 0 : a->n + n;
	if (low > 0) {
		a->d[0] = low;
		a->n = a->n == 0 ? 1 : a->n;
	}
}

static void
multiply(const struct nat *a, const struct nat *b, struct nat *out)
{
	unsigned v, carry;

	out->n = a->n + b->n;
	for (size_t i = 0; i < out->n; i++)
		out->d[i] = 0;
	for (size_t i = 0; i < a->n; i++) {
		carry = 0;
		for (size_t j = 0; i + j < out->n && (j < b->n || carry > 0); j++) {
			v = out->d[i + j] + carry + (j < b->n ? (unsigned)a->d[i] * b->d[j] : 0u);
			out->d[i + j] = (uint8_t)(v % 10);
			carry = v / 10;
		}
	}
	trim(out);
}

/* By hand, a digit at a time: quotient q, remainder r. */
static void
divide(const struct nat *a, const struct nat *b, struct nat *q, struct nat *r)
{
	r->n = 0;
	q->n = a->n;
	for (size_t i = a->n; i-- > 0;) {
		shift(r, 1, a->d[i]);
		q->d[i] = 0;
		while (compare(r, b) >= 0) {
			subtract(r, b);
			q->d[i]++;
		}
	}
	trim(q);
}

/* === decimals =============================================================================== */

/* Digits, and the power of ten that the exponent asks for, bounded. */
static long
scan(struct nq_str s, struct decimal *x, size_t *digits)
{
	long power = 0, e = 0;
	size_t i = s.p[0] == '-';
	bool point = false, down;

	x->minus = i == 1;
	for (*digits = 0; i < s.n && (s.p[i] | 0x20) != 'e'; i++) {
		if (s.p[i] == '.') {
			point = true;
			continue;
		}
		power -= point;
		if (*digits > 0 || s.p[i] != '0') {
			if (*digits < NQ_MAX_DIGITS)
				x->v.d[*digits] = (uint8_t)(s.p[i] - '0');
			++*digits;
		}
	}
	down = i + 1 < s.n && s.p[i + 1] == '-';
	for (; i < s.n; i++)
		if (isdigit((unsigned char)s.p[i]) && e < 100000)
			e = e * 10 + (s.p[i] - '0');
	return power + (down ? -e : e);
}

static int
parse(struct nq_str s, struct decimal *x)
{
	size_t digits;
	long power = scan(s, x, &digits);
	uint8_t keep;

	x->scale = 0;
	x->v.n = digits;
	if (digits == 0)
		return 0;
	if (digits > NQ_MAX_DIGITS || power > NQ_MAX_DIGITS - (long)digits ||
	    power < -NQ_MAX_DIGITS)
		return -1;
	for (size_t i = 0; i < digits / 2; i++) {
		keep = x->v.d[i];
		x->v.d[i] = x->v.d[digits - 1 - i];
		x->v.d[digits - 1 - i] = keep;
	}
	if (power > 0)
		shift(&x->v, (size_t)power, 0);
	else
		x->scale = (size_t)-power;
	return 0;
}

/* Writes it; -1 when it has become too long. */
static int
print(const struct decimal *x, struct nq_buf *b)
{
	size_t cut = 0, top = x->v.n > x->scale ? x->v.n : x->scale + 1;

	while (cut < x->scale && (cut >= x->v.n || x->v.d[cut] == 0))
		cut++;
	if (top - cut > NQ_MAX_DIGITS)
		return -1;
	if (x->minus && x->v.n > 0)
		nq_buf_addc(b, '-');
	for (size_t i = top; i-- > cut;) {
		nq_buf_addc(b, (char)('0' + (i < x->v.n ? x->v.d[i] : 0)));
		if (i == x->scale && i > cut)
			nq_buf_addc(b, '.');
	}
	return 0;
}

static void
align(struct decimal *a, struct decimal *b)
{
	if (a->scale < b->scale) {
		shift(&a->v, b->scale - a->scale, 0);
		a->scale = b->scale;
	} else {
		shift(&b->v, a->scale - b->scale, 0);
		b->scale = a->scale;
	}
}

static void
sum_up(struct decimal *a, struct decimal *b)
{
	struct decimal keep;

	align(a, b);
	if (a->minus == b->minus) {
		add(&a->v, &b->v);
	} else if (compare(&a->v, &b->v) >= 0) {
		subtract(&a->v, &b->v);
	} else {
		keep = *a;
		*a = *b;
		subtract(&a->v, &keep.v);
	}
}

static void
product(struct decimal *a, const struct decimal *b)
{
	struct nat out = {0, {0}};

	multiply(&a->v, &b->v, &out);
	a->v = out;
	a->scale += b->scale;
	a->minus = a->minus != b->minus;
}

/* One digit more than asked for decides how the last one is rounded. */
static void
quotient(struct decimal *a, struct decimal *b)
{
	static const struct nat five = {1, {5}};
	struct nat q, r;

	align(a, b);
	shift(&a->v, NQ_DECIMAL_SCALE + 1, 0);
	divide(&a->v, &b->v, &q, &r);
	add(&q, &five);
	if (q.n > 0)
		q.d[0] = 0;
	trim(&q);
	a->v = q;
	a->scale = NQ_DECIMAL_SCALE + 1;
	a->minus = a->minus != b->minus;
}

static void
rest(struct decimal *a, struct decimal *b)
{
	struct nat q, r;

	align(a, b);
	divide(&a->v, &b->v, &q, &r);
	a->v = r;
}

static int
fail(const char **why, const char *text)
{
	*why = text;
	return -1;
}

int
nq_decimal_calc(char op, struct nq_str a, struct nq_str b, struct nq_buf *out, const char **why)
{
	struct decimal x, y;

	if (parse(a, &x) == -1 || parse(b, &y) == -1)
		return fail(why, too_long);
	if ((op == '/' || op == '%') && y.v.n == 0)
		return fail(why, "division by zero");
	if (op == '-')
		y.minus = !y.minus;
	if (op == '+' || op == '-')
		sum_up(&x, &y);
	else if (op == '*')
		product(&x, &y);
	else if (op == '/')
		quotient(&x, &y);
	else
		rest(&x, &y);
	return print(&x, out) == 0 ? 0 : fail(why, too_long);
}

int
nq_decimal_whole(struct nq_str s, struct nq_buf *out, const char **why)
{
	struct decimal x;

	if (parse(s, &x) == -1)
		return fail(why, too_long);
	for (size_t i = x.scale; i < x.v.n; i++)
		x.v.d[i - x.scale] = x.v.d[i];
	x.v.n = x.v.n > x.scale ? x.v.n - x.scale : 0;
	x.scale = 0;
	return print(&x, out) == 0 ? 0 : fail(why, too_long);
}
