#include "map/validate.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/decimal.h"
#include "base/num.h"
#include "map/format.h"
#include "map/letters.h"
#include "map/value.h"

const char *const nq_schema_types[] = {
    "null", "boolean", "number", "integer", "string", "array", "object", NULL};
const char *const nq_schema_bounds[] = {"minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", NULL};

enum { BIT_NULL, BIT_BOOLEAN, BIT_NUMBER, BIT_INTEGER, BIT_STRING, BIT_ARRAY, BIT_OBJECT };

/* What is checked where: a node of the schema and a token of the value. */
struct check {
	const struct nq_schema *s;
	const struct nq_schema_node *node;
	const struct nq_doc *doc;
	uint32_t tok;
	struct nq_err *err;
};

static int check(
    const struct nq_schema *, uint32_t node, const struct nq_doc *, uint32_t tok, struct nq_err *);

/* === types ================================================================================== */

static bool
is_whole(struct nq_str number)
{
	struct nq_buf b = NQ_BUF_INIT;
	const char *why;
	bool whole;

	if (memchr(number.p, '.', number.n) == NULL && memchr(number.p, 'e', number.n) == NULL &&
	    memchr(number.p, 'E', number.n) == NULL)
		return true;
	whole = nq_decimal_whole(number, &b, &why) == 0 && nq_num_cmp(number, nq_buf_str(&b)) == 0;
	nq_buf_free(&b);
	return whole;
}

static unsigned
types_of(const struct nq_doc *d, uint32_t tok)
{
	static const unsigned bits[] = {0, 1u << BIT_NULL, 1u << BIT_BOOLEAN, 1u << BIT_BOOLEAN,
	    1u << BIT_NUMBER, 1u << BIT_STRING, 1u << BIT_ARRAY, 1u << BIT_OBJECT};
	unsigned bit = bits[d->tok[tok].type];

	if (d->tok[tok].type == NQ_NUMBER && is_whole(nq_doc_raw(d, tok)))
		bit |= 1u << BIT_INTEGER;
	return bit;
}

uint8_t
nq_schema_types_taken(const struct nq_schema *s, uint32_t node)
{
	static const uint8_t taken[] = {1u << NQ_NULL, 1u << NQ_FALSE | 1u << NQ_TRUE,
	    1u << NQ_NUMBER, 1u << NQ_NUMBER, 1u << NQ_STRING, 1u << NQ_ARRAY, 1u << NQ_OBJECT};
	unsigned types = 0;

	for (unsigned i = 0; i < sizeof(taken); i++)
		if (s->node[node].types == 0 || (s->node[node].types & 1u << i) != 0)
			types |= taken[i];
	return (uint8_t)types;
}

void
nq_schema_types_name(const struct nq_schema *s, uint32_t node, struct nq_buf *b)
{
	for (unsigned i = 0; nq_schema_types[i] != NULL; i++)
		if ((s->node[node].types & 1u << i) != 0)
			nq_buf_addf(b, "%s%s", b->len > 0 ? " or " : "", nq_schema_types[i]);
}

static int
check_type(const struct check *c)
{
	struct nq_value v = nq_value_token(c->doc, c->tok);
	struct nq_buf b = NQ_BUF_INIT;

	if (c->node->types == 0 || (c->node->types & types_of(c->doc, c->tok)) != 0)
		return 0;
	nq_schema_types_name(c->s, (uint32_t)(c->node - c->s->node), &b);
	nq_err_set(c->err, NQ_FAIL, ": must be %s, and is %s", b.data, nq_value_type_name(&v));
	nq_buf_free(&b);
	return -1;
}

/* === values ================================================================================= */

static bool
same(const struct check *c, uint32_t of_schema)
{
	struct nq_value a = nq_value_token(&c->s->doc, of_schema);
	struct nq_value b = nq_value_token(c->doc, c->tok);
	struct nq_arena arena = NQ_ARENA_INIT;
	bool yes = nq_value_same(&a, &b, &arena);

	nq_arena_free(&arena);
	return yes;
}

