#include "plan/dest.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "pg/url.h"

bool
nq_dest_has_login(const char *url)
{
	const char *host = strstr(url, "://"), *end;

	if (host == NULL)
		return false;
	end = strpbrk(host + 3, "@/?#");
	return end != NULL && *end == '@';
}

static const char by_reference[] = "write a reference to it, for example ${secrets.password}, or "
				   "leave it to ~/.pgpass";
static const char by_auth[] = "use auth";

/* One row a scheme. */
static const struct {
	const char *scheme, *name, *form;
	bool file;			    /* the rest is a path; else: */
	bool (*has_password)(const char *); /* in the open */
	const char *instead;
} schemes[] = {
    {"sqlite:", "sqlite", "sqlite:FILE", true, NULL, NULL},
    {"duckdb:", "duckdb", "duckdb:FILE", true, NULL, NULL},
    {"postgresql://", "postgresql", "postgresql://HOST/DB", false, nq_pg_url_has_password,
	by_reference},
    {"postgres://", "postgres", NULL, false, nq_pg_url_has_password, by_reference},
    {"nuntiq:", "nuntiq", "nuntiq:URL", false, nq_dest_has_login, by_auth},
    {"https://", "https", "https://HOST/PATH", false, nq_dest_has_login, by_auth},
    {"http://", "http", NULL, false, nq_dest_has_login, by_auth},
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

int
nq_dest_check(const char *to, struct nq_err *err)
{
	size_t i = find(to);

	if (strcmp(to, "-") == 0 || strncmp(to, "${", 2) == 0)
		return 0;
	if (i == NSCHEMES)
		return unknown(to, err);
	if (schemes[i].file || !schemes[i].has_password(to))
		return 0;
	return nq_err_set(
	    err, NQ_USAGE, "a password in a URL can be read by everybody: %s", schemes[i].instead);
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
