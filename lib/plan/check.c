#include "plan/check.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/keys.h"
#include "plan/resource.h"
#include "plan/value.h"

static void check_map(struct nq_config *, const nq_node *, enum nq_place, bool live);

static const char *
kind_of(const nq_node *n)
{
	if (nq_yaml_is_map(n))
		return "a map";
	return nq_yaml_is_list(n) ? "a list" : "a text";
}

static void
wrong_type(struct nq_config *c, const nq_node *n, const char *name, const char *want)
{
	nq_config_fault(c, n, "'%s' is %s here, not %s", name, want, kind_of(n));
}

static void
check_free(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, bool live)
{
	struct nq_buf text = NQ_BUF_INIT;
	nq_node *key, *value;

	if (!nq_yaml_is_map(n)) {
		wrong_type(c, n, row->name, "a map");
		return;
	}
	for (size_t i = 0; nq_yaml_pair(&c->yaml, n, i, &key, &value); i++) {
		nq_buf_reset(&text);
		if (key->type != YAML_SCALAR_NODE || value->type != YAML_SCALAR_NODE)
			nq_config_fault(c, key, "'%s' maps names to texts%s", row->name,
			    nq_yaml_is_map(value) && strcmp(row->name, "params") == 0
				? ": for dlt's 'resolve' write each: PARENT and ${record.id}, for "
				  "its 'incremental' the key of that name"
				: "");
		else if (live && row->type == NQ_KEY_STATUSES)
			nq_value_check_status(c, key, value, row);
		else if (live && !nq_yaml_is_null(value))
			nq_config_ref(c, value, NQ_REF_RAW, &text, NULL);
	}
	nq_buf_free(&text);
}

static void
check_texts(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, bool live)
{
	nq_node *item;

	if (!nq_yaml_is_list(n)) {
		if (live)
			nq_value_check(c, n, row);
		return;
	}
	for (size_t i = 0; nq_yaml_item(&c->yaml, n, i, &item); i++)
		if (item->type != YAML_SCALAR_NODE)
			wrong_type(c, item, row->name, "a text or a list of texts");
		else if (live)
			nq_value_check(c, item, row);
}

static void
check_sub(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, bool live)
{
	if (nq_yaml_is_map(n))
		check_map(c, n, row->map, live);
	else if (row->map == NQ_IN_COMMAND)
		nq_config_fault(c, n,
		    "'command' of a source is a map: write command: {resources: [{name: NAME, "
		    "command: ./program}]}");
	else if (!row->short_form || n->type != YAML_SCALAR_NODE)
		wrong_type(c, n, row->name, row->short_form ? "a text or a map" : "a map");
	else if (live && row->map == NQ_IN_MAP)
		nq_value_check_file(c, n);
	else if (live && row->map == NQ_IN_PAGES)
		nq_value_check(c, n, nq_keys_find(NQ_IN_PAGES, nq_str("type")));
	else if (live)
		nq_value_check(c, n, nq_keys_find(NQ_IN_SOURCE, nq_str("description")));
}

static void
check_list(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, bool live)
{
	nq_node *item;

	if (!nq_yaml_is_list(n)) {
		wrong_type(c, n, row->name, "a list");
		return;
	}
	if (row->map == NQ_IN_RESOURCE || row->map == NQ_IN_PROGRAM)
		c->siblings = n;
	for (size_t i = 0; nq_yaml_item(&c->yaml, n, i, &item); i++)
		check_sub(c, item, row, live);
}

static void
check_pair(struct nq_config *c, const nq_node *value, const struct nq_keys_row *row, bool live)
{
	if (nq_yaml_is_null(value))
		return;
	switch (row->type) {
	case NQ_KEY_MAP:
		check_sub(c, value, row, live);
		break;
	case NQ_KEY_MAPS:
		check_list(c, value, row, live);
		break;
	case NQ_KEY_FREE:
	case NQ_KEY_STATUSES:
		check_free(c, value, row, live);
		break;
	case NQ_KEY_TEXTS:
		check_texts(c, value, row, live);
		break;
	case NQ_KEY_JSON:
		break; /* any shape will do; its values are looked at where it is compiled */
	default:
		if (live || value->type != YAML_SCALAR_NODE)
			nq_value_check(c, value, row);
		break;
	}
}

static const struct nq_keys_row *
canonical(const struct nq_keys_row *row)
{
	return row->same_as != NULL ? nq_keys_find(row->in, nq_str(row->same_as)) : row;
}

/* Dango's sources have a block named like their type: who cannot run one need not read it. */
static bool
is_block_of(struct nq_config *c, const nq_node *source, struct nq_str name)
{
	const nq_node *type = nq_keys_get(&c->yaml, source, NQ_IN_SOURCE, "type");

	return type != NULL && type->type == YAML_SCALAR_NODE &&
	       nq_str_eq(nq_yaml_text(type), name);
}

