#include "plan/login.h"

#include <string.h>

#include "plan/keys.h"

static void
add_auth(struct nq_words *w, const char *kind, const char *name, const char *ref)
{
	nq_words_add(w, "--auth");
	nq_words_addf(w, "%s%s%s=%s", kind, *name != '\0' ? ":" : "", name, ref);
}

/* The plain text of a key, or what it is when nobody says so. */
static int
text_or(struct nq_config *c, const nq_node *map, enum nq_place in, const char *key,
    const char *otherwise, struct nq_buf *out)
{
	nq_node *n = nq_keys_get(&c->yaml, map, in, key);

	if (n != NULL)
		return nq_config_text(c, n, out);
	nq_buf_adds(out, otherwise);
	return 0;
}

int
nq_login_map(struct nq_config *c, nq_node *auth, struct nq_words *w)
{
	nq_node *token = nq_keys_get(&c->yaml, auth, NQ_IN_AUTH, "token");
	struct nq_buf type = NQ_BUF_INIT, name = NQ_BUF_INIT, ref = NQ_BUF_INIT;
	int rc = -1;

	if (token == NULL)
		return nq_config_fault(c, auth, "auth has no 'token'");
	if (text_or(c, auth, NQ_IN_AUTH, "type", "bearer", &type) == -1 ||
	    text_or(c, auth, NQ_IN_AUTH, "name", "", &name) == -1 ||
	    nq_config_ref(c, token, NQ_REF_RAW, &ref, NULL) == -1)
		goto out;
	if ((strcmp(type.data, "header") == 0) != (name.len > 0)) {
		nq_config_fault(c, auth, "type header and a 'name' of the header go together");
		goto out;
	}
	add_auth(w, type.data, name.data, ref.data);
	rc = 0;
out:
	nq_buf_free(&type);
	nq_buf_free(&name);
	nq_buf_free(&ref);
	return rc;
}

/* "${NAME}" for the variable that a key names, after seeing that it is set. */
static int
add_variable(struct nq_config *c, const nq_node *rest, const char *key, struct nq_buf *out)
{
	nq_node *n = nq_keys_get(&c->yaml, rest, NQ_IN_REST, key);
	struct nq_buf ref = NQ_BUF_INIT;
	int rc;

	if (n == NULL)
		return nq_config_fault(c, rest, "auth_type needs '%s'", key);
	nq_buf_adds(&ref, "${");
	rc = nq_config_text(c, n, &ref);
	nq_buf_addc(&ref, '}');
	if (rc == 0)
		rc = nq_config_expand(c, nq_buf_str(&ref), n, NQ_REF_RAW, out, NULL);
	nq_buf_free(&ref);
	return rc;
}

static int
add_basic(struct nq_config *c, const nq_node *rest, struct nq_words *w)
{
	struct nq_buf ref = NQ_BUF_INIT;
	int rc = add_variable(c, rest, "basic_username_env", &ref);

	nq_buf_addc(&ref, ':');
	if (rc == 0)
		rc = add_variable(c, rest, "basic_password_env", &ref);
	if (rc == 0)
		add_auth(w, "basic", "", ref.data);
	nq_buf_free(&ref);
	return rc;
}

/* A key in the query, or a header whose name Dango calls differently in two schemes. */
static int
add_named(struct nq_config *c, const nq_node *rest, const char *name_key, struct nq_words *w)
{
	struct nq_buf name = NQ_BUF_INIT, where = NQ_BUF_INIT, ref = NQ_BUF_INIT;
	int rc = -1;

	if (text_or(c, rest, NQ_IN_REST, name_key, "Authorization", &name) == -1 ||
	    text_or(c, rest, NQ_IN_REST, "api_key_location", "header", &where) == -1 ||
	    add_variable(c, rest, "auth_token_env", &ref) == -1)
		goto out;
	if (strcmp(where.data, "query") == 0) {
		nq_words_add(w, "--query");
		nq_words_addf(w, "%s=%s", name.data, ref.data);
	} else {
		add_auth(w, "header", name.data, ref.data);
	}
	rc = 0;
out:
	nq_buf_free(&name);
	nq_buf_free(&where);
	nq_buf_free(&ref);
	return rc;
}

static int
add_bearer(struct nq_config *c, const nq_node *rest, struct nq_words *w)
{
	struct nq_buf ref = NQ_BUF_INIT;
	int rc = add_variable(c, rest, "auth_token_env", &ref);

	if (rc == 0)
		add_auth(w, "bearer", "", ref.data);
	nq_buf_free(&ref);
	return rc;
}

int
nq_login_dango(struct nq_config *c, nq_node *rest, struct nq_words *w)
{
	bool token = nq_keys_get(&c->yaml, rest, NQ_IN_REST, "auth_token_env") != NULL;
	struct nq_buf type = NQ_BUF_INIT;
	int rc = text_or(c, rest, NQ_IN_REST, "auth_type", token ? "bearer" : "none", &type);

	if (rc == 0 && strcmp(type.data, "bearer") == 0)
		rc = add_bearer(c, rest, w);
	else if (rc == 0 && strcmp(type.data, "basic") == 0)
		rc = add_basic(c, rest, w);
	else if (rc == 0 && strcmp(type.data, "api_key") == 0)
		rc = add_named(c, rest, "api_key_name", w);
	else if (rc == 0 && strcmp(type.data, "custom_header") == 0)
		rc = add_named(c, rest, "auth_header_name", w);
	nq_buf_free(&type);
	return rc;
}
