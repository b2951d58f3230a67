#include "plan/check.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "json/path.h"
#include "plan/keys.h"

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

static bool
is_choice(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
		p += *p == '|';
		if (strncmp(p, value, n) == 0 && (p[n] == '|' || p[n] == '\0') && n > 0)
			return true;
	}
	return false;
}

static void
check_choice(
    struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, const char *value)
{
	struct nq_buf known = NQ_BUF_INIT;

	if (!is_choice(row->choices, value)) {
		for (const char *p = row->choices; *p != '\0'; p++)
			nq_buf_adds(&known, *p == '|' ? ", " : (char[]){*p, '\0'});
		nq_config_fault(c, n, "%s '%s' is not known to this version; it knows %s",
		    row->name, value, known.data);
	}
	nq_buf_free(&known);
}

static void
check_jq_path(struct nq_config *c, const nq_node *n, const char *value)
{
	struct nq_path path;
	struct nq_err err = NQ_ERR_INIT;

	if (nq_path_parse(&path, nq_str(value), &err) == -1)
		nq_config_fault(c, n, "%s", err.msg);
	else
		nq_path_free(&path);
}

static void
check_file(struct nq_config *c, const nq_node *n)
{
	struct nq_buf path = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	if (nq_config_path(c, n, &path) == 0 && access(path.data, R_OK) == -1) {
		nq_err_set(&err, NQ_USAGE, "cannot read '%s':", path.data);
		nq_config_fault(c, n, "%s", err.msg);
	}
	nq_buf_free(&path);
}

/* What a plain value must look like. */
static void
check_plain(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, const char *value)
{
	uint64_t number;
	int64_t ms;

	switch (row->type) {
	case NQ_KEY_CHOICE:
		check_choice(c, n, row, value);
		break;
	case NQ_KEY_PATH:
		check_jq_path(c, n, value);
		break;
	case NQ_KEY_NUMBER:
		if (nq_cli_number(value, &number) == -1)
			nq_config_fault(c, n, "'%s' is a whole number, not '%s'", row->name, value);
		break;
	case NQ_KEY_DURATION:
		if (nq_cli_duration(value, &ms) == -1)
			nq_config_fault(c, n,
			    "'%s' is a duration, not '%s': write 30, 0.5, 250ms, 5m, 12h or 7d",
			    row->name, value);
		break;
	case NQ_KEY_BOOL:
		if (!is_choice("true|false", value))
			nq_config_fault(c, n, "'%s' is true or false, not '%s'", row->name, value);
		break;
	default:
		if (row->type == NQ_KEY_WORD && strchr(value, ',') != NULL)
			nq_config_fault(c, n, "'%s' cannot hold a comma", row->name);
		if (*value == '\0')
			nq_config_fault(c, n, "'%s' is empty", row->name);
		break;
	}
}

static void
check_secret(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row)
{
	struct nq_buf value = NQ_BUF_INIT;
	bool secret = false;

	if (nq_config_ref(c, n, NQ_REF_RAW, &value, &secret) == 0 && !secret)
		nq_config_fault(c, n,
		    "'%s' is written as a reference to a secret, for example ${secrets.%s} or "
		    "${ACME_TOKEN}, never as the secret itself",
		    row->name, row->name);
	nq_buf_free(&value);
}

/* A scalar of something that was picked. */
static void
check_value(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row)
{
	struct nq_buf value = NQ_BUF_INIT;

	if (n->type != YAML_SCALAR_NODE)
		wrong_type(c, n, row->name, nq_keys_type_name(row->type));
	else if (row->type == NQ_KEY_FILE)
		check_file(c, n);
	else if (row->type == NQ_KEY_SECRET)
		check_secret(c, n, row);
	else if (row->type == NQ_KEY_DEST || row->type == NQ_KEY_TEXT)
		nq_config_ref(c, n, NQ_REF_RAW, &value, NULL);
	else if (row->type != NQ_KEY_SHELL && nq_config_text(c, n, &value) == 0)
		check_plain(c, n, row, value.data);
	nq_buf_free(&value);
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
			nq_config_fault(c, key, "'%s' maps names to texts", row->name);
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
			check_value(c, n, row);
		return;
	}
	for (size_t i = 0; nq_yaml_item(&c->yaml, n, i, &item); i++)
		if (item->type != YAML_SCALAR_NODE)
			wrong_type(c, item, row->name, "a text or a list of texts");
		else if (live)
			check_value(c, item, row);
}

