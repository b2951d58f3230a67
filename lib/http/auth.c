#include "http/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/secret.h"
#include "http/identity.h"
#include "http/netrc.h"

struct credential {
	struct nq_http *http;
	struct nq_str name; /* what stands between ':' and '=' in the spec */
	struct nq_buf value;
	bool secret;
	const struct nq_auth *auth;
	const struct nq_http_options *http_options;
	const struct nq_refs *refs;
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
		return nq_err_set(
		    c->err, NQ_USAGE, "the login has no ':' between user and password");
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

static int
query(struct credential *c)
{
	if (c->secret && nq_http_secret(c->http, "--auth query", c->err) == -1)
		return -1;
	nq_identity_query(nq_http_identity(c->http), c->name, nq_buf_str(&c->value));
	return 0;
}

static int
netrc(struct credential *c)
{
	struct nq_buf host = NQ_BUF_INIT;
	int rc;

	nq_http_host(c->http, &host);
	rc = nq_netrc_find(c->auth->netrc, host.data, &c->value, c->err);
	nq_buf_free(&host);
	c->secret = true;
	return rc == 0 ? basic(c) : -1;
}

static int
oauth2(struct credential *c)
{
	struct nq_identity *id = nq_http_identity(c->http);

	if (nq_http_secret(c->http, "--auth oauth2", c->err) == -1)
		return -1;
	return nq_oauth_open(&c->auth->oauth, c->http_options, c->refs, &id->token, c->err);
}

/* libcurl wants provider:provider:region:service, and the name of the session token's header. */
static int
aws_sigv4(struct credential *c)
{
	struct nq_identity *id = nq_http_identity(c->http);
	const char *slash = memchr(c->name.p, '/', c->name.n), *key = c->value.data, *session;
	const char *secret = strchr(key, ':');
	size_t region = slash != NULL ? (size_t)(slash - c->name.p) : 0;
	size_t service = slash != NULL ? c->name.n - region - 1 : 0;

	if (region == 0 || service == 0 || memchr(c->name.p, ':', c->name.n) != NULL)
		return nq_err_set(c->err, NQ_USAGE,
		    "--auth aws-sigv4: write REGION/SERVICE, for example aws-sigv4:eu-west-1/es");
	if (secret == NULL || secret == key || secret[1] == '\0')
		return nq_err_set(c->err, NQ_USAGE,
		    "--auth aws-sigv4: the value has no ':' between key and secret");
	if (c->secret && nq_http_secret(c->http, "--auth aws-sigv4", c->err) == -1)
		return -1;
	session = strchr(secret + 1, ':');
	nq_secret_add((struct nq_str){
	    secret + 1, session != NULL ? (size_t)(session - secret - 1) : strlen(secret + 1)});
	nq_buf_addf(
	    &id->signer, "aws:amz:%.*s:%.*s", (int)region, c->name.p, (int)service, slash + 1);
	nq_buf_add(&id->key, key, session != NULL ? (size_t)(session - key) : strlen(key));
	if (session == NULL || session[1] == '\0')
		return 0;
	nq_secret_add(nq_str(session + 1));
	return nq_http_header(c->http, "X-Amz-Security-Token", session + 1, true, c->err);
}

enum shape { VALUE, NAMED_VALUE, ALONE }; /* KIND=REF, KIND:NAME=REF, KIND */

static const struct {
	const char *name;
	enum shape shape;
	int (*apply)(struct credential *);
	const char *example;
} kinds[] = {
    {"bearer", VALUE, bearer, "bearer='${ACME_TOKEN}'"},
    {"basic", VALUE, basic, "basic='${ACME_LOGIN}' (user:password)"},
    {"header", NAMED_VALUE, header, "header:X-Api-Key='${ACME_KEY}'"},
    {"query", NAMED_VALUE, query, "query:api_key='${ACME_KEY}'"},
    {"aws-sigv4", NAMED_VALUE, aws_sigv4, "aws-sigv4:eu-west-1/es='${AWS_KEYS}' (key:secret)"},
    {"netrc", ALONE, netrc, "netrc"},
    {"oauth2", ALONE, oauth2, "oauth2"},
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

/* ref is NULL for a kind that has none. */
static int
apply(struct credential *c, size_t kind, const char *option, const char *ref)
{
	int rc = 0;

	if (ref != NULL && !nq_ref_present(nq_str(ref)))
		return literal_refused(option, kinds[kind].example, c->err);
	if (ref != NULL)
		rc = nq_ref_expand(
		    c->refs, nq_str(ref), option, NQ_REF_RAW, &c->value, &c->secret, c->err);
	if (rc == 0)
		rc = check_text(&c->value, option, c->err);
	if (rc == 0)
		rc = kinds[kind].apply(c);
	nq_buf_wipe(&c->value);
	return rc;
}

static int
apply_spec(struct credential *c, const char *spec)
{
	const char *eq = strchr(spec, '='), *rest;

	for (size_t i = 0; i < KINDS; i++) {
		size_t n = strlen(kinds[i].name);

		if (strncmp(spec, kinds[i].name, n) != 0)
			continue;
		rest = spec + n;
		if (kinds[i].shape == ALONE && *rest == '\0')
			return apply(c, i, "--auth", NULL);
		if (kinds[i].shape == VALUE && rest == eq)
			return apply(c, i, "--auth", eq + 1);
		if (kinds[i].shape != NAMED_VALUE || *rest != ':' || eq == NULL || eq == rest + 1)
			continue;
		c->name = (struct nq_str){rest + 1, (size_t)(eq - rest - 1)};
		return apply(c, i, "--auth", eq + 1);
	}
	return unknown(spec, c->err);
}

static bool
is_kind(const char *spec, const char *kind)
{
	return spec != NULL && strcmp(spec, kind) == 0;
}

int
nq_auth_apply(struct nq_http *http, const struct nq_http_options *http_options,
    const struct nq_refs *refs, const struct nq_auth *auth, struct nq_err *err)
{
	struct credential c = {http, {NULL, 0}, NQ_BUF_INIT, false, auth, http_options, refs, err};

	if (auth->netrc != NULL && !is_kind(auth->spec, "netrc"))
		return nq_err_set(err, NQ_USAGE, "--netrc goes with --auth netrc");
	if (!is_kind(auth->spec, "oauth2") && nq_oauth_unused(&auth->oauth, err) == -1)
		return -1;
	if (auth->user != NULL && auth->spec != NULL)
		return nq_err_set(err, NQ_USAGE, "--user and --auth do not go together");
	if (auth->user != NULL)
		return apply(&c, 1, "--user", auth->user);
	return auth->spec != NULL ? apply_spec(&c, auth->spec) : 0;
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
	nq_buf_wipe(&value);
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
