#include "pg/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pg/lib.h"

/* Behind the "${…}" at s, or NULL: there is none. */
static const char *
behind_reference(const char *s)
{
	const char *end;

	if (s[0] != '$' || s[1] != '{')
		return NULL;
	end = strchr(s, '}');
	return end != NULL ? end + 1 : NULL;
}

/* The first of the characters in set, or the end; what stands in references is skipped. */
static const char *
seek(const char *s, const char *end, const char *set)
{
	const char *next;

	while (s < end && strchr(set, *s) == NULL) {
		next = behind_reference(s);
		s = next != NULL && next <= end ? next : s + 1;
	}
	return s < end ? s : end;
}

static bool
literal(const char *from, const char *to)
{
	return to > from && !nq_ref_present((struct nq_str){from, (size_t)(to - from)});
}

/*
 * USER:PASSWORD@ before the host. To libpq only a slash ends it, and what is meant for a password
 * with a slash in it is a port and a database, which we would name in messages.
 */
static bool
literal_in_user(const char *s, const char *end)
{
	const char *slash = seek(s, end, "/"), *query = seek(slash, end, "?");
	const char *at = seek(s, query, "@"), *stop = at < slash ? at : slash;
	const char *colon = seek(s, stop, ":");

	return at < query && colon < stop && literal(colon + 1, at);
}

/* The names of options are percent-encoded to libpq as well: pass%77ord is one of these. */
static bool
is_secret(const char *name, const char *end)
{
	static const char *const names[] = {"password", "sslpassword", "oauth_client_secret",
	    "scram_client_key", "scram_server_key"};
	struct nq_buf plain = NQ_BUF_INIT;
	bool found = false;

	nq_buf_add_unpercent(&plain, (struct nq_str){name, (size_t)(end - name)});
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		found = found || strcasecmp(plain.data, names[i]) == 0;
	nq_buf_free(&plain);
	return found;
}

static bool
literal_in_options(const char *s, const char *end)
{
	const char *eq, *stop;

	for (s = seek(s, end, "?"); s < end; s = stop) {
		stop = seek(++s, end, "&");
		eq = seek(s, stop, "=");
		if (is_secret(s, eq) && literal(eq + (eq < stop), stop))
			return true;
	}
	return false;
}

bool
nq_pg_url_has_password(const char *url)
{
	const char *end = url + strlen(url), *body = strstr(url, "://");

	body = body != NULL ? body + 3 : url;
	return literal_in_user(body, end) || literal_in_options(body, end);
}

int
nq_pg_url_expand(const char *url, const struct nq_refs *refs, const char *option,
    struct nq_buf *out, struct nq_err *err)
{
	if (nq_pg_url_has_password(url))
		return nq_err_set(err, NQ_USAGE,
		    "%s: write a reference, for example postgresql://nq:${PGPASS}@host/db, never "
		    "the "
		    "password itself: everybody can read command lines (PGPASSWORD and ~/.pgpass "
		    "do "
		    "as well)",
		    option);
	return nq_ref_expand(refs, nq_str(url), option, NQ_REF_URL, out, NULL, err);
}

static const char *
value_of(const PQconninfoOption *o, const char *keyword)
{
	for (; o != NULL && o->keyword != NULL; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o->val != NULL && o->val[0] != '\0' ? o->val : NULL;
	return NULL;
}

/* What the URL says, else what libpq would take instead. */
struct info {
	PQconninfoOption *url, *rest;
};

static int
info_open(struct info *in, const char *url, const char *option, struct nq_err *err)
{
	const struct nq_pq *pq = nq_pq_load(err);
	char *why = NULL;

	memset(in, 0, sizeof(*in));
	if (pq == NULL)
		return -1;
	in->url = pq->conninfo_parse(url, &why);
	in->rest = pq->conndefaults();
	if (in->url == NULL) {
		/* Its text may quote a part of the URL. */
		nq_err_set(err, NQ_USAGE, "%s: %.*s", option,
		    why != NULL ? (int)strcspn(why, "\n") : 0, why != NULL ? why : "");
		pq->freemem(why);
	}
	return in->url == NULL ? -1 : 0;
}

static void
info_close(struct info *in)
{
	const struct nq_pq *pq = nq_pq_load(NULL);

	if (pq == NULL)
		return;
	pq->conninfo_free(in->url);
	pq->conninfo_free(in->rest);
}

static const char *
info_get(const struct info *in, const char *keyword)
{
	const char *v = value_of(in->url, keyword);

	return v != NULL ? v : value_of(in->rest, keyword);
}

/* Several hosts stand in a list; commas between them stay. */
static void
add_host(struct nq_buf *b, const char *host)
{
	for (; *host != '\0'; host++)
		if (isalnum((unsigned char)*host) || strchr("-._,:[]", *host) != NULL)
			nq_buf_addc(b, *host);
		else
			nq_buf_add_percent(b, (struct nq_str){host, 1});
}

int
nq_pg_url_place(const char *url, const char *option, struct nq_buf *out, struct nq_err *err)
{
	struct info in;
	const char *host, *db;

	if (info_open(&in, url, option, err) == -1) {
		info_close(&in);
		return -1;
	}
	host = info_get(&in, "host");
	host = host != NULL ? host : info_get(&in, "hostaddr");
	db = info_get(&in, "dbname");
	db = db != NULL ? db : info_get(&in, "user");
	nq_buf_adds(out, "postgresql://");
	add_host(out, host != NULL ? host : "localhost");
	nq_buf_addf(out, ":%s/", info_get(&in, "port"));
	nq_buf_add_percent(out, nq_str(db != NULL ? db : ""));
	info_close(&in);
	return 0;
}

/* localhost, 127.0.0.0/8, ::1, sockets; every one of a list. */
static bool
stays_here(const char *hosts)
{
	size_t n;

	for (;; hosts += n + 1) {
		n = strcspn(hosts, ",");
		if (n > 0 && *hosts != '/' && *hosts != '@' &&
		    !(n == 9 && strncasecmp(hosts, "localhost", n) == 0) &&
		    !(n > 4 && strncmp(hosts, "127.", 4) == 0 &&
			strspn(hosts, "0123456789.") >= n) &&
		    !(n == 3 && strncmp(hosts, "::1", n) == 0))
			return false;
		if (hosts[n] == '\0')
			return true;
	}
}

bool
nq_pg_url_needs_tls(const char *url)
{
	struct nq_err ignored = NQ_ERR_INIT;
	struct info in;
	const char *host = NULL;
	bool said = true;

	if (info_open(&in, url, "", &ignored) == 0) {
		host = info_get(&in, "hostaddr");
		host = host != NULL ? host : info_get(&in, "host");
		said = value_of(in.url, "sslmode") != NULL || getenv("PGSSLMODE") != NULL ||
		       value_of(in.url, "service") != NULL || getenv("PGSERVICE") != NULL;
	}
	said = said || host == NULL || stays_here(host);
	info_close(&in);
	return !said;
}