static void
check_sub(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, bool live)
{
	if (nq_yaml_is_map(n))
		check_map(c, n, row->map, live);
	else if (!row->short_form || n->type != YAML_SCALAR_NODE)
		wrong_type(c, n, row->name, row->short_form ? "a text or a map" : "a map");
	else if (live && row->map == NQ_IN_MAP)
		check_file(c, n);
	else if (live && row->map == NQ_IN_PAGES)
		check_value(c, n, nq_keys_find(NQ_IN_PAGES, nq_str("type")));
	else if (live)
		check_value(c, n, nq_keys_find(NQ_IN_SOURCE, nq_str("description")));
}

static void
check_list(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, bool live)
{
	nq_node *item;

	if (!nq_yaml_is_list(n)) {
		wrong_type(c, n, row->name, "a list");
		return;
	}
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
		check_free(c, value, row, live);
		break;
	case NQ_KEY_TEXTS:
		check_texts(c, value, row, live);
		break;
	default:
		if (live || value->type != YAML_SCALAR_NODE)
			check_value(c, value, row);
		break;
	}
}

static const struct nq_keys_row *
canonical(const struct nq_keys_row *row)
{
	return row->same_as != NULL ? nq_keys_find(row->in, nq_str(row->same_as)) : row;
}

/* The row of pair i's key, after telling what is wrong with it; NULL when it has none. */
static const struct nq_keys_row *
known_key(struct nq_config *c, const nq_node *key, enum nq_place in)
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
	if (row == NULL) {
		nq_keys_hint(in, name, &hint);
		nq_config_fault(c, key, "unknown key '%.*s'%s", (int)name.n, name.p, hint.data);
	} else if (row->refused) {
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
	nq_node *enabled = nq_keys_get(&c->yaml, map, in, "enabled");
	struct nq_buf resource = NQ_BUF_INIT;
	bool picked = true;

	if (in == NQ_IN_SOURCE) {
		if (enabled != NULL && enabled->type == YAML_SCALAR_NODE &&
		    nq_str_is(nq_yaml_text(enabled), "false"))
			return false;
		if (name_of(c, map, in, &c->source))
			picked = nq_config_picks_source(c, nq_buf_str(&c->source));
	} else if (in == NQ_IN_RESOURCE && name_of(c, map, in, &resource)) {
		picked = nq_config_picks(c, nq_buf_str(&c->source), nq_buf_str(&resource));
	}
	nq_buf_free(&resource);
	return picked;
}

static void
check_map(struct nq_config *c, const nq_node *map, enum nq_place in, bool live)
{
	const struct nq_keys_row *row;
	nq_node *key, *value;

	live = live && is_picked(c, map, in);
	if (in == NQ_IN_RESOURCE)
		c->since_known = true;
	for (size_t i = 0; nq_yaml_pair(&c->yaml, map, i, &key, &value); i++) {
		row = known_key(c, key, in);
		if (row == NULL)
			continue;
		check_twice(c, map, i, row, key);
		if (live && row->idle)
			nq_log(NQ_LOG_WARN, NULL, "%s:%zu:%zu: '%s' has no effect in this version",
			    c->yaml.path, nq_yaml_line(key), nq_yaml_column(key), row->name);
		check_pair(c, value, canonical(row), live);
	}
	if (in == NQ_IN_RESOURCE)
		c->since_known = false;
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
