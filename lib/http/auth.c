#include "http/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/secret.h"

struct credential {
	struct nq_http *http;
	struct nq_str name; /* what stands between ':' and '=' in the spec */
	struct nq_buf value;
	bool secret;
	struct nq_err *err;
};

static int
bearer(struct credential *c)
{
	struct nq_buf line = NQ_BUF_INIT;
	int rc;

	nq_buf_addf(&line, "Bearer %s", c->value.data);
	rc = nq_http_header(c->http, "Authorization", line.data, c->secret, c->err);
	nq_buf_free(&line);
	return rc;
}

static int
basic(struct credential *c)
{
	struct nq_buf line = NQ_BUF_INIT;
	const char *colon = strchr(c->value.data, ':');
	int rc;

	if (colon == NULL)
		return nq_err_set(c->err, NQ_USAGE,
		    "--auth basic: the value has no ':' between user and password");
	nq_secret_add_basic(
	    (struct nq_str){c->value.data, (size_t)(colon - c->value.data)}, nq_str(colon + 1));
	nq_buf_adds(&line, "Basic ");
	nq_buf_add_base64(&line, nq_buf_str(&c->value));
	rc = nq_http_header(c->http, "Authorization", line.data, c->secret, c->err);
	nq_buf_free(&line);
	return rc;
}

static int
header(struct credential *c)
{
	char *name = nq_strndup(c->name.p, c->name.n);
	int rc = nq_http_header(c->http, name, c->value.data, c->secret, c->err);

	free(name);
	return rc;
}

static const struct {
	const char *name;
	bool named; /* NAME:WHAT=REF */
	int (*apply)(struct credential *);
	const char *example;
} kinds[] = {
    {"bearer", false, bearer, "bearer='${ACME_TOKEN}'"},
    {"basic", false, basic, "basic='${ACME_LOGIN}' (user:password)"},
    {"header", true, header, "header:X-Api-Key='${ACME_KEY}'"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int
unknown(const char *spec, struct nq_err *err)
{
	nq_err_set(err, NQ_USAGE, "--auth: '%.*s' is not a kind of credential: write",
	    (int)strcspn(spec, "=:"), spec);
	for (size_t i = 0; i < KINDS; i++)
		nq_err_add(err, "%s %s", i > 0 ? " or" : "", kinds[i].example);
	return -1;
}

static int
literal_refused(const char *where, const char *example, struct nq_err *err)
{
	return nq_err_set(err, NQ_USAGE,
	    "%s: write a reference, for example %s, never the secret itself: "
	    "everybody can read command lines",
	    where, example);
}

/* A NUL would end the value early. */
static int
check_text(const struct nq_buf *value, const char *option, struct nq_err *err)
{
	if (strlen(value->data) == value->len)
		return 0;
	return nq_err_set(err, NQ_USAGE, "%s: the value holds a NUL byte", option);
}

static int
apply(struct credential *c, size_t kind, const struct nq_refs *refs, const char *ref)
{
	int rc = -1;

	if (!nq_ref_present(nq_str(ref)))
		return literal_refused("--auth", kinds[kind].example, c->err);
	if (nq_ref_expand(refs, nq_str(ref), "--auth", NQ_REF_RAW, &c->value, &c->secret, c->err) ==
	    0)
		rc = check_text(&c->value, "--auth", c->err);
	if (rc == 0)
		rc = kinds[kind].apply(c);
	if (c->value.len > 0)
		explicit_bzero(c->value.data, c->value.len);
	nq_buf_free(&c->value);
	return rc;
}

int
nq_auth_apply(
    struct nq_http *http, const struct nq_refs *refs, const char *spec, struct nq_err *err)
{
	struct credential c = {http, {NULL, 0}, NQ_BUF_INIT, false, err};
	const char *eq = strchr(spec, '='), *rest;
	size_t n;

	for (size_t i = 0; i < KINDS && eq != NULL; i++) {
		n = strlen(kinds[i].name);
		if (strncmp(spec, kinds[i].name, n) != 0)
			continue;
		rest = spec + n;
		if (kinds[i].named && *rest == ':' && eq > rest + 1)
			c.name = (struct nq_str){rest + 1, (size_t)(eq - rest - 1)};
		else if (kinds[i].named || rest != eq)
			continue;
		return apply(&c, i, refs, eq + 1);
	}
	return unknown(spec, err);
}

static bool
names_secret(struct nq_str name)
{
	static const char *const secrets[] = {"Authorization", "Proxy-Authorization", "Cookie",
	    "X-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (strlen(secrets[i]) == name.n && strncasecmp(secrets[i], name.p, name.n) == 0)
			return true;
	return false;
}

int
nq_auth_header(
    struct nq_http *http, const struct nq_refs *refs, const char *line, struct nq_err *err)
{
	struct nq_buf value = NQ_BUF_INIT;
	const char *colon = strchr(line, ':');
	bool secret = false;
	char *name;
	int rc = -1;

	if (colon == NULL || colon == line)
		return nq_err_set(err, NQ_USAGE, "-H: write 'Name: value'");
	if (names_secret((struct nq_str){line, (size_t)(colon - line)}) &&
	    !nq_ref_present(nq_str(colon)))
		return literal_refused("-H", "-H 'X-Api-Key: ${ACME_KEY}'", err);
	name = nq_strndup(line, (size_t)(colon - line));
	for (colon++; *colon == ' ' || *colon == '\t'; colon++)
		;
	if (nq_ref_expand(refs, nq_str(colon), "-H", NQ_REF_RAW, &value, &secret, err) == 0 &&
	    check_text(&value, "-H", err) == 0)
		rc = nq_http_header(http, name, value.data, secret, err);
	if (value.len > 0)
		explicit_bzero(value.data, value.len);
	nq_buf_free(&value);
	free(name);
	return rc;
}

int
nq_auth_headers(struct nq_http *http, const struct nq_refs *refs, const struct nq_list *lines,
    struct nq_err *err)
{
	for (size_t i = 0; i < lines->n; i++)
		if (nq_auth_header(http, refs, lines->v[i], err) == -1)
			return -1;
	return 0;
}