static int
refuse(const struct check *c, const char *what, uint32_t of_schema)
{
	struct nq_str raw = nq_doc_raw(&c->s->doc, of_schema);

	return nq_err_set(
	    c->err, NQ_FAIL, ": must be %s %.*s", what, raw.n > 200 ? 200 : (int)raw.n, raw.p);
}

static int
check_listed(const struct check *c)
{
	const struct nq_tok *t = c->s->doc.tok;
	uint32_t list = c->node->enumeration, i;

	if (c->node->constant != NQ_NONE && !same(c, c->node->constant))
		return refuse(c, "exactly", c->node->constant);
	if (list == NQ_NONE)
		return 0;
	for (i = list + 1; i < t[list].next && !same(c, i);)
		i = t[i].next;
	return i < t[list].next ? 0 : refuse(c, "one of", list);
}

static bool
within(const struct check *c, unsigned bound, struct nq_str number)
{
	int order;

	if (c->node->bound[bound] == NQ_NONE)
		return true;
	order = nq_num_cmp(number, nq_doc_raw(&c->s->doc, c->node->bound[bound]));
	if (bound == 2 || bound == 3)
		return bound == 2 ? order > 0 : order < 0;
	return bound % 2 == 0 ? order >= 0 : order <= 0;
}

static int
check_bounds(const struct check *c, unsigned from, unsigned to, struct nq_str number)
{
	struct nq_str raw;

	for (unsigned i = from; i < to; i++) {
		if (within(c, i, number))
			continue;
		raw = nq_doc_raw(&c->s->doc, c->node->bound[i]);
		return nq_err_set(
		    c->err, NQ_FAIL, ": is beyond %s %.*s", nq_schema_bounds[i], (int)raw.n, raw.p);
	}
	return 0;
}

static int
check_count(const struct check *c, unsigned from, size_t n)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc;

	if (c->node->bound[from] == NQ_NONE && c->node->bound[from + 1] == NQ_NONE)
		return 0;
	nq_buf_addf(&b, "%zu", n);
	rc = check_bounds(c, from, from + 2, nq_buf_str(&b));
	nq_buf_free(&b);
	return rc;
}

static int
check_text(const struct check *c, struct nq_str s)
{
	const struct nq_schema_node *n = c->node;

	if (check_count(c, 4, nq_letter_count(s)) == -1)
		return -1;
	if (n->format != 0 && !nq_formats[n->format - 1].fits(s))
		return nq_err_set(c->err, NQ_FAIL, ": is not a %s", nq_formats[n->format - 1].name);
	if (n->pattern != NULL && !nq_pattern_found(n->pattern, s))
		return refuse(c, "like", n->pattern_tok);
	return 0;
}

static int
check_string(const struct check *c)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str s;
	int rc;

	if (nq_doc_string(c->doc, c->tok, &b, &s) == -1)
		rc = nq_err_set(c->err, NQ_FAIL, ": holds a lone surrogate");
	else
		rc = check_text(c, s);
	nq_buf_free(&b);
	return rc;
}

/* === containers ============================================================================= */

static int
unknown_member(const struct check *c, uint32_t key)
{
	struct nq_str raw = nq_doc_raw(c->doc, key);

	return nq_err_set(c->err, NQ_FAIL, ": has no member %.*s in the schema",
	    raw.n > 100 ? 100 : (int)raw.n, raw.p);
}

