#include "generate.h"

#include <stdint.h>
#include <stdlib.h>

static uint64_t state;

void
start(const char *seed)
{
	state = strtoull(seed, NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

unsigned
upto(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % n);
}

const char *
pick(const char *const *list, unsigned n)
{
	return list[upto(n)];
}

const char *
any_text(void)
{
	static const char *const list[] = {"", "a", "abc", "Zebra", " padded ", "line\nfeed",
	    "tab\t", "quote\"back\\slash", "caf\xc3\xa9", "\xf0\x9f\x98\x80", "a,b,,c",
	    "\xe2\x82\xac 5", "{}", "\\(x)", "\x01\x1f", "0", "a/b?c=d&e", "\xcf\x80\xd0\x96"};

	return PICK(list);
}

const char *
ascii_text(void)
{
	static const char *const list[] = {"a", "abc", "ABC", " x ", "x1y22", "Hello World", "\tq",
	    "a-b-c", "cdcd", "0007", "ab", "z"};

	return PICK(list);
}

const char *
separator(void)
{
	static const char *const list[] = {"a", ",", "-", " ", "bc", "\xc3\xa9"};

	return PICK(list);
}
