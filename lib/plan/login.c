#include "plan/login.h"

#include <string.h>

#include "plan/stages.h"

void
nq_login_add(const struct nq_login *l, const char *kind, const char *name, const char *ref)
{
	nq_words_add(l->w, "--auth");
	nq_words_addf(l->w, "%s%s%s=%s", kind, *name != '\0' ? ":" : "", name, ref);
}

nq_node *
nq_login_get(const struct nq_login *l, const char *key)
{
	return nq_keys_get(&l->c->yaml, l->map, l->in, key);
}

int
nq_login_text(const struct nq_login *l, const char *key, const char *otherwise, struct nq_buf *out)
{
	nq_node *n = nq_login_get(l, key);

	if (n != NULL)
		return nq_config_text(l->c, n, out);
	nq_buf_adds(out, otherwise);
	return 0;
}

static int
lacks(const struct nq_login *l, const char *type, const char *key)
{
	return nq_config_fault(l->c, l->map, "type %s needs '%s'", type, key);
}

/* Adds one key after the other, with a colon between; how many were there. */
static int
add_parts(const struct nq_login *l, const char *const *key, struct nq_buf *out)
{
	nq_node *n;
	int there = 0;

	for (; *key != NULL; key++) {
		n = nq_login_get(l, *key);
		if (n == NULL)
			continue;
		nq_buf_adds(out, there++ > 0 ? ":" : "");
		if (nq_config_ref(l->c, n, NQ_REF_RAW, out, NULL) == -1)
			return -1;
	}
	return there;
}

static int
bearer(struct nq_login *l, const char *type)
{
	static const char *const parts[] = {"token", NULL};
	struct nq_buf ref = NQ_BUF_INIT;
	int n = add_parts(l, parts, &ref);

	if (n == 1)
		nq_login_add(l, "bearer", "", ref.data);
	nq_buf_free(&ref);
	return n == 0 ? lacks(l, type, "token") : n == 1 ? 0 : -1;
}

/* user:password as one reference, or one to each; an API key alone has an empty password. */
static int
basic(struct nq_login *l, const char *type)
{
	static const char *const whole[] = {"token", NULL};
	static const char *const parts[] = {"username", "password", NULL};
	bool one = nq_login_get(l, "token") != NULL;
	struct nq_buf ref = NQ_BUF_INIT;
	int n = 0, rc = 0;

	if (!one && nq_login_get(l, "username") == NULL)
		rc = lacks(l, type, "username");
	else
		n = add_parts(l, one ? whole : parts, &ref);
	if (!one && n == 1)
		nq_buf_addc(&ref, ':');
	if (n > 0)
		nq_login_add(l, "basic", "", ref.data);
	nq_buf_free(&ref);
	return rc == -1 || n == -1 ? -1 : 0;
}

/* A key in a header or in the query, under a name. */
static int
named(struct nq_login *l, const char *type)
{
	static const char *const parts[] = {"token", NULL};
	struct nq_buf name = NQ_BUF_INIT, where = NQ_BUF_INIT, ref = NQ_BUF_INIT;
	bool api_key = strcmp(type, "api_key") == 0;
	int rc = -1;

	if (nq_login_get(l, "token") == NULL || (!api_key && nq_login_get(l, "name") == NULL))
		return lacks(l, type, nq_login_get(l, "token") == NULL ? "token" : "name");
	if (nq_login_text(l, "name", "Authorization", &name) == 0 &&
	    nq_login_text(l, "location", api_key ? "header" : type, &where) == 0 &&
	    add_parts(l, parts, &ref) == 1) {
		nq_login_add(l, where.data, name.data, ref.data);
		rc = 0;
	}
	nq_buf_free(&name);
	nq_buf_free(&where);
	nq_buf_free(&ref);
	return rc;
}

static int
add_options(struct nq_login *l)
{
	struct nq_view v = {.n = 0};

	nq_view_add(&v, l->map, NQ_IN_AUTH);
	return nq_stage_options(l->c, &v, NQ_IN_AUTH, -1, l->w);
}

static int
netrc(struct nq_login *l, const char *type)
{
	(void)type;
	nq_words_add(l->w, "--auth");
	nq_words_add(l->w, "netrc");
	return add_options(l);
}

