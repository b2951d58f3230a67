#include "plan/plan.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/check.h"
#include "plan/keys.h"
#include "plan/stages.h"

/* The plans of a whole file, kept until all of them are known to be right. */
struct plans {
	struct nq_plan *v;
	size_t n;
};

static void
plan_free(struct nq_plan *p)
{
	free(p->connector);
	free(p->stream);
	free(p->slug);
	free(p->lower);
	free(p->upper);
	free(p->live);
	free(p->start);
	free(p->window_end);
	nq_words_free(&p->until);
	nq_words_free(&p->begin);
	nq_words_free(&p->probe);
	for (size_t i = 0; i < p->nstages; i++) {
		nq_words_free(&p->stage[i].words);
		nq_words_free(&p->stage[i].since);
		nq_words_free(&p->stage[i].whole);
	}
}

static void
plans_free(struct plans *all)
{
	for (size_t i = 0; i < all->n; i++)
		plan_free(&all->v[i]);
	free(all->v);
}

static int
name_source(struct nq_config *c, const nq_node *source)
{
	nq_node *n = nq_keys_get(&c->yaml, source, NQ_IN_SOURCE, "name");

	nq_buf_reset(&c->source);
	if (n == NULL)
		return nq_config_fault(c, source, "the source has no 'name'");
	if (nq_config_text(c, n, &c->source) == -1)
		return -1;
	return nq_resource_check_name(c, n, &c->source);
}

static char *
slug_of(const struct nq_plan *p)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_add_percent(&b, nq_str(p->connector));
	nq_buf_addc(&b, ',');
	nq_buf_add_percent(&b, nq_str(p->stream));
	return nq_buf_take(&b);
}

static int
cursor_type(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	static const char *const types[] = {"timestamp_utc", "numeric_id", "opaque_token"};
	nq_node *n = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "type");
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	p->cursor_type = r->delta != NULL ? types[0] : NULL;
	if (n != NULL)
		rc = nq_config_text(c, n, &text);
	for (size_t i = 0; n != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(text.data, types[i]) == 0)
			p->cursor_type = types[i];
	nq_buf_free(&text);
	return rc;
}

static int
compile(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	if (cursor_type(c, r, p) == -1 ||
	    (r->in == NQ_IN_PROGRAM ? nq_stage_command : nq_stage_fetch)(c, r, p) == -1 ||
	    nq_stage_map(c, r, p) == -1 || nq_stage_load(c, r, p) == -1 ||
	    nq_stage_begin(c, r, p) == -1 || nq_stage_window(c, r, p) == -1)
		return -1;
	p->slug = slug_of(p);
	return 0;
}

static int
not_twice(struct nq_config *c, const struct plans *all, const nq_node *at, const struct nq_plan *p)
{
	for (size_t i = 0; i + 1 < all->n; i++)
		if (all->v[i].slug != NULL && strcmp(all->v[i].slug, p->slug) == 0)
			return nq_config_fault(
			    c, at, "a second resource '%s/%s'", p->connector, p->stream);
	return 0;
}

static void
add_resource(struct nq_config *c, struct nq_resource *r, struct plans *all)
{
	struct nq_buf name = NQ_BUF_INIT;
	struct nq_plan *p;

	nq_resource_open(c, r);
	if (nq_resource_is_off(c, r->self, r->in) || nq_resource_name(c, r, &name) == -1 ||
	    !nq_config_picks(c, nq_buf_str(&c->source), nq_buf_str(&name))) {
		nq_buf_free(&name);
		return;
	}
	all->v = nq_reallocarray(all->v, all->n + 1, sizeof(*all->v));
	p = &all->v[all->n++];
	memset(p, 0, sizeof(*p));
	p->connector = nq_strndup(c->source.data, c->source.len);
	p->stream = nq_buf_take(&name);
	if (compile(c, r, p) == 0)
		not_twice(c, all, r->self, p);
}

/* A stream name for all resources would be one too many. */
static int
check_defaults(struct nq_config *c, const struct nq_resource *r, enum nq_place block)
{
	nq_node *defaults = nq_keys_get(&c->yaml, r->block, block, "defaults");
	nq_node *name = nq_keys_get(&c->yaml, defaults, r->in, "name");

	return name == NULL ? 0 : nq_config_fault(c, name, "each resource has a name of its own");
}

