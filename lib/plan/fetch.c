#include "plan/stages.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "plan/keys.h"
#include "plan/login.h"

/* Where a filled-in header, parameter or URL comes from and goes to. */
struct fetch {
	struct nq_config *c;
	const struct nq_resource *r;
	struct nq_words *words, *since;
	bool has_auth;
};

/* Headers that carry credentials whatever their value looks like. */
static const char *const credentials[] = {
    "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token", NULL};

static bool
carries_credentials(struct nq_str name)
{
	for (size_t i = 0; credentials[i] != NULL; i++)
		if (strlen(credentials[i]) == name.n &&
		    strncasecmp(credentials[i], name.p, name.n) == 0)
			return true;
	return false;
}

static bool
asks_for_since(const char *word)
{
	return strstr(word, "${var.since}") != NULL;
}

/* A word that needs the lower bound is left out of a run that has none. */
static void
add_pair(
    struct fetch *f, const char *option, struct nq_str name, const char *between, const char *value)
{
	struct nq_words *to = asks_for_since(value) ? f->since : f->words;

	nq_words_add(to, option);
	nq_words_addf(to, "%.*s%s%s", (int)name.n, name.p, between, value);
}

static int
no_literal(struct fetch *f, const nq_node *at, struct nq_str name)
{
	return nq_config_fault(f->c, at,
	    "'%.*s' holds a secret as it is: write a reference, for example "
	    "\"Bearer ${secrets.acme_token}\" or \"Bearer ${ACME_TOKEN}\"",
	    (int)name.n, name.p);
}

static int
add_bearer(struct fetch *f, const nq_node *at, const char *token)
{
	if (f->has_auth)
		return nq_config_fault(f->c, at, "a second way to log in");
	f->has_auth = true;
	nq_words_add(f->words, "--auth");
	nq_words_addf(f->words, "bearer=%s", token);
	return 0;
}

/* "Bearer ${X}" and nothing more is what --auth is for. */
static const char *
bearer_token(struct nq_str name, const char *value)
{
	const char *token = value + 6;

	if (name.n != 13 || strncasecmp(name.p, "Authorization", 13) != 0 ||
	    strncasecmp(value, "Bearer ", 7) != 0)
		return NULL;
	token += strspn(token, " ");
	return strncmp(token, "${", 2) == 0 && strchr(token, '}') == token + strlen(token) - 1
		   ? token
		   : NULL;
}

static bool
good_header_name(struct nq_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) &&
		    strchr("!#$%&'*+-.^_`|~", name.p[i]) == NULL)
			return false;
	return name.n > 0;
}

static int
add_header(struct fetch *f, const nq_node *key, const nq_node *value)
{
	struct nq_str name = nq_yaml_text(key);
	struct nq_buf text = NQ_BUF_INIT;
	const char *token;
	bool secret = false;
	int rc = -1;

	if (!good_header_name(name))
		return nq_config_fault(f->c, key, "this is not the name of a header");
	if (nq_config_ref(f->c, value, NQ_REF_RAW, &text, &secret) == -1)
		goto out;
	token = bearer_token(name, text.data);
	if (carries_credentials(name) && !secret)
		rc = no_literal(f, value, name);
	else if (token != NULL)
		rc = add_bearer(f, value, token);
	else
		rc = 0, add_pair(f, "-H", name, ": ", text.data);
out:
	nq_buf_free(&text);
	return rc;
}

static int
add_headers(struct fetch *f, const nq_node *map)
{
	nq_node *key, *value;

	for (size_t i = 0; map != NULL && nq_yaml_pair(&f->c->yaml, map, i, &key, &value); i++)
		if (!nq_yaml_is_null(value) && add_header(f, key, value) == -1)
			return -1;
	return 0;
}

