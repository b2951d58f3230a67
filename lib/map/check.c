#include "map/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "json/text.h"
#include "map/func.h"
#include "map/types.h"

/* What is checked against what, and where findings go. */
struct checker {
	const struct nq_prog *p;
	const struct nq_schema *s;
	struct nq_faults *faults;
};

static void check_value(struct checker *, uint32_t i, uint32_t node);

static void
find(struct checker *c, uint32_t i, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void
find(struct checker *c, uint32_t i, const char *fmt, ...)
{
	char text[NQ_MAX_MESSAGE / 4];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	nq_prog_fault(c->p, c->faults, i, "schema '%s': %s", c->s->name, text);
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
		find(c, i, "unknown member '%s'", name.p);
		return;
	}
	names = names_of(c->s, node, &arena);
	near = nq_str_nearest(name.p, names);
	if (near != NULL)
		find(c, i, "unknown member '%s', did you mean '%s'?", name.p, near);
	else
		find(c, i, "unknown member '%s'", name.p);
	free(names);
	nq_arena_free(&arena);
}

static void
check_members(struct checker *c, uint32_t i, uint32_t node)
{
	uint32_t n = c->p->ins[i].n, k = i + 1, property;
	struct nq_schema_near near = {0, 0};
	struct nq_str name;

	for (; n > 0; n--, k = nq_prog_next(c->p, k)) {
		if (c->p->ins[k].op != NQ_OP_MEMBER)
			continue;
		name = c->p->consts[c->p->ins[k].arg].text;
		property = nq_schema_property(c->s, node, name, &near);
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
		find(c, i, "the required member %.*s is missing", (int)raw.n, raw.p);
	}
}

/* === values ================================================================================= */

/* A value of one of these types: is there one that the schema takes? Null counts if it is alone. */
static void
check_types(struct checker *c, uint32_t i, uint32_t node, nq_types types)
{
	nq_types takes = nq_schema_types_taken(c->s, node);
	struct nq_buf wants = NQ_BUF_INIT, is = NQ_BUF_INIT;

	types &= (nq_types)~NQ_TYPE(NQ_ABSENT);
	if ((types & ~NQ_TYPES_NONE) != 0)
		types &= (nq_types)~NQ_TYPES_NONE;
	if (types != 0 && (types & takes) == 0) {
		nq_schema_types_name(c->s, node, &wants);
		nq_types_name(types, &is);
		find(c, i, "this value must be %s, and is %s", wants.data, is.data);
	}
	nq_buf_free(&wants);
	nq_buf_free(&is);
}

static void
check_items(struct checker *c, uint32_t i, uint32_t node)
{
	uint32_t items = c->s->node[node].items, n = c->p->ins[i].n, k = i + 1;

	check_types(c, i, node, NQ_TYPE(NQ_ARRAY));
	for (; items != NQ_NONE && n > 0; n--, k = nq_prog_next(c->p, k))
		check_value(c, k, items);
}

static void
check_const(struct checker *c, uint32_t i, uint32_t node)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_doc d;

	nq_doc_init(&d);
	nq_value_write(&c->p->consts[c->p->ins[i].arg], &b);
	if (nq_doc_parse(&d, nq_buf_str(&b), &err) == 0 &&
	    nq_schema_check_node(c->s, node, &d, 0, &err) == -1)
		find(c, i, "this value%s", err.msg[0] == ':' ? err.msg + 1 : err.msg);
	nq_doc_free(&d);
	nq_buf_free(&b);
}

/* The operands from the first on: each of them may become the value. */
static void
check_branches(struct checker *c, uint32_t i, uint32_t first, uint32_t node)
{
	uint32_t k = i + 1;

	for (uint32_t n = 0; n < c->p->ins[i].n; n++, k = nq_prog_next(c->p, k))
		if (n >= first)
			check_value(c, k, node);
}

/* Some functions hand on what an argument gives. */
static void
check_call(struct checker *c, uint32_t i, uint32_t node)
{
	const char *name = nq_functions[c->p->ins[i].arg].name;
	uint32_t argument = nq_prog_next(c->p, i + 1);
	size_t before = c->faults->n;

	check_types(c, i, node, nq_types_of(c->p, i));
	if (c->faults->n > before)
		return;
	if (nq_str_is(nq_str(name), "map") && c->s->node[node].items != NQ_NONE)
		check_value(c, argument, c->s->node[node].items);
	else if (nq_str_is(nq_str(name), "default"))
		check_value(c, argument, node);
	else if (nq_str_is(nq_str(name), "lookup") && c->p->ins[i].n == 3)
		check_value(c, nq_prog_next(c->p, argument), node);
}

static void
check_value(struct checker *c, uint32_t i, uint32_t node)
{
	switch ((enum nq_op)c->p->ins[i].op) {
	case NQ_OP_OBJECT:
		check_types(c, i, node, NQ_TYPE(NQ_OBJECT));
		check_required(c, i, node);
		check_members(c, i, node);
		break;
	case NQ_OP_ARRAY:
		check_items(c, i, node);
		break;
	case NQ_OP_CONST:
		check_const(c, i, node);
		break;
	case NQ_OP_CALL:
		check_call(c, i, node);
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
		check_types(c, i, node, nq_types_of(c->p, i));
		break;
	}
}

int
nq_map_check(const struct nq_prog *p, const struct nq_schema *s, struct nq_faults *faults)
{
	struct checker c = {p, s, faults};

	check_value(&c, p->body, 0);
	return faults->n > 0 ? -1 : 0;
}
