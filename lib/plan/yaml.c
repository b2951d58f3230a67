#include "plan/yaml.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/io.h"

/* Bytes that are no text have an offset instead of a mark. */
static int
bad_bytes(const struct nq_yaml *y, const yaml_parser_t *p, struct nq_err *err)
{
	size_t line = 1, at = p->problem_offset < y->text.len ? p->problem_offset : y->text.len;

	for (size_t i = 0; i < at; i++)
		line += y->text.data[i] == '\n';
	return nq_err_set(err, NQ_USAGE, "%s:%zu: not a text file: %s", y->path, line, p->problem);
}

static int
bad_syntax(const struct nq_yaml *y, const yaml_parser_t *p, struct nq_err *err)
{
	const char *context = p->context != NULL ? p->context : "not YAML";

	/* Without memory libyaml sometimes fails without saying what the error is. */
	if (p->error == YAML_MEMORY_ERROR || p->problem == NULL)
		return nq_err_set(err, NQ_TEMPFAIL, "%s: out of memory", y->path);
	if (p->error == YAML_READER_ERROR)
		return bad_bytes(y, p, err);
	return nq_err_set(err, NQ_USAGE, "%s:%zu:%zu: %s: %s", y->path, p->problem_mark.line + 1,
	    p->problem_mark.column + 1, context, p->problem);
}

/* Whatever follows the first document would be read by nobody. */
static int
nothing_more(const struct nq_yaml *y, yaml_parser_t *p, struct nq_err *err)
{
	yaml_document_t next;
	const nq_node *root;
	int rc = 0;

	if (yaml_parser_load(p, &next) == 0)
		return bad_syntax(y, p, err);
	root = yaml_document_get_root_node(&next);
	if (root != NULL)
		rc = nq_err_set(err, NQ_USAGE,
		    "%s:%zu:%zu: a second document: one file holds one list of sources", y->path,
		    nq_yaml_line(root), nq_yaml_column(root));
	yaml_document_delete(&next);
	return rc;
}

static int
load(struct nq_yaml *y, struct nq_err *err)
{
	yaml_parser_t p;
	int rc = -1;

	if (yaml_parser_initialize(&p) == 0)
		return nq_err_set(err, NQ_TEMPFAIL, "%s: out of memory", y->path);
	yaml_parser_set_input_string(&p, (const unsigned char *)y->text.data, y->text.len);
	y->open = yaml_parser_load(&p, &y->doc) != 0;
	if (!y->open)
		bad_syntax(y, &p, err);
	else if (yaml_document_get_root_node(&y->doc) == NULL)
		rc = 0;
	else
		rc = nothing_more(y, &p, err);
	yaml_parser_delete(&p);
	return rc;
}

int
nq_yaml_open(struct nq_yaml *y, const char *path, struct nq_err *err)
{
	y->path = path;
	y->text = (struct nq_buf)NQ_BUF_INIT;
	y->open = false;
	if (nq_io_read_file(path, NQ_MAX_CONFIG, &y->text, err) == -1) {
		err->status = NQ_USAGE;
		return -1;
	}
	return load(y, err);
}

void
nq_yaml_free(struct nq_yaml *y)
{
	if (y->open)
		yaml_document_delete(&y->doc);
	y->open = false;
	nq_buf_free(&y->text);
}

nq_node *
nq_yaml_root(struct nq_yaml *y)
{
	return yaml_document_get_root_node(&y->doc);
}

bool
nq_yaml_pair(struct nq_yaml *y, const nq_node *map, size_t i, nq_node **key, nq_node **value)
{
	const yaml_node_pair_t *pair = map->data.mapping.pairs.start + i;

	if (pair >= map->data.mapping.pairs.top)
		return false;
	*key = yaml_document_get_node(&y->doc, pair->key);
	*value = yaml_document_get_node(&y->doc, pair->value);
	return true;
}

bool
nq_yaml_item(struct nq_yaml *y, const nq_node *list, size_t i, nq_node **item)
{
	const yaml_node_item_t *at = list->data.sequence.items.start + i;

	if (at >= list->data.sequence.items.top)
		return false;
	*item = yaml_document_get_node(&y->doc, *at);
	return true;
}

bool
nq_yaml_text_at(struct nq_yaml *y, nq_node *n, size_t i, nq_node **text)
{
	if (n == NULL || nq_yaml_is_list(n))
		return n != NULL && nq_yaml_item(y, n, i, text);
	*text = n;
	return i == 0;
}

bool
nq_yaml_is_null(const nq_node *n)
{
	struct nq_str s;

	if (n->type != YAML_SCALAR_NODE || n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	s = nq_yaml_text(n);
	return s.n == 0 || nq_str_is(s, "~") || nq_str_is(s, "null");
}

/* libyaml frees what it holds by free(3). */
void
nq_yaml_set(nq_node *n, const char *text)
{
	char *copy = nq_strdup(text);

	free(n->data.scalar.value);
	n->data.scalar.value = (yaml_char_t *)copy;
	n->data.scalar.length = strlen(copy);
}
