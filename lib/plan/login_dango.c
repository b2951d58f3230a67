#include "plan/login.h"

#include <string.h>

/* "${NAME}" for the variable that a key names, after seeing that it is set. */
static int
add_variable(const struct nq_login *l, const char *key, struct nq_buf *out)
{
	nq_node *n = nq_login_get(l, key);
	struct nq_buf ref = NQ_BUF_INIT;
	int rc;

	if (n == NULL)
		return nq_config_fault(l->c, l->map, "auth_type needs '%s'", key);
	nq_buf_adds(&ref, "${");
	rc = nq_config_text(l->c, n, &ref);
	nq_buf_addc(&ref, '}');
	if (rc == 0)
		rc = nq_config_expand(l->c, nq_buf_str(&ref), n, NQ_REF_RAW, out, NULL);
	nq_buf_free(&ref);
	return rc;
}

static int
dango_basic(struct nq_login *l)
{
	struct nq_buf ref = NQ_BUF_INIT;
	int rc = add_variable(l, "basic_username_env", &ref);

	nq_buf_addc(&ref, ':');
	if (rc == 0 && nq_login_get(l, "basic_password_env") != NULL)
		rc = add_variable(l, "basic_password_env", &ref);
	if (rc == 0)
		nq_login_add(l, "basic", "", ref.data);
	nq_buf_free(&ref);
	return rc;
}

static int
dango_named(struct nq_login *l, const char *name_key)
{
	struct nq_buf name = NQ_BUF_INIT, where = NQ_BUF_INIT, ref = NQ_BUF_INIT;
	int rc = -1;

	if (nq_login_text(l, name_key, "Authorization", &name) == 0 &&
	    nq_login_text(l, "api_key_location", "header", &where) == 0 &&
	    add_variable(l, "auth_token_env", &ref) == 0) {
		nq_login_add(l, where.data, name.data, ref.data);
		rc = 0;
	}
	nq_buf_free(&name);
	nq_buf_free(&where);
	nq_buf_free(&ref);
	return rc;
}

static int
dango_api_key(struct nq_login *l)
{
	return dango_named(l, "api_key_name");
}

static int
dango_header(struct nq_login *l)
{
	return dango_named(l, "auth_header_name");
}

static int
dango_bearer(struct nq_login *l)
{
	struct nq_buf ref = NQ_BUF_INIT;
	int rc = add_variable(l, "auth_token_env", &ref);

	if (rc == 0)
		nq_login_add(l, "bearer", "", ref.data);
	nq_buf_free(&ref);
	return rc;
}

static int
dango_oauth2(struct nq_login *l)
{
	struct nq_buf id = NQ_BUF_INIT, secret = NQ_BUF_INIT, url = NQ_BUF_INIT;
	nq_node *n = nq_login_get(l, "access_token_url");
	int rc = -1;

	if (n == NULL)
		return nq_config_fault(l->c, l->map, "auth_type needs 'access_token_url'");
	if (nq_config_ref(l->c, n, NQ_REF_URL, &url, NULL) == 0 &&
	    add_variable(l, "client_id_env", &id) == 0 &&
	    add_variable(l, "client_secret_env", &secret) == 0) {
		const char *words[] = {"--auth", "oauth2", "--token-url", url.data, "--client-id",
		    id.data, "--client-secret", secret.data};

		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			nq_words_add(l->w, words[i]);
		rc = 0;
	}
	nq_buf_free(&id);
	nq_buf_free(&secret);
	nq_buf_free(&url);
	return rc;
}

static const struct {
	const char *type;
	int (*add)(struct nq_login *);
} kinds[] = {
    {"bearer", dango_bearer},
    {"basic", dango_basic},
    {"api_key", dango_api_key},
    {"custom_header", dango_header},
    {"oauth2_client_credentials", dango_oauth2},
};

bool
nq_login_is_dango(struct nq_config *c, nq_node *rest)
{
	return nq_keys_get(&c->yaml, rest, NQ_IN_REST, "auth_type") != NULL ||
	       nq_keys_get(&c->yaml, rest, NQ_IN_REST, "auth_token_env") != NULL;
}

int
nq_login_dango(struct nq_config *c, nq_node *rest, struct nq_words *w)
{
	struct nq_login l = {c, rest, NQ_IN_REST, w};
	struct nq_buf type = NQ_BUF_INIT;
	int rc = nq_login_text(&l, "auth_type", "bearer", &type);

	for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(type.data, kinds[i].type) != 0)
			continue;
		rc = kinds[i].add(&l);
		break;
	}
	nq_buf_free(&type);
	return rc;
}