/* The block of a source, which is named like its type, and the resources in it. */
static int
open_block(struct nq_config *c, struct nq_resource *r)
{
	nq_node *type = nq_keys_get(&c->yaml, r->source, NQ_IN_SOURCE, "type");
	bool command = nq_keys_get(&c->yaml, r->source, NQ_IN_SOURCE, "rest_api") == NULL &&
		       nq_keys_get(&c->yaml, r->source, NQ_IN_SOURCE, "command") != NULL;
	const char *name;

	if (type != NULL)
		command = nq_str_is(nq_yaml_text(type), "command");
	name = command ? "command" : "rest_api";
	r->in = command ? NQ_IN_PROGRAM : NQ_IN_RESOURCE;
	r->block = nq_keys_get(&c->yaml, r->source, NQ_IN_SOURCE, name);
	if (r->block == NULL)
		return nq_config_fault(c, r->source, "the source has no '%s'", name);
	r->list = nq_keys_get(
	    &c->yaml, r->block, command ? NQ_IN_COMMAND : NQ_IN_REST, "resources");
	if (r->list == NULL)
		return nq_config_fault(c, r->block, "%s has no 'resources'", name);
	return check_defaults(c, r, command ? NQ_IN_COMMAND : NQ_IN_REST);
}

static void
add_source(struct nq_config *c, nq_node *source, struct plans *all)
{
	struct nq_resource r = {.source = source};

	if (nq_resource_is_off(c, source, NQ_IN_SOURCE) || name_source(c, source) == -1 ||
	    !nq_config_picks_source(c, nq_buf_str(&c->source)) || open_block(c, &r) == -1)
		return;
	for (size_t i = 0; nq_yaml_item(&c->yaml, r.list, i, &r.self); i++)
		add_resource(c, &r, all);
}

/* What was asked for by name must be there. */
static int
all_found(const struct nq_config *c, const struct plans *all, struct nq_err *err)
{
	struct nq_buf full = NQ_BUF_INIT;
	bool found = true;

	for (size_t i = 0; i < c->opt->npicked && found; i++) {
		found = false;
		for (size_t k = 0; k < all->n && !found; k++) {
			nq_buf_reset(&full);
			nq_buf_addf(&full, "%s/%s", all->v[k].connector,
			    all->v[k].live != NULL ? all->v[k].live : all->v[k].stream);
			found = strcmp(c->opt->picked[i], full.data) == 0 ||
				strcmp(c->opt->picked[i], all->v[k].connector) == 0;
		}
		if (!found)
			nq_err_set(err, NQ_USAGE,
			    "%s: no source or resource '%s' is there and enabled; see nq-plan "
			    "--list",
			    c->yaml.path, c->opt->picked[i]);
	}
	nq_buf_free(&full);
	return found ? 0 : -1;
}

static int
compile_all(struct nq_config *c, struct plans *all, struct nq_err *err)
{
	nq_node *root = nq_yaml_root(&c->yaml), *list, *source;

	list = nq_keys_get(&c->yaml, root, NQ_IN_FILE, "sources");
	if (list == NULL)
		return nq_config_fault(c, root, "the file has no 'sources'");
	for (size_t i = 0; nq_yaml_item(&c->yaml, list, i, &source); i++)
		add_source(c, source, all);
	if (c->faults.n > 0 || all_found(c, all, err) == -1)
		return -1;
	if (all->n > 0)
		return 0;
	return nq_err_set(err, NQ_USAGE, "%s: no source is enabled", c->yaml.path);
}

int
nq_plan_each(struct nq_config *c, nq_plan_fn *fn, void *ctx, struct nq_err *err)
{
	struct plans all = {NULL, 0};
	int rc = nq_plan_check(c);

	if (rc == 0)
		rc = compile_all(c, &all, err);
	for (size_t i = 0; rc == 0 && i < all.n; i++)
		rc = fn(ctx, &all.v[i]);
	plans_free(&all);
	return rc;
}
