#include "plan/stages.h"

#include <string.h>

#include "plan/keys.h"
#include "plan/login.h"

int
nq_stage_filter(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	nq_node *filter = nq_keys_get(&c->yaml, r->self, NQ_IN_RESOURCE, "filter");
	struct nq_words *w;

	if (filter == NULL)
		return 0;
	w = nq_stage_add(p, "filter", "nq-cursor");
	nq_words_add(w, "track");
	nq_words_add(w, "--");
	nq_words_add(w, "bash");
	nq_words_add(w, "-o");
	nq_words_add(w, "pipefail");
	nq_words_add(w, "-c");
	nq_words_addn(w, nq_yaml_text(filter));
	return 0;
}

/* NAME=VALUE, NAME:VALUE … for each pair of a map of texts. */
static int
add_pairs(struct nq_config *c, const nq_node *map, const char *option, const char *between,
    struct nq_words *w)
{
	struct nq_buf text = NQ_BUF_INIT;
	nq_node *key, *value;
	struct nq_str name;
	int rc = 0;

	for (size_t i = 0; map != NULL && rc == 0 && nq_yaml_pair(&c->yaml, map, i, &key, &value);
	     i++) {
		nq_buf_reset(&text);
		name = nq_yaml_text(key);
		rc = nq_config_text(c, value, &text);
		nq_words_add(w, option);
		nq_words_addf(w, "%.*s%s%s", (int)name.n, name.p, between, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

int
nq_stage_map(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	static const struct nq_words none = {NULL, 0};
	struct nq_buf path = NQ_BUF_INIT;
	struct nq_words *w;
	int rc;

	if (r->map == NULL)
		return 0;
	w = nq_stage_add(p, "map", "nq-map");
	if (nq_yaml_is_map(r->map)) {
		if (nq_keys_get(&c->yaml, r->map, NQ_IN_MAP, "file") == NULL)
			return nq_config_fault(c, r->map, "map has no 'file'");
		rc = nq_stage_options(c, r->map, NQ_IN_MAP, w);
		if (rc == 0)
			rc = add_pairs(
			    c, nq_keys_get(&c->yaml, r->map, NQ_IN_MAP, "args"), "--arg", "=", w);
		nq_stage_sources(c, w, &none);
		return rc;
	}
	rc = nq_config_path(c, r->map, &path);
	nq_words_add(w, "-f");
	nq_words_add(w, path.data);
	nq_buf_free(&path);
	return rc;
}

/* What the load stage is made from: its own keys, or Dango's in the resource. */
static nq_node *
load_or_resource(struct nq_config *c, const struct nq_resource *r, const char *name)
{
	nq_node *n = nq_keys_get(&c->yaml, r->load, NQ_IN_LOAD, name);

	return n != NULL ? n : nq_keys_get(&c->yaml, r->self, NQ_IN_RESOURCE, name);
}

/* A file in a destination is relative to the connector file. */
static void
add_destination(const struct nq_config *c, const char *to, struct nq_buf *out)
{
	static const char *const files[] = {"sqlite:", "duckdb:", NULL};
	size_t n;

	for (size_t i = 0; files[i] != NULL; i++) {
		n = strlen(files[i]);
		if (strncmp(to, files[i], n) != 0 || to[n] == '/')
			continue;
		nq_buf_adds(out, files[i]);
		nq_buf_adds(out, c->dir);
		nq_buf_adds(out, to + n);
		return;
	}
	nq_buf_adds(out, to);
}

static int
destination(struct nq_config *c, const struct nq_resource *r, struct nq_buf *out)
{
	nq_node *to = nq_keys_get(&c->yaml, r->load, NQ_IN_LOAD, "to");
	struct nq_buf text = NQ_BUF_INIT;
	int rc;

	if (c->opt->to != NULL) {
		nq_buf_adds(out, c->opt->to);
		return 0;
	}
	if (to == NULL)
		return nq_config_fault(c, r->load != NULL ? r->load : r->self,
		    "no destination: write load: {to: \"sqlite:nq.db\"}, or give --to");
	rc = nq_config_ref(c, to, NQ_REF_RAW, &text, NULL);
	if (rc == 0)
		add_destination(c, text.data, out);
	nq_buf_free(&text);
	return rc;
}

static int
add_member(struct nq_config *c, const nq_node *n, struct nq_buf *keys)
{
	struct nq_buf name = NQ_BUF_INIT;
	int rc = nq_config_text(c, n, &name);

	if (rc == 0 && strchr(name.data, ',') != NULL)
		rc = nq_config_fault(c, n, "a key cannot hold a comma: write a list of keys");
	if (keys->len > 0)
		nq_buf_addc(keys, ',');
	nq_buf_adds(keys, name.data);
	nq_buf_free(&name);
	return rc;
}

/* The key that a table is merged by. Dango's is id, unless a mapping makes that a guess. */
static int
key_members(struct nq_config *c, const struct nq_resource *r, const char *mode, struct nq_buf *keys)
{
	nq_node *n = load_or_resource(c, r, "primary_key"), *item;

	if (n != NULL && nq_yaml_is_list(n)) {
		for (size_t i = 0; nq_yaml_item(&c->yaml, n, i, &item); i++)
			if (add_member(c, item, keys) == -1)
				return -1;
		return 0;
	}
	if (n != NULL)
		return add_member(c, n, keys);
	if (strcmp(mode, "append") == 0 || strcmp(mode, "replace") == 0)
		return 0;
	if (r->map != NULL)
		return nq_config_fault(c, r->load != NULL ? r->load : r->self,
		    "no 'primary_key': name the members that identify a mapped record");
	nq_buf_adds(keys, "id");
	return 0;
}

/* Ways to write that cannot go together with a pull of what changed. */
static int
check_mode(struct nq_config *c, const struct nq_resource *r, const char *mode)
{
	nq_node *at = load_or_resource(c, r, "write_disposition");
	nq_node *lag = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "lag");
	int64_t ms = 0;

	if (r->delta == NULL)
		return 0;
	if (strcmp(mode, "replace") == 0)
		return nq_config_fault(c, at,
		    "replace and incremental exclude each other: the table would keep the last "
		    "delta only; write merge, or leave out incremental");
	if (lag != NULL && strcmp(mode, "append") == 0 &&
	    nq_cli_duration((const char *)lag->data.scalar.value, &ms) == 0 && ms > 0)
		return nq_config_fault(c, at,
		    "append and a lag exclude each other: what is read again would be there "
		    "twice; write merge, or lag: 0s");
	return 0;
}

static int
add_key_and_mode(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *at = load_or_resource(c, r, "write_disposition");
	struct nq_buf mode = NQ_BUF_INIT, keys = NQ_BUF_INIT;
	int rc = 0;

	if (at != NULL)
		rc = nq_config_text(c, at, &mode);
	else
		nq_buf_adds(&mode, "merge");
	if (rc == 0)
		rc = check_mode(c, r, mode.data);
	if (rc == 0)
		rc = key_members(c, r, mode.data, &keys);
	if (rc == 0 && keys.len > 0) {
		nq_words_add(w, "--key");
		nq_words_add(w, keys.data);
	}
	if (rc == 0 && strcmp(mode.data, "merge") != 0) {
		nq_words_add(w, "--mode");
		nq_words_add(w, mode.data);
	}
	nq_buf_free(&mode);
	nq_buf_free(&keys);
	return rc;
}

static bool
is_nuntiq(const char *to)
{
	return strncmp(to, "nuntiq:", 7) == 0;
}

/* X-Customer-Number comes from the settings unless the file says otherwise. */
static int
add_customer(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *n = nq_keys_get(&c->yaml, r->load, NQ_IN_LOAD, "customer_number");
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	if (n != NULL)
		rc = nq_config_ref(c, n, NQ_REF_RAW, &text, NULL);
	else if (nq_config_is_nuntiq(c))
		rc = nq_config_expand(c, nq_str("${settings.customer_number}"),
		    nq_yaml_root(&c->yaml), NQ_REF_RAW, &text, NULL);
	if (rc == 0 && text.len > 0) {
		nq_words_add(w, "--customer-number");
		nq_words_add(w, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

static int
add_table(struct nq_config *c, const struct nq_resource *r, const struct nq_plan *p, const char *to,
    struct nq_words *w)
{
	if (is_nuntiq(to))
		return add_customer(c, r, w);
	if (nq_keys_get(&c->yaml, r->load, NQ_IN_LOAD, "table") != NULL)
		return 0;
	nq_words_add(w, "--table");
	nq_words_add(w, p->stream);
	return 0;
}

static int
add_rest(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	if (r->load == NULL)
		return 0;
	if (nq_stage_options(c, r->load, NQ_IN_LOAD, w) == -1)
		return -1;
	return add_pairs(
	    c, nq_keys_get(&c->yaml, r->load, NQ_IN_LOAD, "columns"), "--column", ":", w);
}

int
nq_stage_load(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	static const struct nq_words none = {NULL, 0};
	struct nq_words *w = nq_stage_add(p, "load", "nq-load");
	nq_node *auth = nq_keys_get(&c->yaml, r->load, NQ_IN_LOAD, "auth");
	struct nq_buf to = NQ_BUF_INIT;
	int rc = destination(c, r, &to);

	if (rc == 0) {
		nq_words_add(w, "--to");
		nq_words_add(w, to.data);
		rc = add_table(c, r, p, to.data, w);
	}
	if (rc == 0)
		rc = add_rest(c, r, w);
	if (rc == 0)
		rc = add_key_and_mode(c, r, w);
	if (rc == 0 && auth != NULL)
		rc = nq_login_map(c, auth, w);
	nq_words_add(w, "--require-end");
	nq_stage_sources(c, w, &none);
	for (size_t i = 0; i < w->n; i++)
		nq_words_add(&p->probe, w->v[i]);
	nq_words_add(&p->probe, "--probe");
	nq_buf_free(&to);
	return rc;
}
