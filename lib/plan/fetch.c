#include "plan/stages.h"

#include <string.h>

#include "base/alloc.h"
#include "plan/dest.h"

static nq_node *
rest(struct nq_asking *a, const char *name)
{
	return nq_keys_get(&a->c->yaml, a->r->block, NQ_IN_REST, name);
}

static nq_node *
delta(struct nq_asking *a, const char *name)
{
	return nq_keys_get(&a->c->yaml, a->r->delta, NQ_IN_DELTA, name);
}

static int
add_since(struct nq_asking *a)
{
	nq_node *param = delta(a, "param");
	struct nq_buf name = NQ_BUF_INIT;
	int rc;

	if (nq_config_is(a->c, delta(a, "newest_first"), "true")) {
		nq_words_add(&a->stage->since, "--stop-before");
		nq_words_add(&a->stage->since, "${var.since}");
	}
	if (param == NULL)
		return 0;
	rc = nq_config_text(a->c, param, &name);
	if (rc == 0)
		nq_ask_pair(a, "--query", nq_buf_str(&name), "=", "${var.since}");
	nq_buf_free(&name);
	return rc;
}

/* Without one, as in dlt, the path is the name. */
static nq_node *
endpoint_path(struct nq_asking *a)
{
	nq_node *n = nq_keys_get(&a->c->yaml, a->r->self, NQ_IN_RESOURCE, "endpoint");

	if (a->r->self->type == YAML_SCALAR_NODE)
		return a->r->self;
	if (n == NULL || n->type != YAML_SCALAR_NODE)
		n = nq_resource_get(a->c, a->r, "path");
	return n != NULL ? n : nq_resource_get(a->c, a->r, "name");
}

/* base_url and, behind one slash, the path. */
static int
add_url(struct nq_asking *a)
{
	nq_node *base = rest(a, "base_url"), *path = endpoint_path(a);
	struct nq_buf url = NQ_BUF_INIT, tail = NQ_BUF_INIT;
	int rc = -1;

	if (base == NULL)
		return nq_config_fault(a->c, a->r->block, "rest_api has no 'base_url'");
	if (nq_config_ref(a->c, base, NQ_REF_URL, &url, NULL) == -1)
		goto out;
	if (nq_dest_has_login(url.data)) {
		nq_config_fault(
		    a->c, base, "a password in a URL can be read by everybody: use auth");
		goto out;
	}
	nq_buf_addc(&tail, '/');
	if (path != NULL && nq_config_ref(a->c, path, NQ_REF_URL, &tail, NULL) == -1)
		goto out;
	if (strstr(tail.data, "://") != NULL && strchr(tail.data, '?') == NULL) {
		nq_config_fault(a->c, path, "an endpoint is a path below base_url, not a URL");
		goto out;
	}
	while (url.len > 0 && url.data[url.len - 1] == '/')
		nq_buf_cut(&url, url.len - 1);
	if (tail.len > 1)
		nq_buf_adds(&url, tail.data + (tail.data[1] == '/'));
	nq_words_add(&a->stage->words, url.data);
	rc = 0;
out:
	nq_buf_free(&url);
	nq_buf_free(&tail);
	return rc;
}

/* dlt's response_actions: [{status_code: 404, action: ignore}]. */
static int
add_actions(struct nq_asking *a)
{
	static const char *const means[][2] = {
	    {"ignore", "stop"}, {"retry", "retry"}, {"raise", "fail"}};
	nq_node *list = nq_keys_get(
		    &a->c->yaml, a->r->endpoint, NQ_IN_ENDPOINT, "response_actions"),
		*item, *status, *action;

	for (size_t i = 0; list != NULL && nq_yaml_item(&a->c->yaml, list, i, &item); i++) {
		status = nq_keys_get(&a->c->yaml, item, NQ_IN_ACTION, "status_code");
		action = nq_keys_get(&a->c->yaml, item, NQ_IN_ACTION, "action");
		if (status == NULL || action == NULL)
			return nq_config_fault(
			    a->c, item, "an action has 'status_code' and 'action'");
		for (size_t k = 0; k < sizeof(means) / sizeof(means[0]); k++) {
			if (!nq_str_is(nq_yaml_text(action), means[k][0]))
				continue;
			nq_words_add(&a->stage->words, "--on");
			nq_words_addf(&a->stage->words, "%.*s=%s", (int)nq_yaml_text(status).n,
			    nq_yaml_text(status).p, means[k][1]);
		}
	}
	return 0;
}

