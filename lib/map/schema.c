#include "map/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/io.h"
#include "json/dup.h"
#include "map/builtin.h"
#include "map/format.h"
#include "map/validate.h"

/* The compiler's state: the schema and where in it the keyword at hand stands. */
struct reader {
	struct nq_schema *s;
	struct nq_err *err;
};

static int read_node(struct reader *, uint32_t tok, uint32_t at);

static int
bad(const struct reader *r, uint32_t tok, const char *why)
{
	struct nq_str raw = nq_doc_raw(&r->s->doc, tok);

	return nq_err_set(r->err, NQ_USAGE, "%s: byte %u: %.*s: %s", r->s->name,
	    r->s->doc.tok[tok].off + 1, raw.n > 60 ? 60 : (int)raw.n, raw.p, why);
}

static uint32_t
add_nodes(struct nq_schema *s, uint32_t n)
{
	struct nq_schema_node *node;
	uint32_t first = s->n;

	s->node = nq_reallocarray(s->node, s->n + n + 1, sizeof(*s->node));
	for (s->n += n; n > 0; n--) {
		node = &s->node[first + n - 1];
		memset(node, 0, sizeof(*node));
		node->properties = node->required = node->enumeration = NQ_NONE;
		node->constant = node->items = node->rest = NQ_NONE;
		memset(node->bound, 0xff, sizeof(node->bound));
	}
	return first;
}

/* === keywords =============================================================================== */

static int
add_type(struct reader *r, uint32_t tok, uint32_t at)
{
	for (unsigned i = 0; nq_schema_types[i] != NULL; i++) {
		if (nq_doc_type(&r->s->doc, tok) == NQ_STRING &&
		    nq_doc_key_is(&r->s->doc, tok, nq_str(nq_schema_types[i]))) {
			r->s->node[at].types |= 1u << i;
			return 0;
		}
	}
	return bad(r, tok, "not a type of JSON Schema");
}

static int
key_type(struct reader *r, uint32_t tok, uint32_t at)
{
	const struct nq_tok *t = r->s->doc.tok;

	if (t[tok].type != NQ_ARRAY)
		return add_type(r, tok, at);
	for (uint32_t i = tok + 1; i < t[tok].next; i = t[i].next)
		if (add_type(r, i, at) == -1)
			return -1;
	return 0;
}

static int
key_required(struct reader *r, uint32_t tok, uint32_t at)
{
	const struct nq_tok *t = r->s->doc.tok;

	if (t[tok].type != NQ_ARRAY)
		return bad(r, tok, "must be an array of names");
	for (uint32_t i = tok + 1; i < t[tok].next; i = t[i].next)
		if (t[i].type != NQ_STRING)
			return bad(r, i, "must be a name");
	r->s->node[at].required = tok;
	return 0;
}

static int
key_properties(struct reader *r, uint32_t tok, uint32_t at)
{
	uint32_t child;

	if (r->s->doc.tok[tok].type != NQ_OBJECT)
		return bad(r, tok, "must be an object");
	child = add_nodes(r->s, r->s->doc.tok[tok].n);
	r->s->node[at].properties = tok;
	r->s->node[at].first_child = child;
	for (uint32_t i = tok + 1; i < r->s->doc.tok[tok].next; i = r->s->doc.tok[i + 1].next)
		if (read_node(r, i + 1, child++) == -1)
			return -1;
	return 0;
}

static int
key_items(struct reader *r, uint32_t tok, uint32_t at)
{
	uint32_t child = add_nodes(r->s, 1);

	r->s->node[at].items = child;
	return read_node(r, tok, child);
}

static int
key_rest(struct reader *r, uint32_t tok, uint32_t at)
{
	enum nq_type type = nq_doc_type(&r->s->doc, tok);
	uint32_t child;

	r->s->node[at].closed = type == NQ_FALSE;
	if (type == NQ_FALSE || type == NQ_TRUE)
		return 0;
	child = add_nodes(r->s, 1);
	r->s->node[at].rest = child;
	return read_node(r, tok, child);
}

static int
key_enum(struct reader *r, uint32_t tok, uint32_t at)
{
	if (r->s->doc.tok[tok].type != NQ_ARRAY)
		return bad(r, tok, "must be an array of values");
	r->s->node[at].enumeration = tok;
	return 0;
}

static int
key_const(struct reader *r, uint32_t tok, uint32_t at)
{
	r->s->node[at].constant = tok;
	return 0;
}

static int
open_pattern(struct reader *r, uint32_t tok, uint32_t at, struct nq_str s)
{
	struct nq_schema_node *node = &r->s->node[at];
	struct nq_err why = NQ_ERR_INIT;

	node->pattern = nq_calloc(1, sizeof(*node->pattern));
	node->pattern_tok = tok;
	if (nq_pattern_open(node->pattern, s, &why) == 0)
		return 0;
	free(node->pattern);
	node->pattern = NULL;
	return bad(r, tok, why.msg);
}

static int
key_pattern(struct reader *r, uint32_t tok, uint32_t at)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str s;
	int rc;

	if (r->s->doc.tok[tok].type == NQ_STRING && nq_doc_string(&r->s->doc, tok, &b, &s) == 0)
		rc = open_pattern(r, tok, at, s);
	else
		rc = bad(r, tok, "must be a pattern");
	nq_buf_free(&b);
	return rc;
}

