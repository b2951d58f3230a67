#include "map/letters.h"

/* Small letters from first to last, every step; their capitals stand down below. */
static const struct range {
	uint32_t first, last, step, down;
} ranges[] = {
    {0x61, 0x7a, 1, 0x20},
    {0xe0, 0xf6, 1, 0x20},
    {0xf8, 0xfe, 1, 0x20},
    {0x101, 0x12f, 2, 1},
    {0x133, 0x137, 2, 1},
    {0x13a, 0x148, 2, 1},
    {0x14b, 0x177, 2, 1},
    {0x17a, 0x17e, 2, 1},
    {0x3ac, 0x3ac, 1, 0x26},
    {0x3ad, 0x3af, 1, 0x25},
    {0x3b1, 0x3c1, 1, 0x20},
    {0x3c3, 0x3cb, 1, 0x20},
    {0x3cc, 0x3cc, 1, 0x40},
    {0x3cd, 0x3ce, 1, 0x3f},
    {0x430, 0x44f, 1, 0x20},
    {0x450, 0x45f, 1, 0x50},
    {0x461, 0x481, 2, 1},
    {0x48b, 0x4bf, 2, 1},
    {0x4c2, 0x4ce, 2, 1},
    {0x4d1, 0x52f, 2, 1},
};

enum { RANGES = sizeof(ranges) / sizeof(ranges[0]) };

uint32_t
nq_letter_upper(uint32_t c)
{
	if (c == 0xff)
		return 0x178;
	if (c == 0x3c2)
		return 0x3a3;
	for (int i = 0; i < RANGES && c >= ranges[i].first; i++)
		if (c <= ranges[i].last && (c - ranges[i].first) % ranges[i].step == 0)
			return c - ranges[i].down;
	return c;
}

uint32_t
nq_letter_lower(uint32_t c)
{
	uint32_t small;

	if (c == 0x178)
		return 0xff;
	for (int i = 0; i < RANGES; i++) {
		small = c + ranges[i].down;
		if (small >= ranges[i].first && small <= ranges[i].last &&
		    (small - ranges[i].first) % ranges[i].step == 0)
			return small;
	}
	return c;
}

size_t
nq_letter_at(struct nq_str s, size_t i, uint32_t *out)
{
	unsigned char c = (unsigned char)s.p[i];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	*out = n == 1 ? c : c & (0xffu >> (n + 1));
	for (size_t k = 1; k < n; k++)
		*out = *out << 6 | ((unsigned char)s.p[i + k] & 0x3f);
	return n;
}

size_t
nq_letter_count(struct nq_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

size_t
nq_letter_offset(struct nq_str s, size_t n)
{
	size_t i = 0;

	for (; i < s.n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) == 0x80)
			continue;
		if (n == 0)
			break;
		n--;
	}
	return i;
}