/* The resource's own options, those it has from all, and retry key by key. */
static int
add_options(struct nq_asking *a)
{
	struct nq_view all = a->r->view, retry = {.n = 0};

	for (size_t i = 0; i < all.n; i++)
		nq_view_add(
		    &retry, nq_keys_get(&a->c->yaml, all.map[i], all.in[i], "retry"), NQ_IN_RETRY);
	nq_view_add(&retry, rest(a, "retry"), NQ_IN_RETRY);
	nq_view_add(&all, a->r->block, NQ_IN_REST);
	if (nq_stage_options(a->c, &all, NQ_IN_RESOURCE, -1, &a->stage->words) == -1 ||
	    add_actions(a) == -1 ||
	    nq_stage_options(a->c, &all, NQ_IN_REST, NQ_IN_RESOURCE, &a->stage->words) == -1 ||
	    nq_stage_max_line(a->c, a->r, &a->stage->words) == -1)
		return -1;
	return nq_stage_options(a->c, &retry, NQ_IN_RETRY, -1, &a->stage->words);
}

/* What a parent has: id=order_id puts its id into each child as order_id. */
static int
add_keep(struct nq_asking *a, const char *parent)
{
	nq_node *map = nq_resource_get(a->c, a->r, "keep"), *key, *value;
	nq_node *from = nq_resource_get(a->c, a->r, "include_from_parent"), *item;
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	for (size_t i = 0;
	     map != NULL && rc == 0 && nq_yaml_pair(&a->c->yaml, map, i, &key, &value); i++) {
		nq_buf_reset(&text);
		rc = nq_config_text(a->c, value, &text);
		nq_words_add(&a->stage->words, "--keep");
		nq_words_addf(&a->stage->words, "%s=%.*s", text.data, (int)nq_yaml_text(key).n,
		    nq_yaml_text(key).p);
	}
	for (size_t i = 0; rc == 0 && nq_yaml_text_at(&a->c->yaml, from, i, &item); i++) {
		nq_buf_reset(&text);
		rc = nq_config_text(a->c, item, &text);
		nq_words_add(&a->stage->words, "--keep");
		nq_words_addf(&a->stage->words, ".%s=_%s_%s", text.data, parent, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

/* Whether the path starts with a member that keep brings, which nq-fetch does not look at. */
static bool
is_kept(struct nq_asking *a, const char *path)
{
	nq_node *map = nq_resource_get(a->c, a->r, "keep"), *key, *value;
	struct nq_str name;

	for (size_t i = 0; map != NULL && nq_yaml_pair(&a->c->yaml, map, i, &key, &value); i++) {
		name = nq_yaml_text(key);
		if (strncmp(path + 1, name.p, name.n) == 0 &&
		    (path[name.n + 1] == '\0' || strchr(".[", path[name.n + 1]) != NULL))
			return true;
	}
	return false;
}

/* The watermark of a kept member is watched behind nq-fetch, by a filter that passes all on. */
static int
add_watch(struct nq_config *c, const struct nq_resource *r, const char *spec, struct nq_plan *p)
{
	struct nq_words *w = &nq_stage_add(p, "watch", "nq-cursor")->words;

	nq_words_add(w, "track");
	nq_stage_watermark(c, r, w);
	if (nq_stage_max_line(c, r, w) == -1)
		return -1;
	nq_words_add(w, spec);
	nq_words_add(w, "--");
	nq_words_add(w, "cat");
	return 0;
}

static int
add_watermark(struct nq_asking *a, struct nq_plan *p)
{
	nq_node *cursor = delta(a, "cursor");
	struct nq_buf path = NQ_BUF_INIT;
	struct nq_words *w = &a->stage->words;
	int rc;

	if (cursor == NULL)
		return nq_config_fault(a->c, a->r->delta,
		    "incremental has no 'cursor': the path of the member that only grows");
	rc = nq_config_text(a->c, cursor, &path);
	p->watched = path.len > 0 && is_kept(a, path.data);
	nq_buf_addf(&path, ":%s", p->cursor_type);
	if (p->watched) {
		rc = add_watch(a->c, a->r, path.data, p);
	} else {
		nq_words_add(w, "--watermark");
		nq_words_add(w, path.data);
		nq_stage_watermark(a->c, a->r, w);
	}
	nq_buf_free(&path);
	return rc;
}

/* === one nq-fetch =========================================================================== */

/* How a stage stands among those that fetch. */
struct rank {
	const char *parent; /* its name, NULL: there is none */
	bool is_parent;	    /* another stage pulls for each of its records */
	bool bounded;	    /* it asks for what came after the lower bound */
};

/* A parent that is pulled whole always asks as in a first pull. */
static void
drop_bound(struct nq_stage *s)
{
	for (size_t i = 0; i < s->whole.n; i++)
		nq_words_add(&s->words, s->whole.v[i]);
	nq_words_free(&s->whole);
	nq_words_free(&s->since);
}

/* --each and the URL come last; what depends on the run goes in front of them. */
static int
add_operand(struct nq_asking *a, bool each, bool force)
{
	struct nq_words *w = &a->stage->words;
	size_t first = w->n;

	if (each)
		nq_words_add(w, "--each");
	a->c->since_known = false; /* a URL cannot do without */
	if (add_url(a) == -1)
		return -1;
	nq_stage_sources(a->c, a->stage, force);
	for (size_t i = first; i < first + (each ? 2 : 1); i++)
		nq_words_last(w, first);
	a->stage->at = w->n - (each ? 2 : 1);
	return 0;
}

static int
add_fetch(struct nq_asking *a, struct nq_plan *p, const struct rank *k)
{
	nq_node *json = nq_resource_get(a->c, a->r, "json");
	bool parent = k->parent != NULL, file = json != NULL && json->type == YAML_SCALAR_NODE;

	if (nq_ask_auth(a) == -1 || nq_ask_headers(a) == -1)
		return -1;
	a->c->record_known = parent;
	if (nq_ask_query(a) == -1 || nq_ask_body(a) == -1 || nq_ask_pages(a) == -1)
		return -1;
	if (a->r->delta != NULL && !k->is_parent && add_watermark(a, p) == -1)
		return -1;
	if (add_since(a) == -1 || add_options(a) == -1 || (parent && add_keep(a, k->parent) == -1))
		return -1;
	nq_words_add(&a->stage->words, "--end-mark");
	if (!k->bounded)
		drop_bound(a->stage);
	return add_operand(a, parent, file);
}

static int
fetch_one(struct nq_config *c, const struct nq_resource *r, const char *name, const struct rank *k,
    struct nq_plan *p)
{
	struct nq_asking a = {c, r, nq_stage_add(p, name, "nq-fetch"), false};
	int rc;

	c->since_known = r->delta != NULL;
	rc = add_fetch(&a, p, k);
	c->since_known = c->record_known = false;
	return rc;
}

/* === a resource and its parents ============================================================= */

static const char *const names[NQ_MAX_PARENTS + 1][2] = {
    {"fetch", "filter"},
    {"parents", "parents_filter"},
    {"grandparents", "grandparents_filter"},
    {"ancestors", "ancestors_filter"},
};

/* Each resource of the chain is pulled for each record of the next. */
struct chain {
	struct nq_resource r[NQ_MAX_PARENTS + 1];
	struct nq_parent each[NQ_MAX_PARENTS + 1];
	size_t n;
};

static int
find_parent(struct nq_config *c, struct chain *l)
{
	const struct nq_resource *child = &l->r[l->n - 1];
	struct nq_parent *each = &l->each[l->n - 1];

	if (nq_parent_read(c, child, each) == -1)
		return -1;
	if (each->at == NULL)
		return 0;
	if (l->n > NQ_MAX_PARENTS)
		return nq_config_fault(c, each->at,
		    "more than %d parents, one above the other: is one its own?", NQ_MAX_PARENTS);
	if (!nq_resource_find(c, child, nq_buf_str(&each->name), &l->r[l->n]))
		return nq_config_fault(
		    c, each->at, "there is no resource '%s' here to pull for", each->name.data);
	if (each->incremental && l->r[l->n].delta == NULL)
		return nq_config_fault(
		    c, each->at, "'%s' has no 'incremental' to ask by", each->name.data);
	l->n++;
	return 1;
}

static int
add_chain(struct nq_config *c, struct chain *l, struct nq_plan *p)
{
	bool bounded[NQ_MAX_PARENTS + 1] = {true};

	for (size_t i = 1; i < l->n; i++)
		bounded[i] = bounded[i - 1] && l->each[i - 1].incremental;
	for (size_t i = l->n; i-- > 0;) {
		struct rank k = {
		    l->each[i].at != NULL ? l->each[i].name.data : NULL, i > 0, bounded[i]};

		p->main = p->nstages;
		if (fetch_one(c, &l->r[i], names[i][0], &k, p) == -1 ||
		    nq_stage_filter(c, &l->r[i], names[i][1], p) == -1)
			return -1;
	}
	return 0;
}

int
nq_stage_fetch(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	struct chain l = {.r = {*r}, .n = 1};
	int rc;

	while ((rc = find_parent(c, &l)) == 1)
		;
	if (rc == 0 && l.each[0].incremental && r->delta == NULL)
		rc = nq_config_fault(c, l.each[0].at,
		    "whose cursor? say 'incremental' here, of a member that 'keep' brings");
	if (rc == 0)
		rc = add_chain(c, &l, p);
	for (size_t i = 0; i < l.n; i++)
		nq_buf_free(&l.each[i].name);
	return rc;
}
