#include "plan/resource.h"

#include <ctype.h>

void
nq_view_add(struct nq_view *v, nq_node *map, enum nq_place in)
{
	if (map == NULL || v->n == NQ_VIEW_LEVELS)
		return;
	v->map[v->n] = map;
	v->in[v->n++] = in;
}

nq_node *
nq_view_look(struct nq_config *c, const struct nq_view *v, const char *name,
    const struct nq_keys_row **spelt)
{
	nq_node *value;

	for (size_t i = 0; i < v->n; i++) {
		value = nq_keys_look(&c->yaml, v->map[i], v->in[i], name, spelt);
		if (value != NULL)
			return nq_yaml_is_null(value) ? NULL : value;
	}
	return NULL;
}

nq_node *
nq_view_get(struct nq_config *c, const struct nq_view *v, const char *name)
{
	return nq_view_look(c, v, name, NULL);
}

static nq_node *
endpoint_of(struct nq_config *c, nq_node *resource)
{
	nq_node *n = nq_keys_get(&c->yaml, resource, NQ_IN_RESOURCE, "endpoint");

	return n != NULL && nq_yaml_is_map(n) ? n : NULL;
}

void
nq_resource_open(struct nq_config *c, struct nq_resource *r)
{
	enum nq_place block = r->in == NQ_IN_RESOURCE ? NQ_IN_REST : NQ_IN_COMMAND;
	nq_node *defaults = nq_keys_get(&c->yaml, r->block, block, "defaults");

	memset(&r->view, 0, sizeof(r->view));
	memset(&r->load, 0, sizeof(r->load));
	r->endpoint = r->in == NQ_IN_RESOURCE ? endpoint_of(c, r->self) : NULL;
	nq_view_add(&r->view, r->self, r->in);
	nq_view_add(&r->view, r->endpoint, NQ_IN_ENDPOINT);
	nq_view_add(&r->load, nq_keys_get(&c->yaml, r->self, r->in, "load"), NQ_IN_LOAD);
	if (defaults != NULL && nq_yaml_is_map(defaults)) {
		nq_view_add(&r->view, defaults, r->in);
		if (r->in == NQ_IN_RESOURCE)
			nq_view_add(&r->view, endpoint_of(c, defaults), NQ_IN_ENDPOINT);
		nq_view_add(&r->load, nq_keys_get(&c->yaml, defaults, r->in, "load"), NQ_IN_LOAD);
	}
	r->map = nq_resource_get(c, r, "map");
	r->delta = nq_resource_get(c, r, "incremental");
}

nq_node *
nq_resource_get(struct nq_config *c, const struct nq_resource *r, const char *name)
{
	return nq_view_get(c, &r->view, name);
}

int
nq_resource_check_name(struct nq_config *c, const nq_node *at, const struct nq_buf *name)
{
	for (size_t i = 0; i < name->len; i++)
		if (iscntrl((unsigned char)name->data[i]))
			return nq_config_fault(c, at, "a name cannot hold control characters");
	if (name->data[0] == '-')
		return nq_config_fault(
		    c, at, "a name cannot start with '-': it would be an option");
	return name->len > 0 ? 0 : nq_config_fault(c, at, "the name is empty");
}

/* Where the name is said, or what it is made of; NULL when nothing will do. */
static nq_node *
name_node(struct nq_config *c, const struct nq_resource *r, bool *said)
{
	nq_node *n = nq_keys_get(&c->yaml, r->self, r->in, "name");

	*said = n != NULL;
	if (n == NULL && r->self->type == YAML_SCALAR_NODE)
		n = r->self;
	if (n == NULL && r->in == NQ_IN_RESOURCE)
		n = nq_keys_get(&c->yaml, r->self, r->in, "endpoint");
	if (n == NULL || n->type != YAML_SCALAR_NODE)
		n = nq_resource_get(c, r, "path");
	return n != NULL && n->type == YAML_SCALAR_NODE ? n : NULL;
}

int
nq_resource_name(struct nq_config *c, const struct nq_resource *r, struct nq_buf *out)
{
	bool said;
	nq_node *at = name_node(c, r, &said);

	if (at == NULL)
		return nq_config_fault(c, r->self, "the resource has no 'name'");
	if (nq_config_text(c, at, out) == -1)
		return -1;
	for (size_t i = 0; !said && i < out->len; i++)
		if (out->data[i] == '/')
			out->data[i] = '_';
	while (!said && out->len > 0 && out->data[0] == '_') {
		memmove(out->data, out->data + 1, out->len);
		out->len--;
	}
	return nq_resource_check_name(c, at, out);
}

bool
nq_resource_is_off(struct nq_config *c, const nq_node *map, enum nq_place in)
{
	return nq_config_is(c, nq_keys_get(&c->yaml, map, in, "enabled"), "false");
}

bool
nq_resource_find(
    struct nq_config *c, const struct nq_resource *r, struct nq_str name, struct nq_resource *found)
{
	struct nq_buf other = NQ_BUF_INIT;
	bool same = false;

	*found = *r;
	for (size_t i = 0; !same && nq_yaml_item(&c->yaml, r->list, i, &found->self); i++) {
		nq_buf_reset(&other);
		nq_resource_open(c, found);
		same = nq_resource_name(c, found, &other) == 0 &&
		       nq_str_eq(nq_buf_str(&other), name);
	}
	nq_buf_free(&other);
	return same;
}
