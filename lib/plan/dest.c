#include "plan/dest.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* One row a scheme. */
static const struct {
	const char *scheme, *name, *form;
	bool file; /* the rest is a path */
} schemes[] = {
    {"sqlite:", "sqlite", "sqlite:FILE", true},
    {"duckdb:", "duckdb", "duckdb:FILE", true},
    {"postgresql://", "postgresql", "postgresql://HOST/DB", false},
    {"postgres://", "postgres", NULL, false},
    {"nuntiq:", "nuntiq", "nuntiq:URL", false},
    {"https://", "https", "https://HOST/PATH", false},
    {"http://", "http", NULL, false},
};

enum { NSCHEMES = sizeof(schemes) / sizeof(schemes[0]) };

/* Row of the destination's scheme, or NSCHEMES. */
static size_t
find(const char *to)
{
	size_t i = 0;

	while (i < NSCHEMES && strncmp(to, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
		i++;
	return i;
}

static int
unknown(const char *to, struct nq_err *err)
{
	const char *names[NSCHEMES + 1] = {NULL}, *near;
	char *word = nq_strndup(to, strcspn(to, ":"));

	for (size_t i = 0; i < NSCHEMES; i++)
		names[i] = schemes[i].name;
	near = nq_str_nearest(word, names);
	nq_err_set(
	    err, NQ_USAGE, "'%s%s' is no destination", word, strchr(to, ':') != NULL ? ":" : "");
	if (near != NULL && strcmp(near, word) != 0)
		nq_err_add(err, ", did you mean '%s:'?", near);
	else
		nq_err_add(err, ":");
	nq_err_add(err, " write");
	for (size_t i = 0; i < NSCHEMES; i++)
		if (schemes[i].form != NULL)
			nq_err_add(err, " %s,", schemes[i].form);
	nq_err_add(err, " or - to look only");
	free(word);
	return -1;
}

/* user:password@ with the password as it is. */
static bool
has_password(const char *to)
{
	const char *host = strstr(to, "://"), *at, *colon;

	if (host == NULL)
		return false;
	host += 3;
	if (strncmp(host, "${", 2) == 0)
		host += strcspn(host, "}");
	at = memchr(host, '@', strcspn(host, "/?#"));
	colon = at != NULL ? memchr(host, ':', (size_t)(at - host)) : NULL;
	return colon != NULL && strncmp(colon + 1, "${", 2) != 0;
}

int
nq_dest_check(const char *to, struct nq_err *err)
{
	if (strcmp(to, "-") == 0 || strncmp(to, "${", 2) == 0)
		return 0;
	if (has_password(to))
		return nq_err_set(err, NQ_USAGE,
		    "a password in a URL can be read by everybody: write a reference to it, for "
		    "example ${secrets.password}, or leave it to ~/.pgpass");
	return find(to) < NSCHEMES ? 0 : unknown(to, err);
}

void
nq_dest_place(const char *to, const char *dir, struct nq_buf *out)
{
	size_t i = find(to), n = i < NSCHEMES ? strlen(schemes[i].scheme) : 0;

	if (i < NSCHEMES && schemes[i].file && to[n] != '/' && to[n] != ':') {
		nq_buf_adds(out, schemes[i].scheme);
		nq_buf_adds(out, dir);
		to += n;
	}
	nq_buf_adds(out, to);
}

bool
nq_dest_is_nuntiq(const char *to)
{
	return strncmp(to, "nuntiq:", 7) == 0;
}

bool
nq_dest_is_http(const char *to)
{
	return strncmp(to, "https://", 8) == 0 || strncmp(to, "http://", 7) == 0;
}
