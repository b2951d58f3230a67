#include "plan/stages.h"

#include <string.h>

#include "plan/value.h"

/* A built-in schema has a plain name; anything else is a file beside the connector file. */
static int
add_schema(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *n = nq_keys_get(&c->yaml, r->map, NQ_IN_MAP, "schema");
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	if (n == NULL)
		return 0;
	rc = nq_config_text(c, n, &text);
	if (rc == 0 && strpbrk(text.data, "./") != NULL) {
		nq_buf_reset(&text);
		nq_value_check_file(c, n);
		rc = nq_config_path(c, n, &text);
	}
	nq_words_add(w, "--schema");
	nq_words_add(w, text.data);
	nq_buf_free(&text);
	return rc;
}

static int
add_keys(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *file = nq_keys_get(&c->yaml, r->map, NQ_IN_MAP, "file");
	nq_node *text = nq_keys_get(&c->yaml, r->map, NQ_IN_MAP, "expression");
	struct nq_view v = {.n = 0};

	if ((file == NULL) == (text == NULL))
		return nq_config_fault(
		    c, r->map, "map has a 'file' or an 'expression': one of the two");
	if (text != NULL && memchr(nq_yaml_text(text).p, '\0', nq_yaml_text(text).n) != NULL)
		return nq_config_fault(c, text, "the mapping holds a NUL");
	nq_view_add(&v, r->map, NQ_IN_MAP);
	if (nq_stage_options(c, &v, NQ_IN_MAP, -1, w) == -1 || add_schema(c, r, w) == -1)
		return -1;
	return nq_stage_pairs(c, nq_keys_get(&c->yaml, r->map, NQ_IN_MAP, "args"), "--arg", "=", w);
}

int
nq_stage_map(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	struct nq_buf path = NQ_BUF_INIT;
	struct nq_words *w;
	int rc;

	if (r->map == NULL)
		return 0;
	w = &nq_stage_add(p, "map", "nq-map")->words;
	if (nq_yaml_is_map(r->map)) {
		rc = add_keys(c, r, w);
	} else {
		rc = nq_config_path(c, r->map, &path);
		nq_words_add(w, "-f");
		nq_words_add(w, path.data);
	}
	nq_buf_free(&path);
	return rc == 0 ? nq_stage_max_line(c, r, w) : -1;
}
