#include "plan/stages.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/num.h"
#include "json/text.h"
#include "plan/value.h"

/*
 * A body from YAML. What holds the lower bound is left out of a run that has none: a member, or
 * where that is in an item of a list the item, and what becomes empty by that.
 */
struct body {
	struct nq_config *c;
	bool bounded; /* there is a lower bound */
	struct nq_buf out;
	unsigned depth;
};

enum wrote { FAULT = -1, GONE, WROTE };

static enum wrote put(struct body *, const nq_node *, bool item);

/* What is not quoted and reads like JSON is of its type; all else is a text. */
static void
put_text(struct body *b, const nq_node *n, struct nq_str text)
{
	bool plain = n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (nq_yaml_is_null(n))
		nq_buf_adds(&b->out, "null");
	else if (plain &&
		 (nq_num_valid(text) || nq_str_is(text, "true") || nq_str_is(text, "false")))
		nq_buf_addstr(&b->out, text);
	else
		nq_text_quote(&b->out, text);
}

static enum wrote
put_scalar(struct body *b, const nq_node *n)
{
	struct nq_buf text = NQ_BUF_INIT;
	enum wrote done = FAULT;

	if (nq_config_ref(b->c, n, NQ_REF_RAW, &text, NULL) == -1)
		done = FAULT;
	else if (!b->bounded && strstr(text.data, "${var.since}") != NULL)
		done = GONE;
	else
		done = WROTE, put_text(b, n, nq_buf_str(&text));
	nq_buf_free(&text);
	return done;
}

static enum wrote
put_list(struct body *b, const nq_node *list)
{
	size_t start = b->out.len, before, i, kept = 0;
	enum wrote done;
	nq_node *item;

	nq_buf_addc(&b->out, '[');
	for (i = 0; nq_yaml_item(&b->c->yaml, list, i, &item); i++) {
		before = b->out.len;
		nq_buf_adds(&b->out, kept > 0 ? "," : "");
		done = put(b, item, true);
		if (done == FAULT)
			return FAULT;
		if (done == GONE)
			nq_buf_cut(&b->out, before);
		kept += done == WROTE;
	}
	nq_buf_addc(&b->out, ']');
	if (i == 0 || kept > 0)
		return WROTE;
	nq_buf_cut(&b->out, start);
	return GONE;
}

static enum wrote
put_map(struct body *b, const nq_node *map, bool item)
{
	size_t start = b->out.len, before, i, kept = 0;
	nq_node *key, *value;
	enum wrote done;

	nq_buf_addc(&b->out, '{');
	for (i = 0; nq_yaml_pair(&b->c->yaml, map, i, &key, &value); i++) {
		if (key->type != YAML_SCALAR_NODE)
			return nq_config_fault(b->c, key, "a key is a text");
		before = b->out.len;
		nq_buf_adds(&b->out, kept > 0 ? "," : "");
		nq_text_quote(&b->out, nq_yaml_text(key));
		nq_buf_addc(&b->out, ':');
		done = put(b, value, false);
		if (done == FAULT)
			return FAULT;
		if (done == GONE && item && value->type == YAML_SCALAR_NODE)
			kept = 0;
		if (done == GONE)
			nq_buf_cut(&b->out, before);
		if (done == GONE && item && value->type == YAML_SCALAR_NODE)
			break;
		kept += done == WROTE;
	}
	nq_buf_addc(&b->out, '}');
	if (kept > 0 || !nq_yaml_pair(&b->c->yaml, map, 0, &key, &value))
		return WROTE;
	nq_buf_cut(&b->out, start);
	return GONE;
}

/* Anchors can make a small file mean a large text, or one without end. */
static enum wrote
put(struct body *b, const nq_node *n, bool item)
{
	enum wrote done;

	if (b->depth == NQ_MAX_DEPTH || b->out.len > NQ_MAX_CONFIG)
		return nq_config_fault(b->c, n, "the body is too large or too deep");
	b->depth++;
	if (n->type == YAML_SCALAR_NODE)
		done = put_scalar(b, n);
	else if (nq_yaml_is_list(n))
		done = put_list(b, n);
	else
		done = put_map(b, n, item);
	b->depth--;
	return done;
}

/* The body as one word; *out stays empty when nothing is left of it. */
static int
render(struct nq_config *c, const nq_node *n, bool bounded, struct nq_buf *out)
{
	struct body b = {c, bounded, NQ_BUF_INIT, 0};
	enum wrote done = put(&b, n, false);

	if (done == WROTE)
		nq_buf_addstr(out, nq_buf_str(&b.out));
	nq_buf_free(&b.out);
	return done == FAULT ? -1 : 0;
}

static int
add_written(struct nq_asking *a, const nq_node *n)
{
	struct nq_buf text = NQ_BUF_INIT;
	bool later;
	int rc = render(a->c, n, true, &text);

	later = rc == 0 && strstr(text.data, "${var.since}") != NULL;
	if (rc == 0) {
		nq_words_add(later ? &a->stage->since : &a->stage->words, "-d");
		nq_words_add(later ? &a->stage->since : &a->stage->words, text.data);
	}
	nq_buf_reset(&text);
	if (later)
		rc = render(a->c, n, false, &text);
	if (later && rc == 0) {
		nq_words_add(&a->stage->whole, "-d");
		nq_words_add(&a->stage->whole, text.len > 0 ? text.data : "{}");
	}
	nq_buf_free(&text);
	return rc;
}

/* @FILE, which nq-fetch reads. */
static int
add_file(struct nq_asking *a, nq_node *n)
{
	struct nq_buf path = NQ_BUF_INIT;
	int rc;

	if (nq_yaml_text(n).p[0] != '@')
		return nq_config_fault(
		    a->c, n, "the body is a map, a list, or a file by the name @FILE");
	rc = nq_config_text(a->c, n, &path);
	if (rc == 0)
		rc = nq_value_check_path(a->c, n, path.data + 1);
	nq_words_add(&a->stage->words, "-d");
	nq_words_addf(
	    &a->stage->words, "@%s%s", path.data[1] == '/' ? "" : a->c->dir, path.data + 1);
	nq_buf_free(&path);
	return rc;
}

int
nq_ask_body(struct nq_asking *a)
{
	nq_node *n = nq_resource_get(a->c, a->r, "json");
	nq_node *method = nq_resource_get(a->c, a->r, "method");

	if (nq_stage_method(a->c, method, n != NULL ? "POST" : "GET", &a->stage->words) == -1)
		return -1;
	if (n == NULL)
		return 0;
	return n->type == YAML_SCALAR_NODE ? add_file(a, n) : add_written(a, n);
}