static int
oauth2(struct nq_login *l, const char *type)
{
	if (nq_login_get(l, "token_url") == NULL || nq_login_get(l, "client_id") == NULL)
		return lacks(
		    l, type, nq_login_get(l, "token_url") == NULL ? "token_url" : "client_id");
	if (nq_login_get(l, "client_secret") == NULL && nq_login_get(l, "refresh_token") == NULL)
		return lacks(l, type, "client_secret");
	nq_words_add(l->w, "--auth");
	nq_words_add(l->w, "oauth2");
	return add_options(l);
}

static int
aws_sigv4(struct nq_login *l, const char *type)
{
	static const char *const whole[] = {"token", NULL};
	static const char *const parts[] = {"access_key", "secret_key", "session_token", NULL};
	struct nq_buf name = NQ_BUF_INIT, ref = NQ_BUF_INIT;
	bool one = nq_login_get(l, "token") != NULL;
	int rc = -1;

	for (size_t i = 0; i < 2; i++)
		if (!one && nq_login_get(l, parts[i]) == NULL)
			return lacks(l, type, parts[i]);
	if (nq_login_get(l, "region") == NULL || nq_login_get(l, "service") == NULL)
		return lacks(l, type, nq_login_get(l, "region") == NULL ? "region" : "service");
	if (nq_config_text(l->c, nq_login_get(l, "region"), &name) == 0) {
		nq_buf_addc(&name, '/');
		if (nq_config_text(l->c, nq_login_get(l, "service"), &name) == 0 &&
		    add_parts(l, one ? whole : parts, &ref) > 0) {
			nq_login_add(l, "aws-sigv4", name.data, ref.data);
			rc = 0;
		}
	}
	nq_buf_free(&name);
	nq_buf_free(&ref);
	return rc;
}

static int
none(struct nq_login *l, const char *type)
{
	(void)l;
	(void)type;
	return 0;
}

/* One row a type; keys that it has besides, between spaces. */
static const struct {
	const char *type;
	int (*add)(struct nq_login *, const char *type);
	const char *keys;
} kinds[] = {
    {"bearer", bearer, " token "},
    {"basic", basic, " token username password "},
    {"http_basic", basic, " token username password "},
    {"header", named, " token name "},
    {"query", named, " token name "},
    {"api_key", named, " token name location "},
    {"netrc", netrc, " file "},
    {"oauth2", oauth2,
	" token_url client_id client_secret refresh_token scope audience token_auth "},
    {"oauth2_client_credentials", oauth2,
	" token_url client_id client_secret refresh_token scope audience token_auth "},
    {"aws_sigv4", aws_sigv4, " token region service access_key secret_key session_token "},
    {"none", none, " "},
};

/* A key of another type would be passed over without a word. */
static int
check_keys(const struct nq_login *l, const char *type, const char *known)
{
	const struct nq_keys_row *row;
	struct nq_buf name = NQ_BUF_INIT;
	nq_node *key, *value;
	int rc = 0;

	for (size_t i = 0; nq_yaml_pair(&l->c->yaml, l->map, i, &key, &value); i++) {
		row = nq_keys_find(NQ_IN_AUTH, nq_yaml_text(key));
		if (row == NULL || strcmp(row->name, "type") == 0 || nq_yaml_is_null(value))
			continue;
		nq_buf_reset(&name);
		nq_buf_addf(&name, " %s ", row->same_as != NULL ? row->same_as : row->name);
		if (strstr(known, name.data) == NULL)
			rc = nq_config_fault(
			    l->c, key, "auth of type %s has no '%s'", type, row->name);
	}
	nq_buf_free(&name);
	return rc;
}

int
nq_login_map(struct nq_config *c, nq_node *auth, struct nq_words *w)
{
	struct nq_login l = {c, auth, NQ_IN_AUTH, w};
	struct nq_buf type = NQ_BUF_INIT;
	int rc = nq_login_text(&l, "type", "bearer", &type);

	for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(type.data, kinds[i].type) != 0)
			continue;
		rc = check_keys(&l, type.data, kinds[i].keys);
		if (rc == 0)
			rc = kinds[i].add(&l, type.data);
		break;
	}
	nq_buf_free(&type);
	return rc;
}
