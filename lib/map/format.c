#include "map/format.h"

#include <ctype.h>

#include "base/time.h"

static bool
date_time(struct nq_str s)
{
	struct nq_time t;

	return s.n >= 20 && nq_time_parse(s, &t, NULL) == 0;
}

static bool
date(struct nq_str s)
{
	struct nq_time t;
	int naive;

	return s.n == 10 && nq_time_parse(s, &t, &naive) == 0;
}

/* A sign of life on both sides of one '@': more is for the mail server to tell. */
static bool
email(struct nq_str s)
{
	const char *at = memchr(s.p, '@', s.n);
	size_t left = at != NULL ? (size_t)(at - s.p) : 0;

	return left > 0 && left + 1 < s.n && memchr(at + 1, '@', s.n - left - 1) == NULL &&
	       memchr(s.p, ' ', s.n) == NULL;
}

/* RFC 3986, 3.1: a scheme, a colon, something, no blanks or controls. */
static bool
uri(struct nq_str s)
{
	const char *colon = memchr(s.p, ':', s.n);
	size_t scheme = colon != NULL ? (size_t)(colon - s.p) : 0;

	if (scheme == 0 || scheme + 1 == s.n || !isalpha((unsigned char)s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f ||
		    (i < scheme && !isalnum((unsigned char)s.p[i]) &&
			(s.p[i] == '\0' || strchr("+-.", s.p[i]) == NULL)))
			return false;
	return true;
}

static bool
uuid(struct nq_str s)
{
	bool dash;

	for (size_t i = 0; i < s.n; i++) {
		dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? s.p[i] != '-' : isxdigit((unsigned char)s.p[i]) == 0)
			return false;
	}
	return s.n == 36;
}

const struct nq_format nq_formats[] = {
    {"date-time", date_time},
    {"date", date},
    {"email", email},
    {"uri", uri},
    {"uuid", uuid},
    {NULL, NULL},
};
