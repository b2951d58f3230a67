#ifndef NQ_JSON_UTF8_H
#define NQ_JSON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * UTF-8 as in RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Form feed and
 * vertical tab are refused as well: they are legal nowhere in JSON, and yajl takes them for white
 * space. The state is carried over pieces, so text may be cut anywhere.
 */
struct nq_utf8 {
	uint8_t need;	   /* continuation bytes still to come */
	uint8_t low, high; /* bounds of the next one */
	bool control;	   /* bytes below 0x20 were seen, which in JSON are white space */
};

#define NQ_UTF8_INIT           \
	{                      \
		0, 0, 0, false \
	}

/* The number of bytes that are good: n when all are, else the offset of the bad one. */
size_t nq_utf8_feed(struct nq_utf8 *, const char *, size_t n);

/* The same for a whole text: a sequence cut at the end is bad where it starts to be missing. */
size_t nq_utf8_check(const char *, size_t n);

/* Writes code point c (not a surrogate, at most U+10FFFF) and returns its length, 1 to 4. */
size_t nq_utf8_put(char *, uint32_t c);

#endif
