#include "json/utf8.h"

#include <string.h>

#include "base/word.h"

/* Bytes that no run goes over, by their top bits: the lowest one is exact. */
static uint64_t
stops(struct nq_utf8 *u, uint64_t w)
{
	if (NQ_WORD_ODD(w) == 0)
		return 0;
	u->control = u->control || NQ_WORD_LOW(w) != 0;
	return (w & NQ_WORD_EACH(0x80)) | NQ_WORD_HAS(w, 0x0b) | NQ_WORD_HAS(w, 0x0c);
}

/* The length of the run of printable ASCII, four words at a time; it may stop early. */
static size_t
plain_run(const char *p, size_t n)
{
	uint64_t w[4];
	size_t i;

	for (i = 0; i + sizeof(w) <= n; i += sizeof(w)) {
		memcpy(w, p + i, sizeof(w));
		if ((NQ_WORD_ODD(w[0]) | NQ_WORD_ODD(w[1]) | NQ_WORD_ODD(w[2]) |
			NQ_WORD_ODD(w[3])) != 0)
			break;
	}
	return i;
}

/* The length of the run of ASCII that JSON may hold, a word at a time; it may stop early. */
static size_t
ascii_run(struct nq_utf8 *u, const char *p, size_t n)
{
	uint64_t w, stop;

	for (size_t i = plain_run(p, n); i + 8 <= n; i += 8) {
		memcpy(&w, p + i, 8);
		stop = stops(u, w);
		if (stop != 0 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
			return i + (size_t)__builtin_ctzll(stop) / 8;
		if (stop != 0)
			return i;
	}
	return n & ~(size_t)7;
}

static bool
lead_byte(struct nq_utf8 *u, uint8_t c)
{
	u->low = 0x80;
	u->high = 0xbf;
	if (c < 0x80) {
		u->control = u->control || c < 0x20;
		return c != 0x0b && c != 0x0c;
	}
	if (c < 0xc2 || c > 0xf4)
		return false;
	u->need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (c == 0xe0)
		u->low = 0xa0;
	else if (c == 0xed)
		u->high = 0x9f;
	else if (c == 0xf0)
		u->low = 0x90;
	else if (c == 0xf4)
		u->high = 0x8f;
	return true;
}

size_t
nq_utf8_feed(struct nq_utf8 *u, const char *p, size_t n)
{
	uint8_t c;

	for (size_t i = 0; i < n; i++) {
		if (u->need == 0) {
			i += ascii_run(u, p + i, n - i);
			if (i == n)
				break;
			if (!lead_byte(u, (uint8_t)p[i]))
				return i;
			continue;
		}
		c = (uint8_t)p[i];
		if (c < u->low || c > u->high)
			return i;
		u->low = 0x80;
		u->high = 0xbf;
		u->need--;
	}
	return n;
}

size_t
nq_utf8_check(const char *p, size_t n)
{
	struct nq_utf8 u = NQ_UTF8_INIT;
	size_t good = nq_utf8_feed(&u, p, n);

	return good == n && u.need > 0 && n > 0 ? n - 1 : good;
}

size_t
nq_utf8_put(char *p, uint32_t c)
{
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18);
	p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f));
	p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}