static int
key_format(struct reader *r, uint32_t tok, uint32_t at)
{
	for (uint8_t i = 0; nq_formats[i].name != NULL; i++) {
		if (nq_doc_type(&r->s->doc, tok) == NQ_STRING &&
		    nq_doc_key_is(&r->s->doc, tok, nq_str(nq_formats[i].name))) {
			r->s->node[at].format = (uint8_t)(i + 1);
			return 0;
		}
	}
	return bad(r, tok, "this format is not known: date, date-time, email, uri, uuid are");
}

static int
key_nothing(struct reader *r, uint32_t tok, uint32_t at)
{
	(void)r;
	(void)tok;
	(void)at;
	return 0;
}

static const struct {
	const char *name;
	int (*read)(struct reader *, uint32_t tok, uint32_t at);
} keywords[] = {
    {"type", key_type},
    {"required", key_required},
    {"properties", key_properties},
    {"additionalProperties", key_rest},
    {"items", key_items},
    {"enum", key_enum},
    {"const", key_const},
    {"pattern", key_pattern},
    {"format", key_format},
    {"$schema", key_nothing},
    {"$id", key_nothing},
    {"$comment", key_nothing},
    {"title", key_nothing},
    {"description", key_nothing},
    {"default", key_nothing},
    {"examples", key_nothing},
};

/* 1: not one of the bounds. */
static int
read_bound(struct reader *r, uint32_t key, uint32_t at)
{
	for (unsigned i = 0; nq_schema_bounds[i] != NULL; i++) {
		if (!nq_doc_key_is(&r->s->doc, key, nq_str(nq_schema_bounds[i])))
			continue;
		if (nq_doc_type(&r->s->doc, key + 1) != NQ_NUMBER)
			return bad(r, key, "must be a number");
		r->s->node[at].bound[i] = key + 1;
		return 0;
	}
	return 1;
}

static int
read_keyword(struct reader *r, uint32_t key, uint32_t at)
{
	int rc = read_bound(r, key, at);

	if (rc != 1)
		return rc;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (nq_doc_key_is(&r->s->doc, key, nq_str(keywords[i].name)))
			return keywords[i].read(r, key + 1, at);
	return bad(r, key, "this keyword of JSON Schema is not supported: see nq-map(1)");
}

static int
read_node(struct reader *r, uint32_t tok, uint32_t at)
{
	const struct nq_doc *d = &r->s->doc;
	int rc = 0;

	if (nq_doc_type(d, tok) == NQ_TRUE)
		return 0;
	if (nq_doc_type(d, tok) != NQ_OBJECT)
		return bad(r, tok, "a schema must be an object");
	for (uint32_t i = tok + 1; i < d->tok[tok].next && rc == 0; i = d->tok[i + 1].next)
		rc = read_keyword(r, i, at);
	return rc;
}

/* === opening ================================================================================ */

static const struct nq_builtin *
find_builtin(const char *name)
{
	for (const struct nq_builtin *b = nq_builtins; b->name != NULL; b++)
		if (nq_str_is(nq_str(name), b->name))
			return b;
	return NULL;
}

/* The text, and what it is called in the message when it is neither built in nor a file. */
static int
load(struct nq_schema *s, struct nq_err *err)
{
	const struct nq_builtin *b = find_builtin(s->name);

	if (b != NULL)
		nq_buf_add(&s->text, b->start, (size_t)(b->end - b->start));
	else if (nq_io_read_file(s->name, NQ_MAX_CONFIG, &s->text, err) == -1)
		return nq_err_at(err,
		    "'%s' is no built-in schema (supplier, organization, purchaseorder, "
		    "purchaseorderline, receipt, payment) and no file: ",
		    s->name);
	return 0;
}

static int
compile(struct nq_schema *s, struct nq_err *err)
{
	struct reader r = {s, err};
	uint32_t twice;

	if (nq_doc_parse(&s->doc, nq_buf_str(&s->text), err) == -1)
		return nq_err_at(err, "%s: ", s->name);
	twice = nq_dup_find(&s->doc, 0);
	if (twice != NQ_NONE)
		return bad(&r, twice, "stands twice in one object");
	return read_node(&r, 0, add_nodes(s, 1));
}

void
nq_schema_init(struct nq_schema *s)
{
	*s = (struct nq_schema){.text = NQ_BUF_INIT};
	nq_doc_init(&s->doc);
}

int
nq_schema_open(struct nq_schema *s, const char *name, struct nq_err *err)
{
	int rc;

	s->name = name;
	rc = load(s, err) == -1 ? -1 : compile(s, err);
	if (rc == -1)
		err->status = NQ_USAGE;
	return rc;
}

int
nq_schema_read(struct nq_schema *s, const char *name, struct nq_str text, struct nq_err *err)
{
	s->name = name;
	nq_buf_addstr(&s->text, text);
	return compile(s, err);
}

void
nq_schema_free(struct nq_schema *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->node[i].pattern != NULL)
			nq_pattern_close(s->node[i].pattern);
		free(s->node[i].pattern);
	}
	free(s->node);
	nq_doc_free(&s->doc);
	nq_buf_free(&s->text);
	nq_schema_init(s);
}