static int
add_query(struct fetch *f, const nq_node *map)
{
	struct nq_buf text = NQ_BUF_INIT;
	nq_node *key, *value;
	struct nq_str name;
	int rc = 0;

	for (size_t i = 0;
	     map != NULL && rc == 0 && nq_yaml_pair(&f->c->yaml, map, i, &key, &value); i++) {
		name = nq_yaml_text(key);
		nq_buf_reset(&text);
		if (nq_yaml_is_null(value))
			continue;
		if (name.n == 0 || memchr(name.p, '=', name.n) != NULL ||
		    memchr(name.p, '\0', name.n) != NULL)
			rc = nq_config_fault(f->c, key, "this is not the name of a parameter");
		else
			rc = nq_config_ref(f->c, value, NQ_REF_RAW, &text, NULL);
		if (rc == 0)
			add_pair(f, "--query", name, "=", text.data);
	}
	nq_buf_free(&text);
	return rc;
}

static nq_node *
rest(struct fetch *f, const char *name)
{
	return nq_keys_get(&f->c->yaml, f->r->rest, NQ_IN_REST, name);
}

static int
add_auth(struct fetch *f)
{
	nq_node *auth = rest(f, "auth");
	size_t before = f->words->n;

	if (auth != NULL && nq_login_map(f->c, auth, f->words) == -1)
		return -1;
	if (nq_login_dango(f->c, f->r->rest, f->words) == -1)
		return -1;
	if (f->words->n > before + 2)
		return nq_config_fault(
		    f->c, auth, "a second way to log in: 'auth' and 'auth_type'");
	f->has_auth = f->words->n > before;
	return 0;
}

