#include "plan/plan.h"
#include "plan/resource.h"

/* What only a child can have. */
static int
check_orphan(struct nq_config *c, const struct nq_resource *r)
{
	static const char *const keys[] = {"keep", "include_from_parent", NULL};
	nq_node *n;

	for (size_t i = 0; r->in == NQ_IN_RESOURCE && keys[i] != NULL; i++) {
		n = nq_resource_get(c, r, keys[i]);
		if (n != NULL)
			return nq_config_fault(c, n,
			    "'%s' needs 'each': the resource whose records are the parents",
			    keys[i]);
	}
	return 0;
}

int
nq_parent_read(struct nq_config *c, const struct nq_resource *r, struct nq_parent *each)
{
	nq_node *n = r->in == NQ_IN_RESOURCE ? nq_resource_get(c, r, "each") : NULL, *name = n;

	*each = (struct nq_parent){n, NQ_BUF_INIT, false};
	if (n == NULL)
		return check_orphan(c, r);
	if (nq_yaml_is_map(n)) {
		name = nq_keys_get(&c->yaml, n, NQ_IN_EACH, "resource");
		each->incremental = nq_config_is(
		    c, nq_keys_get(&c->yaml, n, NQ_IN_EACH, "incremental"), "true");
	}
	if (name == NULL)
		return nq_config_fault(c, n, "each has no 'resource': the name of the parent");
	return nq_config_text(c, name, &each->name);
}

/* The name that each says, as it is written: good enough to see what is needed. */
static struct nq_str
parent_of(struct nq_config *c, const nq_node *resource)
{
	nq_node *n = nq_keys_get(&c->yaml, resource, NQ_IN_RESOURCE, "each");

	if (n != NULL && nq_yaml_is_map(n))
		n = nq_keys_get(&c->yaml, n, NQ_IN_EACH, "resource");
	return n != NULL && n->type == YAML_SCALAR_NODE ? nq_yaml_text(n) : nq_str("");
}

static struct nq_str
name_of(struct nq_config *c, const nq_node *resource)
{
	nq_node *n = nq_keys_get(&c->yaml, resource, NQ_IN_RESOURCE, "name");

	return n != NULL && n->type == YAML_SCALAR_NODE ? nq_yaml_text(n) : nq_str("");
}

static bool
is_needed(struct nq_config *c, struct nq_str name, unsigned depth)
{
	struct nq_str child, source = nq_buf_str(&c->source);
	nq_node *item;

	for (size_t i = 0; name.n > 0 && nq_yaml_item(&c->yaml, c->siblings, i, &item); i++) {
		child = name_of(c, item);
		if (!nq_str_eq(parent_of(c, item), name))
			continue;
		if ((!nq_resource_is_off(c, item, NQ_IN_RESOURCE) &&
			nq_config_picks(c, source, child)) ||
		    (depth < NQ_MAX_PARENTS && is_needed(c, child, depth + 1)))
			return true;
	}
	return false;
}

bool
nq_parent_needed(struct nq_config *c, struct nq_str name)
{
	return c->siblings != NULL && is_needed(c, name, 0);
}
