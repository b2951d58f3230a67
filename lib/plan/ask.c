#include "plan/stages.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "plan/login.h"

/* Headers that carry credentials whatever their value looks like. */
static const char *const credentials[] = {
    "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token", NULL};

static bool
same_header(struct nq_str a, struct nq_str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static bool
carries_credentials(struct nq_str name)
{
	for (size_t i = 0; credentials[i] != NULL; i++)
		if (same_header(name, nq_str(credentials[i])))
			return true;
	return false;
}

void
nq_ask_pair(struct nq_asking *a, const char *option, struct nq_str name, const char *between,
    const char *value)
{
	bool later = strstr(value, "${var.since}") != NULL;
	struct nq_words *to = later ? &a->stage->since : &a->stage->words;

	nq_words_add(to, option);
	nq_words_addf(to, "%.*s%s%s", (int)name.n, name.p, between, value);
}

int
nq_ask_auth(struct nq_asking *a)
{
	nq_node *rest = a->r->block;
	nq_node *auth = nq_keys_get(&a->c->yaml, rest, NQ_IN_REST, "auth");
	bool dango = nq_login_is_dango(a->c, rest);
	size_t before = a->stage->words.n;
	int rc = 0;

	if (auth != NULL && dango)
		return nq_config_fault(
		    a->c, auth, "a second way to log in: 'auth' and 'auth_type'");
	if (auth != NULL)
		rc = nq_login_map(a->c, auth, &a->stage->words);
	else if (dango)
		rc = nq_login_dango(a->c, rest, &a->stage->words);
	a->has_auth = a->stage->words.n > before;
	return rc;
}

/* === headers ================================================================================ */

static int
add_bearer(struct nq_asking *a, const nq_node *at, const char *token)
{
	if (a->has_auth)
		return nq_config_fault(a->c, at, "a second way to log in");
	a->has_auth = true;
	nq_words_add(&a->stage->words, "--auth");
	nq_words_addf(&a->stage->words, "bearer=%s", token);
	return 0;
}

/* "Bearer ${X}" and nothing more is what --auth is for. */
static const char *
bearer_token(struct nq_str name, const char *value)
{
	const char *token;

	if (!same_header(name, nq_str("Authorization")) || strncasecmp(value, "Bearer ", 7) != 0)
		return NULL;
	token = value + 6 + strspn(value + 6, " ");
	return strncmp(token, "${", 2) == 0 && strchr(token, '}') == token + strlen(token) - 1
		   ? token
		   : NULL;
}

static bool
good_header_name(struct nq_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) &&
		    (name.p[i] == '\0' || strchr("!#$%&'*+-.^_`|~", name.p[i]) == NULL))
			return false;
	return name.n > 0;
}

int
nq_stage_header(struct nq_config *c, const nq_node *key, const nq_node *value, struct nq_buf *text)
{
	struct nq_str name = nq_yaml_text(key);
	bool secret = false;

	if (!good_header_name(name))
		return nq_config_fault(c, key, "this is not the name of a header");
	if (nq_config_ref(c, value, NQ_REF_RAW, text, &secret) == -1)
		return -1;
	if (!carries_credentials(name) || secret)
		return 0;
	return nq_config_fault(c, value,
	    "'%.*s' holds a secret as it is: write a reference, for example "
	    "\"Bearer ${secrets.acme_token}\" or \"Bearer ${ACME_TOKEN}\"",
	    (int)name.n, name.p);
}

static int
add_header(struct nq_asking *a, const nq_node *key, const nq_node *value)
{
	struct nq_str name = nq_yaml_text(key);
	struct nq_buf text = NQ_BUF_INIT;
	int rc = nq_stage_header(a->c, key, value, &text);
	const char *token = rc == 0 ? bearer_token(name, text.data) : NULL;

	if (token != NULL)
		rc = add_bearer(a, value, token);
	else if (rc == 0)
		nq_ask_pair(a, "-H", name, ": ", text.data);
	nq_buf_free(&text);
	return rc;
}

/* === the query ============================================================================== */

int
nq_stage_param(struct nq_config *c, const nq_node *key, const nq_node *value, struct nq_buf *text)
{
	if (nq_stage_name(c, key, "parameter") == -1)
		return -1;
	return nq_config_ref(c, value, NQ_REF_RAW, text, NULL);
}

static int
add_param(struct nq_asking *a, const nq_node *key, const nq_node *value)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = nq_stage_param(a->c, key, value, &text);

	if (rc == 0)
		nq_ask_pair(a, "--query", nq_yaml_text(key), "=", text.data);
	nq_buf_free(&text);
	return rc;
}

/* === maps that fill each other up =========================================================== */

/* What a map holds: how its names are told apart, and what becomes of a pair. */
struct kind {
	const char *key;
	bool (*same)(struct nq_str, struct nq_str);
	int (*add)(struct nq_asking *, const nq_node *key, const nq_node *value);
};

static const struct kind headers = {"headers", same_header, add_header};
static const struct kind params = {"params", nq_str_eq, add_param};

/* Whether one of the first n maps has the name, be it as null. */
static bool
is_said(
    struct nq_asking *a, const struct kind *k, nq_node *const *map, size_t n, struct nq_str name)
{
	nq_node *key, *value;

	for (size_t i = 0; i < n; i++)
		for (size_t p = 0; nq_yaml_pair(&a->c->yaml, map[i], p, &key, &value); p++)
			if (k->same(nq_yaml_text(key), name))
				return true;
	return false;
}

/* The farthest map first; of a name that several have, the nearest map's. */
static int
add_all(struct nq_asking *a, const struct kind *k, nq_node *const *map, size_t n)
{
	nq_node *key, *value;

	for (size_t i = n; i-- > 0;)
		for (size_t p = 0; nq_yaml_pair(&a->c->yaml, map[i], p, &key, &value); p++)
			if (!nq_yaml_is_null(value) && !is_said(a, k, map, i, nq_yaml_text(key)) &&
			    k->add(a, key, value) == -1)
				return -1;
	return 0;
}

/* The maps of this name, the nearest first. */
static size_t
maps_of(struct nq_asking *a, const char *name, nq_node **map)
{
	const struct nq_view *v = &a->r->view;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		map[n] = nq_keys_get(&a->c->yaml, v->map[i], v->in[i], name);
		n += map[n] != NULL;
	}
	return n;
}

int
nq_ask_headers(struct nq_asking *a)
{
	nq_node *map[NQ_VIEW_LEVELS + 1];
	size_t n = maps_of(a, headers.key, map);

	map[n] = nq_keys_get(&a->c->yaml, a->r->block, NQ_IN_REST, headers.key);
	return add_all(a, &headers, map, n + (map[n] != NULL));
}

int
nq_ask_query(struct nq_asking *a)
{
	nq_node *map[NQ_VIEW_LEVELS + 1];

	return add_all(a, &params, map, maps_of(a, params.key, map));
}
