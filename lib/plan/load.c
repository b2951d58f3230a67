#include "plan/stages.h"

#include <string.h>

#include "base/cli.h"
#include "json/text.h"
#include "plan/dest.h"
#include "plan/login.h"

static nq_node *
load_get(struct nq_config *c, const struct nq_resource *r, const char *name)
{
	return nq_view_get(c, &r->load, name);
}

/* What the load stage is made from: its own keys, or Dango's in the resource. */
static nq_node *
load_or_resource(struct nq_config *c, const struct nq_resource *r, const char *name)
{
	nq_node *n = load_get(c, r, name);

	return n != NULL ? n : nq_resource_get(c, r, name);
}

/* Where faults of the destination as a whole are put. */
static const nq_node *
load_node(const struct nq_resource *r)
{
	return r->load.n > 0 ? r->load.map[0] : r->self;
}

static int
destination(struct nq_config *c, const struct nq_resource *r, struct nq_buf *out)
{
	nq_node *to = load_get(c, r, "to");
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	int rc;

	if (c->opt->to != NULL) {
		nq_buf_adds(out, c->opt->to);
		if (nq_dest_check(c->opt->to, &err) == 0)
			return 0;
		err.status = NQ_USAGE;
		nq_err_at(&err, "--to: ");
		return nq_faults_take(&c->faults, &err);
	}
	if (to == NULL)
		return nq_config_fault(c, load_node(r),
		    "no destination: write load: {to: \"sqlite:nq.db\"}, or give --to");
	rc = nq_config_ref(c, to, NQ_REF_RAW, &text, NULL);
	if (rc == 0)
		nq_dest_place(text.data, c->dir, out);
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

	for (size_t i = 0; nq_yaml_text_at(&c->yaml, n, i, &item); i++)
		if (add_member(c, item, keys) == -1)
			return -1;
	if (n != NULL)
		return 0;
	if (strcmp(mode, "append") == 0 || strcmp(mode, "replace") == 0)
		return 0;
	if (r->map != NULL)
		return nq_config_fault(c, load_node(r),
		    "no 'primary_key': name the members that identify a mapped record");
	nq_buf_adds(keys, "id");
	return 0;
}

static bool
is_some_time(struct nq_config *c, const nq_node *n)
{
	struct nq_buf text = NQ_BUF_INIT;
	int64_t ms = 0;
	bool some = n != NULL && nq_config_text(c, n, &text) == 0 &&
		    nq_cli_duration(text.data, &ms) == 0 && ms > 0;

	nq_buf_free(&text);
	return some;
}

/* Ways to write that cannot go together with a pull of what changed. */
static int
check_mode(struct nq_config *c, const struct nq_resource *r, const char *mode)
{
	nq_node *at = load_or_resource(c, r, "write_disposition");
	nq_node *lag = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "lag");

	if (r->delta == NULL)
		return 0;
	if (strcmp(mode, "replace") == 0)
		return nq_config_fault(c, at,
		    "replace and incremental exclude each other: the table would keep the last "
		    "delta only; write merge, or leave out incremental");
	if (strcmp(mode, "append") == 0 && is_some_time(c, lag))
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

/* X-Customer-Number comes from the settings unless the file says otherwise. */
static int
add_customer(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *n = load_get(c, r, "customer_number");
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
	nq_node *n = nq_resource_get(c, r, "table_name");
	struct nq_buf name = NQ_BUF_INIT;
	int rc = 0;

	if (nq_dest_is_nuntiq(to))
		return add_customer(c, r, w);
	if (nq_dest_is_http(to) || load_get(c, r, "table") != NULL)
		return 0;
	if (n != NULL)
		rc = nq_config_text(c, n, &name);
	nq_words_add(w, "--table");
	nq_words_add(w, n != NULL ? name.data : p->stream);
	nq_buf_free(&name);
	return rc;
}

/* As in a body, what is not quoted and reads like JSON is of its type; all else is a text. */
static int
member(struct nq_config *c, const nq_node *key, const nq_node *value, struct nq_buf *out)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = nq_stage_name(c, key, "member");

	if (rc == 0)
		rc = nq_config_text(c, value, &text);
	if (rc == 0 && value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		nq_buf_addstr(out, nq_buf_str(&text));
	else if (rc == 0)
		nq_text_quote(out, nq_buf_str(&text));
	nq_buf_free(&text);
	return rc;
}

/* Maps of names to texts that become an option for each pair. */
static const struct {
	const char *key, *option, *between;
	int (*value)(struct nq_config *, const nq_node *key, const nq_node *, struct nq_buf *);
} maps[] = {
    {"headers", "-H", ": ", nq_stage_header},
    {"params", "--query", "=", nq_stage_param},
    {"members", "--member", "=", member},
};

static int
add_map(struct nq_config *c, const struct nq_resource *r, size_t m, struct nq_words *w)
{
	nq_node *map = load_get(c, r, maps[m].key), *key, *value;
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	for (size_t i = 0; map != NULL && rc == 0 && nq_yaml_pair(&c->yaml, map, i, &key, &value);
	     i++) {
		if (nq_yaml_is_null(value))
			continue;
		nq_buf_reset(&text);
		rc = maps[m].value(c, key, value, &text);
		nq_words_add(w, maps[m].option);
		nq_words_addf(w, "%.*s%s%s", (int)nq_yaml_text(key).n, nq_yaml_text(key).p,
		    maps[m].between, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

static int
add_rest(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	struct nq_view retry = {.n = 0};

	for (size_t i = 0; i < r->load.n; i++)
		nq_view_add(&retry, nq_keys_get(&c->yaml, r->load.map[i], NQ_IN_LOAD, "retry"),
		    NQ_IN_RETRY);
	if (nq_stage_method(c, load_get(c, r, "method"), "POST", w) == -1 ||
	    nq_stage_options(c, &r->load, NQ_IN_LOAD, -1, w) == -1 ||
	    nq_stage_options(c, &retry, NQ_IN_RETRY, -1, w) == -1)
		return -1;
	for (size_t m = 0; m < sizeof(maps) / sizeof(maps[0]); m++)
		if (add_map(c, r, m, w) == -1)
			return -1;
	return nq_stage_pairs(c, load_get(c, r, "columns"), "--column", ":", w);
}

int
nq_stage_load(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	struct nq_stage *s = nq_stage_add(p, "load", "nq-load");
	nq_node *auth = load_get(c, r, "auth");
	struct nq_buf to = NQ_BUF_INIT;
	int rc = destination(c, r, &to);

	if (rc == 0) {
		nq_words_add(&s->words, "--to");
		nq_words_add(&s->words, to.data);
		rc = add_table(c, r, p, to.data, &s->words);
	}
	if (rc == 0)
		rc = add_rest(c, r, &s->words);
	if (rc == 0)
		rc = add_key_and_mode(c, r, &s->words);
	if (rc == 0 && auth != NULL)
		rc = nq_login_map(c, auth, &s->words);
	if (rc == 0)
		rc = nq_stage_max_line(c, r, &s->words);
	nq_words_add(&s->words, "--require-end");
	nq_stage_sources(c, s, false);
	for (size_t i = 0; i < s->words.n; i++)
		nq_words_add(&p->probe, s->words.v[i]);
	nq_words_add(&p->probe, "--probe");
	nq_buf_free(&to);
	return rc;
}
