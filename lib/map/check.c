#include "map/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "json/text.h"
#include "map/lex.h"

/* The findings so far; each brings its place, the line and a caret. */
struct checker {
	const struct nq_prog *p;
	const struct nq_schema *s;
	struct nq_buf found;
};

static void check_value(struct checker *, uint32_t i, uint32_t node);

static void
find(struct checker *c, uint32_t pos, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void
find(struct checker *c, uint32_t pos, const char *fmt, ...)
{
	char text[NQ_MAX_MESSAGE / 4];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c->found.len > 0)
		nq_buf_addc(&c->found, '\n');
	nq_lex_place(&c->found, c->p->file, nq_buf_str(&c->p->source), pos, false);
	nq_buf_addf(&c->found, "schema '%s': %s", c->s->name, text);
	nq_lex_place(&c->found, c->p->file, nq_buf_str(&c->p->source), pos, true);
}

/* === objects ================================================================================ */

/* The names of the schema's properties, decoded; the caller frees the list, the arena the rest. */
static const char **
names_of(const struct nq_schema *s, uint32_t node, struct nq_arena *arena)
{
	uint32_t list = s->node[node].properties, n = 0;
	const char **names = nq_calloc(s->doc.tok[list].n + 1, sizeof(*names));
	struct nq_value key;
	struct nq_str text;

	for (uint32_t i = list + 1; i < s->doc.tok[list].next; i = s->doc.tok[i + 1].next) {
		key = nq_value_token(&s->doc, i);
		if (nq_value_text(&key, arena, &text) == 0)
			names[n++] = nq_arena_copy(arena, text).p;
	}
	return names;
}

static void
unknown_member(struct checker *c, uint32_t i, uint32_t node, struct nq_str name)
{
	struct nq_arena arena = NQ_ARENA_INIT;
	const char **names, *near;

	if (c->s->node[node].properties == NQ_NONE) {
		find(c, c->p->ins[i].pos, "unknown member '%s'", name.p);
		return;
	}
	names = names_of(c->s, node, &arena);
	near = nq_str_nearest(name.p, names);
	if (near != NULL)
		find(c, c->p->ins[i].pos, "unknown member '%s', did you mean '%s'?", name.p, near);
	else
		find(c, c->p->ins[i].pos, "unknown member '%s'", name.p);
	free(names);
	nq_arena_free(&arena);
}

static void
check_members(struct checker *c, uint32_t i, uint32_t node)
{
	uint32_t n = c->p->ins[i].n, k = i + 1, property;
	struct nq_str name;

	for (; n > 0; n--, k = nq_prog_next(c->p, k)) {
		if (c->p->ins[k].op != NQ_OP_MEMBER)
			continue;
		name = c->p->consts[c->p->ins[k].arg].text;
		property = nq_schema_property(c->s, node, name);
		if (property != NQ_NONE)
			check_value(c, k + 1, property);
		else if (c->s->node[node].closed)
			unknown_member(c, k, node, name);
	}
}

static bool
writes(const struct nq_prog *p, uint32_t object, const struct nq_doc *d, uint32_t name)
{
	uint32_t n = p->ins[object].n, k = object + 1;

	for (; n > 0; n--, k = nq_prog_next(p, k))
		if (p->ins[k].op == NQ_OP_MEMBER &&
		    nq_doc_key_is(d, name, p->consts[p->ins[k].arg].text))
			return true;
	return false;
}

static void
check_required(struct checker *c, uint32_t i, uint32_t node)
{
	const struct nq_doc *d = &c->s->doc;
	uint32_t list = c->s->node[node].required;
	struct nq_str raw;

	if (list == NQ_NONE || c->p->ins[i].kind != 0)
		return;
	for (uint32_t k = list + 1; k < d->tok[list].next; k = d->tok[k].next) {
		if (writes(c->p, i, d, k))
			continue;
		raw = nq_doc_raw(d, k);
		find(c, c->p->ins[i].pos, "the required member %.*s is missing", (int)raw.n, raw.p);
	}
}

/* === values ================================================================================= */

/* Something with the type of the example, or the very value, against the schema. */
static void
check_example(struct checker *c, uint32_t i, uint32_t node, struct nq_str json, bool type_only)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_doc d;

	nq_doc_init(&d);
	if (nq_doc_parse(&d, json, &err) == 0 &&
	    (!type_only ? nq_schema_check_node(c->s, node, &d, 0, &err)
			: nq_schema_check_type(c->s, node, &d, 0, &err)) == -1)
		find(
		    c, c->p->ins[i].pos, "this value%s", err.msg[0] == ':' ? err.msg + 1 : err.msg);
	nq_doc_free(&d);
}

static void
check_items(struct checker *c, uint32_t i, uint32_t node)
{
	uint32_t items = c->s->node[node].items, n = c->p->ins[i].n, k = i + 1;

	check_example(c, i, node, nq_str("[]"), true);
	for (; items != NQ_NONE && n > 0; n--, k = nq_prog_next(c->p, k))
		check_value(c, k, items);
}

static void
check_const(struct checker *c, uint32_t i, uint32_t node)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_value_write(&c->p->consts[c->p->ins[i].arg], &b);
	check_example(c, i, node, nq_buf_str(&b), false);
	nq_buf_free(&b);
}

/* The operands from the first to before n: each of them may become the value. */
static void
check_branches(struct checker *c, uint32_t i, uint32_t first, uint32_t node)
{
	uint32_t k = i + 1;

	for (uint32_t n = 0; n < c->p->ins[i].n; n++, k = nq_prog_next(c->p, k))
		if (n >= first)
			check_value(c, k, node);
}

static void
check_value(struct checker *c, uint32_t i, uint32_t node)
{
	switch ((enum nq_op)c->p->ins[i].op) {
	case NQ_OP_OBJECT:
		check_example(c, i, node, nq_str("{}"), true);
		check_required(c, i, node);
		check_members(c, i, node);
		break;
	case NQ_OP_ARRAY:
		check_items(c, i, node);
		break;
	case NQ_OP_CONST:
		check_const(c, i, node);
		break;
	case NQ_OP_TEXT:
		check_example(c, i, node, nq_str("\"\""), true);
		break;
	case NQ_OP_CALC:
		check_example(c, i, node, nq_str("1"), true);
		break;
	case NQ_OP_AND:
	case NQ_OP_OR:
	case NQ_OP_NOT:
	case NQ_OP_COMPARE:
		check_example(c, i, node, nq_str("true"), true);
		break;
	case NQ_OP_DEFAULT:
	case NQ_OP_REQUIRED:
		check_branches(c, i, 0, node);
		break;
	case NQ_OP_IF:
	case NQ_OP_WHEN:
	case NQ_OP_FOR:
		check_branches(c, i, 1, node);
		break;
	default:
		break;
	}
}

int
nq_map_check(const struct nq_prog *p, const struct nq_schema *s, struct nq_err *err)
{
	struct checker c = {p, s, NQ_BUF_INIT};
	int rc = 0;

	check_value(&c, p->body, 0);
	if (c.found.len > 0)
		rc = nq_err_set(err, NQ_USAGE, "%s", c.found.data);
	nq_buf_free(&c.found);
	return rc;
}