/* Dango's and dlt's names of kinds, where they differ from those of nq-fetch. */
static const char *
pager(const char *type)
{
	static const char *const names[][2] = {
	    {"page_number", "page"},
	    {"single_page", "none"},
	    {"header_link", "link"},
	    {"json_link", "next-url"},
	    {"next_url", "next-url"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(type, names[i][0]) == 0)
			return names[i][1];
	return type;
}

static int
add_pager_keys(struct fetch *f, const nq_node *map, struct nq_buf *spec)
{
	struct nq_words pairs = {NULL, 0};
	int rc = nq_stage_options(f->c, map, NQ_IN_PAGES, &pairs);

	for (size_t i = 0; rc == 0 && i + 1 < pairs.n; i += 2)
		nq_buf_addf(spec, "%c%s=%s", i == 0 ? ':' : ',', pairs.v[i], pairs.v[i + 1]);
	nq_words_free(&pairs);
	return rc;
}

static int
add_pages(struct fetch *f)
{
	nq_node *pages = nq_resource_get(f->c, f->r, "pagination"), *type = pages;
	struct nq_buf kind = NQ_BUF_INIT, spec = NQ_BUF_INIT;
	int rc = 0;

	if (pages == NULL)
		return 0;
	if (nq_yaml_is_map(pages))
		type = nq_keys_get(&f->c->yaml, pages, NQ_IN_PAGES, "type");
	if (type != NULL)
		rc = nq_config_text(f->c, type, &kind);
	else
		nq_buf_adds(&kind, "page");
	nq_buf_adds(&spec, pager(kind.data));
	if (rc == 0 && nq_yaml_is_map(pages))
		rc = add_pager_keys(f, pages, &spec);
	if (rc == 0) {
		nq_words_add(f->words, "--paginate");
		nq_words_add(f->words, spec.data);
	}
	nq_buf_free(&kind);
	nq_buf_free(&spec);
	return rc;
}

static nq_node *
delta(struct fetch *f, const char *name)
{
	return nq_keys_get(&f->c->yaml, f->r->delta, NQ_IN_DELTA, name);
}

static int
add_watermark(struct fetch *f, struct nq_plan *p)
{
	nq_node *cursor = delta(f, "cursor"), *param = delta(f, "param"), *missing;
	struct nq_buf path = NQ_BUF_INIT, name = NQ_BUF_INIT;
	int rc;

	if (f->r->delta == NULL)
		return 0;
	if (cursor == NULL)
		return nq_config_fault(f->c, f->r->delta,
		    "incremental has no 'cursor': the path of the member that only grows");
	rc = nq_config_text(f->c, cursor, &path);
	nq_words_add(f->words, "--watermark");
	nq_words_addf(f->words, "%s:%s", path.data, p->cursor_type);
	missing = delta(f, "missing");
	if (missing != NULL) {
		nq_words_add(f->words, "--watermark-null");
		nq_words_addn(f->words, nq_yaml_text(missing));
	}
	if (rc == 0 && param != NULL) {
		rc = nq_config_text(f->c, param, &name);
		if (rc == 0)
			add_pair(f, "--query", nq_buf_str(&name), "=", "${var.since}");
	}
	nq_buf_free(&path);
	nq_buf_free(&name);
	return rc;
}

/* user:password@ between the scheme and the path. */
static bool
has_password(const char *url)
{
	const char *host = strstr(url, "://"), *at;

	if (host == NULL)
		return false;
	host += 3;
	at = strpbrk(host, "@/?#");
	return at != NULL && *at == '@' && strncmp(host, "${", 2) != 0;
}

static nq_node *
endpoint_path(struct fetch *f)
{
	nq_node *n = nq_keys_get(&f->c->yaml, f->r->self, NQ_IN_RESOURCE, "endpoint");

	if (f->r->self->type == YAML_SCALAR_NODE)
		return f->r->self;
	if (n != NULL && n->type == YAML_SCALAR_NODE)
		return n;
	return nq_resource_get(f->c, f->r, "path");
}

static int
add_url(struct fetch *f)
{
	nq_node *base = rest(f, "base_url"), *path = endpoint_path(f);
	struct nq_buf url = NQ_BUF_INIT, tail = NQ_BUF_INIT;
	int rc = -1;

	if (base == NULL)
		return nq_config_fault(f->c, f->r->rest, "rest_api has no 'base_url'");
	if (nq_config_ref(f->c, base, NQ_REF_URL, &url, NULL) == -1)
		goto out;
	if (has_password(url.data)) {
		nq_config_fault(
		    f->c, base, "a password in a URL can be read by everybody: use auth");
		goto out;
	}
	nq_buf_addc(&tail, '/');
	if (path != NULL && nq_config_ref(f->c, path, NQ_REF_URL, &tail, NULL) == -1)
		goto out;
	if (strstr(tail.data, "://") != NULL && strchr(tail.data, '?') == NULL) {
		nq_config_fault(f->c, path, "an endpoint is a path below base_url, not a URL");
		goto out;
	}
	while (url.len > 0 && url.data[url.len - 1] == '/')
		nq_buf_cut(&url, url.len - 1);
	if (tail.len > 1)
		nq_buf_adds(&url, tail.data + (tail.data[1] == '/'));
	nq_words_add(f->words, url.data);
	rc = 0;
out:
	nq_buf_free(&url);
	nq_buf_free(&tail);
	return rc;
}

static int
add_options(struct fetch *f)
{
	nq_node *retry = rest(f, "retry");

	if (f->r->endpoint != NULL &&
	    nq_stage_options(f->c, f->r->endpoint, NQ_IN_ENDPOINT, f->words) == -1)
		return -1;
	if (nq_stage_options(f->c, f->r->self, NQ_IN_RESOURCE, f->words) == -1 ||
	    nq_stage_options(f->c, f->r->rest, NQ_IN_REST, f->words) == -1)
		return -1;
	return retry != NULL ? nq_stage_options(f->c, retry, NQ_IN_RETRY, f->words) : 0;
}

/* The URL comes last: the options that need a lower bound go in front of it. */
int
nq_stage_fetch(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	struct fetch f = {c, r, nq_stage_add(p, "fetch", "nq-fetch"), &p->since, false};
	size_t url;

	if (add_auth(&f) == -1 || add_headers(&f, rest(&f, "headers")) == -1 ||
	    add_headers(&f, nq_resource_get(c, r, "headers")) == -1 ||
	    add_query(&f, nq_resource_get(c, r, "params")) == -1 || add_pages(&f) == -1 ||
	    add_watermark(&f, p) == -1 || add_options(&f) == -1)
		return -1;
	nq_words_add(f.words, "--end-mark");
	url = f.words->n;
	c->since_known = false; /* a URL cannot do without */
	if (add_url(&f) == -1)
		return -1;
	nq_stage_sources(c, f.words, &p->since);
	nq_words_last(f.words, url);
	return 0;
}
