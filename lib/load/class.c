#include "load/class.h"

#include "base/num.h"
#include "base/time.h"

enum { DOUBLE_DIGITS = 15, DOUBLE_TENS = 22, LONG_DIGITS = 18 };

/* A number as its significant digits and a power of ten: digits × 10^exp. */
struct scan {
	bool minus, whole; /* whole: written without point and exponent */
	uint64_t digits;   /* while count is at most 19 */
	uint64_t count;
	int64_t exp;
	bool wild; /* an exponent that nobody calculates with */
};

static int64_t
scan_exponent(struct nq_str s, size_t at, bool *wild)
{
	bool minus = at + 1 < s.n && s.p[at + 1] == '-';
	int64_t v = 0;

	for (at++; at < s.n; at++) {
		if (s.p[at] == '+' || s.p[at] == '-')
			continue;
		if (v > 99999999999999)
			*wild = true;
		else
			v = v * 10 + (s.p[at] - '0');
	}
	return minus ? -v : v;
}

static struct scan
scan(struct nq_str s)
{
	struct scan r = {s.n > 0 && s.p[0] == '-', true, 0, 0, 0, false};
	int64_t zeros = 0; /* held back: they count only when a digit follows */
	size_t i = r.minus;

	for (; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++) {
		if (s.p[i] == '.') {
			r.whole = false;
			continue;
		}
		r.exp -= !r.whole;
		zeros++;
		if (s.p[i] == '0')
			continue;
		r.count = r.count == 0 ? 1 : r.count + (uint64_t)zeros;
		for (; r.count <= 19 && zeros > 0; zeros--)
			r.digits *= 10;
		r.digits += (uint64_t)(s.p[i] - '0');
		zeros = 0;
	}
	r.exp += zeros;
	if (i < s.n) {
		r.whole = false;
		r.exp += scan_exponent(s, i, &r.wild);
	}
	if (r.count == 0)
		r.exp = 0;
	return r;
}

static bool
fits_long(struct nq_str s)
{
	static const char most[] = "9223372036854775808";
	bool minus = s.p[0] == '-';
	int c;

	if (s.n - minus != sizeof(most) - 1)
		return s.n - minus < sizeof(most) - 1;
	c = memcmp(s.p + minus, most, sizeof(most) - 1);
	return minus ? c <= 0 : c < 0;
}

static enum nq_class
number_class(struct nq_str s)
{
	struct scan r;
	int64_t v;

	if (s.n <= DOUBLE_DIGITS && memchr(s.p, '.', s.n) == NULL &&
	    memchr(s.p, 'e', s.n) == NULL && memchr(s.p, 'E', s.n) == NULL)
		return NQ_C_INT;
	r = scan(s);
	if (r.whole && fits_long(s)) {
		v = nq_class_int(s);
		return v >= -(1LL << 53) && v <= 1LL << 53 ? NQ_C_INT : NQ_C_LONG;
	}
	if (r.whole || r.wild || r.count > DOUBLE_DIGITS || r.exp > DOUBLE_TENS ||
	    r.exp < -DOUBLE_TENS)
		return NQ_C_BIG;
	return NQ_C_DECIMAL;
}

static size_t
digit_run(struct nq_str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
		n++;
	return n;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* As SQL reads numbers: white space around, a sign, digits on one side of the point at least. */
static bool
looks_numeric(struct nq_str s)
{
	size_t at = 0, whole, frac = 0;

	while (at < s.n && is_blank(s.p[at]))
		at++;
	at += at < s.n && (s.p[at] == '+' || s.p[at] == '-');
	whole = digit_run(s, at);
	at += whole;
	if (at < s.n && s.p[at] == '.') {
		frac = digit_run(s, at + 1);
		at += 1 + frac;
	}
	if (whole + frac == 0)
		return false;
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		at += at < s.n && (s.p[at] == '+' || s.p[at] == '-');
		at += digit_run(s, at);
	}
	while (at < s.n && is_blank(s.p[at]))
		at++;
	return at == s.n;
}

static enum nq_class
string_class(struct nq_str s)
{
	char c = s.n > 0 ? s.p[0] : 'x';

	if ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || is_blank(c))
		return looks_numeric(s) ? NQ_C_NUMTEXT : NQ_C_TEXT;
	return NQ_C_TEXT;
}

enum nq_class
nq_class_of(enum nq_type type, struct nq_str text)
{
	switch (type) {
	case NQ_ABSENT:
	case NQ_NULL:
		return NQ_C_NULL;
	case NQ_FALSE:
	case NQ_TRUE:
		return NQ_C_BOOL;
	case NQ_NUMBER:
		return number_class(text);
	case NQ_STRING:
		return string_class(text);
	case NQ_ARRAY:
	case NQ_OBJECT:
		break;
	}
	return NQ_C_JSON;
}

const char *
nq_class_name(enum nq_class c)
{
	static const char *const names[] = {"null", "a boolean", "a whole number", "a whole number",
	    "a decimal number", "a number too long for it", "a text", "a text",
	    "an object or array"};

	return names[c];
}

int64_t
nq_class_int(struct nq_str s)
{
	bool minus = s.p[0] == '-';
	uint64_t v = 0;

	for (size_t i = minus; i < s.n; i++)
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	return minus ? (int64_t)(0 - v) : (int64_t)v;
}

/*
 * The digits are below 10^15 and the power of ten at most 10^22: both are doubles without error,
 * so one multiplication or division rounds once, to the nearest (IEEE 754).
 */
double
nq_class_double(struct nq_str s)
{
	struct scan r = scan(s);
	double v = (double)r.digits, tens = 1;

	for (int64_t i = r.exp < 0 ? -r.exp : r.exp; i > 0; i--)
		tens *= 10;
	v = r.exp < 0 ? v / tens : v * tens;
	return r.minus && r.count > 0 ? -v : v;
}

/* The significant digits of a number, without the zeros around them. */
static void
add_digits(struct nq_str s, uint64_t count, struct nq_buf *out)
{
	for (size_t i = 0; i < s.n && count > 0; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || (s.p[i] == '0' && out->len == 0))
			continue;
		nq_buf_addc(out, s.p[i]);
		count--;
	}
}

void
nq_class_canonical(struct nq_str s, struct nq_buf *out)
{
	struct scan r = scan(s);
	struct nq_buf digits = NQ_BUF_INIT;

	if (r.wild) {
		nq_buf_addstr(out, s);
		return;
	}
	add_digits(s, r.count, &digits);
	if (r.count == 0)
		nq_buf_addc(&digits, '0');
	nq_buf_adds(out, r.minus && r.count > 0 ? "-" : "");
	nq_buf_addstr(out, nq_buf_str(&digits));
	if (r.exp >= 0 && r.count + (uint64_t)r.exp <= LONG_DIGITS + 1)
		for (; r.exp > 0; r.exp--)
			nq_buf_addc(out, '0');
	else if (r.exp != 0)
		nq_buf_addf(out, "e%lld", (long long)r.exp);
	nq_buf_free(&digits);
}

bool
nq_class_newer(struct nq_str a, struct nq_str b)
{
	struct nq_time ta, tb;
	int naive;

	if (nq_time_parse(a, &ta, &naive) == 0 && nq_time_parse(b, &tb, &naive) == 0)
		return nq_time_cmp(ta, tb) >= 0;
	if (nq_num_valid(a) && nq_num_valid(b))
		return nq_num_cmp(a, b) >= 0;
	return nq_str_cmp(a, b) >= 0;
}
