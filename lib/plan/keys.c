#include "plan/keys.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/table.h"

static const char *const places[] = {
    [NQ_IN_FILE] = "the file",
    [NQ_IN_SOURCE] = "a source",
    [NQ_IN_REST] = "rest_api",
    [NQ_IN_COMMAND] = "command",
    [NQ_IN_AUTH] = "auth",
    [NQ_IN_RETRY] = "retry",
    [NQ_IN_RESOURCE] = "a resource",
    [NQ_IN_ENDPOINT] = "endpoint",
    [NQ_IN_ACTION] = "response_actions",
    [NQ_IN_EACH] = "each",
    [NQ_IN_PROGRAM] = "a stream of a command",
    [NQ_IN_PAGES] = "pagination",
    [NQ_IN_DELTA] = "incremental",
    [NQ_IN_MAP] = "map",
    [NQ_IN_LOAD] = "load",
};

static const char *const types[] = {
    [NQ_KEY_TEXT] = "text",
    [NQ_KEY_WORD] = "word",
    [NQ_KEY_SECRET] = "secret",
    [NQ_KEY_SHELL] = "command",
    [NQ_KEY_CHOICE] = "choice",
    [NQ_KEY_KIND] = "choice",
    [NQ_KEY_PATH] = "path",
    [NQ_KEY_FILE] = "file",
    [NQ_KEY_OUTFILE] = "file to write",
    [NQ_KEY_DEST] = "destination",
    [NQ_KEY_NUMBER] = "number",
    [NQ_KEY_SIZE] = "size",
    [NQ_KEY_DURATION] = "duration",
    [NQ_KEY_BOOL] = "boolean",
    [NQ_KEY_TEXTS] = "texts",
    [NQ_KEY_FREE] = "map of texts",
    [NQ_KEY_STATUSES] = "map of statuses",
    [NQ_KEY_JSON] = "JSON",
    [NQ_KEY_MAP] = "map",
    [NQ_KEY_MAPS] = "list of maps",
};

const char *
nq_keys_place_name(enum nq_place in)
{
	return places[in];
}

const char *
nq_keys_type_name(enum nq_keys_type t)
{
	return types[t];
}

const struct nq_keys_row *
nq_keys_row(size_t i)
{
	return i < nq_keys_count ? &nq_keys_table[i] : NULL;
}

const struct nq_keys_row *
nq_keys_find(enum nq_place in, struct nq_str name)
{
	for (size_t i = 0; i < nq_keys_count; i++) {
		if (nq_keys_table[i].in != in || !nq_str_is(name, nq_keys_table[i].name))
			continue;
		return &nq_keys_table[i];
	}
	return NULL;
}

/* A name that is right elsewhere is more likely misplaced than misspelt. */
static const struct nq_keys_row *
find_elsewhere(struct nq_str name)
{
	for (size_t i = 0; i < nq_keys_count; i++)
		if (nq_str_is(name, nq_keys_table[i].name))
			return &nq_keys_table[i];
	return NULL;
}

/* A name but for its last letter is a slip, wherever it would be right. */
static bool
is_plural(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return n + 1 == m ? strncmp(a, b, n) == 0 : n == m + 1 && strncmp(a, b, m) == 0;
}

void
nq_keys_hint(enum nq_place in, struct nq_str name, struct nq_buf *out)
{
	const char *names[NQ_KEYS_MAX], *near;
	const struct nq_keys_row *other = find_elsewhere(name);
	char *word = nq_strndup(name.p, name.n);
	size_t n = 0;

	for (size_t i = 0; i < nq_keys_count; i++)
		if (nq_keys_table[i].in == in && !nq_keys_table[i].refused)
			names[n++] = nq_keys_table[i].name;
	names[n] = NULL;
	near = nq_str_nearest(word, names);
	if (other != NULL && (near == NULL || !is_plural(word, near)))
		nq_buf_addf(out, " in %s; it belongs in %s", places[in], places[other->in]);
	else if (near != NULL)
		nq_buf_addf(out, ", did you mean '%s'?", near);
	else
		nq_buf_addf(out, " in %s", places[in]);
	free(word);
}

nq_node *
nq_keys_look(struct nq_yaml *y, const nq_node *map, enum nq_place in, const char *name,
    const struct nq_keys_row **spelt)
{
	const struct nq_keys_row *row;
	nq_node *key, *value;

	if (map == NULL || !nq_yaml_is_map(map))
		return NULL;
	for (size_t i = 0; nq_yaml_pair(y, map, i, &key, &value); i++) {
		if (key->type != YAML_SCALAR_NODE)
			continue;
		row = nq_keys_find(in, nq_yaml_text(key));
		if (row == NULL ||
		    strcmp(row->same_as != NULL ? row->same_as : row->name, name) != 0)
			continue;
		if (spelt != NULL)
			*spelt = row;
		return value;
	}
	return NULL;
}

nq_node *
nq_keys_get(struct nq_yaml *y, const nq_node *map, enum nq_place in, const char *name)
{
	nq_node *value = nq_keys_look(y, map, in, name, NULL);

	return value != NULL && nq_yaml_is_null(value) ? NULL : value;
}