/* The row of a key, after telling what is wrong with it; NULL when it has none. */
static const struct nq_keys_row *
known_key(struct nq_config *c, const nq_node *map, const nq_node *key, enum nq_place in, bool live)
{
	struct nq_buf hint = NQ_BUF_INIT;
	const struct nq_keys_row *row;
	struct nq_str name;

	if (key->type != YAML_SCALAR_NODE) {
		nq_config_fault(c, key, "a key is a text");
		return NULL;
	}
	name = nq_yaml_text(key);
	row = nq_keys_find(in, name);
	if (row == NULL && in == NQ_IN_SOURCE && is_block_of(c, map, name))
		return NULL;
	if (row == NULL && nq_str_is(name, "<<")) {
		nq_config_fault(c, key, "'<<' is not read here: say what is common in 'defaults'");
	} else if (row == NULL) {
		nq_keys_hint(in, name, &hint);
		nq_config_fault(c, key, "unknown key '%.*s'%s", (int)name.n, name.p, hint.data);
	} else if (row->refused) {
		if (live)
			nq_config_fault(c, key, "'%s': %s", row->name, row->meaning);
		row = NULL;
	}
	nq_buf_free(&hint);
	return row;
}

/* The same key, or two spellings of it, in pairs before pair i. */
static void
check_twice(struct nq_config *c, const nq_node *map, size_t i, const struct nq_keys_row *row,
    const nq_node *at)
{
	const struct nq_keys_row *other;
	nq_node *key, *value;

	for (size_t j = 0; j < i && nq_yaml_pair(&c->yaml, map, j, &key, &value); j++) {
		if (key->type != YAML_SCALAR_NODE)
			continue;
		other = nq_keys_find(row->in, nq_yaml_text(key));
		if (other != NULL && canonical(other) == canonical(row)) {
			nq_config_fault(c, at, "'%s' is there already, as '%s' in line %zu",
			    row->name, other->name, nq_yaml_line(key));
			return;
		}
	}
}

/* The plain name of a source or resource; false when it has none that can be told. */
static bool
name_of(struct nq_config *c, const nq_node *map, enum nq_place in, struct nq_buf *out)
{
	nq_node *name = nq_keys_get(&c->yaml, map, in, "name");

	nq_buf_reset(out);
	return name != NULL && name->type == YAML_SCALAR_NODE && nq_config_text(c, name, out) == 0;
}

/* Whether what stands in this map will be used: sources and resources can be left out. */
static bool
is_picked(struct nq_config *c, const nq_node *map, enum nq_place in)
{
	struct nq_buf resource = NQ_BUF_INIT;
	bool picked = !nq_resource_is_off(c, map, in);

	if (in == NQ_IN_SOURCE && picked && name_of(c, map, in, &c->source))
		picked = nq_config_picks_source(c, nq_buf_str(&c->source));
	if ((in == NQ_IN_RESOURCE || in == NQ_IN_PROGRAM) && name_of(c, map, in, &resource))
		picked = (picked &&
			     nq_config_picks(c, nq_buf_str(&c->source), nq_buf_str(&resource))) ||
			 nq_parent_needed(c, nq_buf_str(&resource));
	nq_buf_free(&resource);
	return picked;
}

/* From here on it is a path of ours. */
static void
respell(nq_node *value)
{
	struct nq_buf path = NQ_BUF_INIT;

	if (!nq_yaml_is_null(value)) {
		nq_value_jsonpath(nq_yaml_text(value), &path);
		nq_yaml_set(value, path.data);
	}
	nq_buf_free(&path);
}

static void
check_map(struct nq_config *c, const nq_node *map, enum nq_place in, bool live)
{
	const struct nq_keys_row *row;
	nq_node *key, *value;

	live = live && is_picked(c, map, in);
	if (in == NQ_IN_RESOURCE || in == NQ_IN_PROGRAM)
		c->since_known = c->record_known = true;
	for (size_t i = 0; nq_yaml_pair(&c->yaml, map, i, &key, &value); i++) {
		row = known_key(c, map, key, in, live);
		if (row == NULL)
			continue;
		check_twice(c, map, i, row, key);
		if (row->jsonpath && value->type == YAML_SCALAR_NODE)
			respell(value);
		check_pair(c, value, canonical(row), live);
	}
	if (in == NQ_IN_RESOURCE || in == NQ_IN_PROGRAM)
		c->since_known = c->record_known = false;
}

int
nq_plan_check(struct nq_config *c)
{
	nq_node *root = nq_yaml_root(&c->yaml);

	if (root == NULL)
		return nq_faults_add(&c->faults, c->yaml.path, 1, 1, "the file is empty");
	if (!nq_yaml_is_map(root))
		return nq_config_fault(c, root, "the file is a map with the key 'sources'");
	check_map(c, root, NQ_IN_FILE, true);
	return c->faults.n == 0 ? 0 : -1;
}