static int
check_members(const struct check *c)
{
	const struct nq_tok *t = c->doc->tok;
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str name;
	struct nq_schema_near near = {0, 0};
	uint32_t node, me = (uint32_t)(c->node - c->s->node);
	int rc = 0;

	for (uint32_t i = c->tok + 1; i < t[c->tok].next && rc == 0; i = t[i + 1].next) {
		if (nq_doc_string(c->doc, i, &b, &name) == -1)
			rc = nq_err_set(c->err, NQ_FAIL, ": a name holds a lone surrogate");
		if (rc == -1)
			break;
		node = nq_schema_property(c->s, me, name, &near);
		if (node == NQ_NONE && c->node->closed)
			rc = unknown_member(c, i);
		else if (node != NQ_NONE && check(c->s, node, c->doc, i + 1, c->err) == -1)
			rc = nq_err_at(c->err, ".%.*s", name.n > 100 ? 100 : (int)name.n, name.p);
	}
	nq_buf_free(&b);
	return rc;
}

static int
check_required(const struct check *c)
{
	const struct nq_tok *t = c->s->doc.tok;
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str name;
	uint32_t list = c->node->required, near = 0;
	int rc = 0;

	if (list == NQ_NONE)
		return 0;
	for (uint32_t i = list + 1; i < t[list].next && rc == 0; i = t[i].next) {
		if (nq_doc_string(&c->s->doc, i, &b, &name) == -1 ||
		    nq_doc_get_near(c->doc, c->tok, name, &near) != NQ_NONE)
			continue;
		rc = nq_err_set(
		    c->err, NQ_FAIL, ": the member '%.*s' is required", (int)name.n, name.p);
	}
	nq_buf_free(&b);
	return rc;
}

static int
check_items(const struct check *c)
{
	const struct nq_tok *t = c->doc->tok;
	unsigned index = 0;

	if (check_count(c, 6, t[c->tok].n) == -1)
		return -1;
	if (c->node->items == NQ_NONE)
		return 0;
	for (uint32_t i = c->tok + 1; i < t[c->tok].next; i = t[i].next, index++)
		if (check(c->s, c->node->items, c->doc, i, c->err) == -1)
			return nq_err_at(c->err, "[%u]", index);
	return 0;
}

static int
check(const struct nq_schema *s, uint32_t node, const struct nq_doc *d, uint32_t tok,
    struct nq_err *err)
{
	struct check c = {s, &s->node[node], d, tok, err};

	if (check_type(&c) == -1 || check_listed(&c) == -1)
		return -1;
	switch (d->tok[tok].type) {
	case NQ_NUMBER:
		return check_bounds(&c, 0, 4, nq_doc_raw(d, tok));
	case NQ_STRING:
		return check_string(&c);
	case NQ_ARRAY:
		return check_items(&c);
	case NQ_OBJECT:
		return check_required(&c) == -1 ? -1 : check_members(&c);
	default:
		return 0;
	}
}

int
nq_schema_check_node(const struct nq_schema *s, uint32_t node, const struct nq_doc *d, uint32_t tok,
    struct nq_err *err)
{
	return check(s, node, d, tok, err);
}

int
nq_schema_check(const struct nq_schema *s, const struct nq_doc *d, uint32_t tok, struct nq_err *err)
{
	if (check(s, 0, d, tok, err) == 0)
		return 0;
	return nq_err_at(err, "schema '%s': %s", s->name, err->msg[0] == ':' ? "the record" : "");
}

uint32_t
nq_schema_property(
    const struct nq_schema *s, uint32_t node, struct nq_str name, struct nq_schema_near *near)
{
	const struct nq_schema_node *n = &s->node[node];
	const struct nq_tok *t = s->doc.tok;
	bool found = false;

	if (n->properties == NQ_NONE)
		return n->rest;
	for (uint32_t left = t[n->properties].n; left > 0 && !found; left--) {
		if (near->tok == 0 || near->tok == t[n->properties].next)
			*near = (struct nq_schema_near){n->properties + 1, n->first_child};
		found = nq_doc_key_is(&s->doc, near->tok, name);
		near->tok = t[near->tok + 1].next;
		near->child++;
	}
	return found ? near->child - 1 : n->rest;
}
