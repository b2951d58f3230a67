#include "load/columns.h"

#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "load/class.h"

void
nq_columns_init(struct nq_columns *c)
{
	memset(c, 0, sizeof(*c));
}

void
nq_columns_free(struct nq_columns *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		free(c->v[i].name);
		free(c->v[i].member);
	}
	free(c->v);
	free(c->slot);
	nq_columns_init(c);
}

static uint32_t
hash_of(struct nq_str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

/* Slots hold index + 1; at most half of them are taken. */
static void
put_slot(struct nq_columns *c, uint32_t col)
{
	struct nq_str member = {c->v[col].member, c->v[col].len};
	uint32_t at = hash_of(member) & (c->nslot - 1);

	while (c->slot[at] != 0)
		at = (at + 1) & (c->nslot - 1);
	c->slot[at] = col + 1;
}

static void
rehash(struct nq_columns *c)
{
	free(c->slot);
	c->nslot = c->nslot == 0 ? 64 : c->nslot;
	while (c->nslot < 4 * c->n)
		c->nslot *= 2;
	c->slot = nq_calloc(c->nslot, sizeof(*c->slot));
	for (uint32_t i = 0; i < c->n; i++)
		put_slot(c, i);
}

static uint32_t
exact(const struct nq_columns *c, struct nq_str name)
{
	const struct nq_column *col;
	uint32_t at;

	if (c->nslot == 0)
		return UINT32_MAX;
	at = hash_of(name) & (c->nslot - 1);
	for (; c->slot[at] != 0; at = (at + 1) & (c->nslot - 1)) {
		col = &c->v[c->slot[at] - 1];
		if (col->len == name.n && memcmp(col->member, name.p, name.n) == 0)
			return c->slot[at] - 1;
	}
	return UINT32_MAX;
}

/* Only for names that were not seen before: they are few. */
static uint32_t
folded(const struct nq_columns *c, struct nq_str name)
{
	for (uint32_t i = 0; c->folds && i < c->n; i++)
		if (c->v[i].len == name.n && strncasecmp(c->v[i].name, name.p, name.n) == 0)
			return i;
	return UINT32_MAX;
}

static uint32_t
add(struct nq_columns *c, struct nq_str name)
{
	struct nq_column *col;

	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 32 : c->cap * 2;
		c->v = nq_reallocarray(c->v, c->cap, sizeof(*c->v));
	}
	col = &c->v[c->n++];
	memset(col, 0, sizeof(*col));
	col->name = nq_strndup(name.p, name.n);
	col->member = nq_strndup(name.p, name.n);
	col->len = name.n;
	rehash(c);
	return c->n - 1;
}

uint32_t
nq_columns_named(struct nq_columns *c, struct nq_str name)
{
	uint32_t col = exact(c, name);

	if (col == UINT32_MAX)
		col = folded(c, name);
	return col != UINT32_MAX ? col : add(c, name);
}

struct nq_column *
nq_columns_get(struct nq_columns *c, struct nq_str name)
{
	uint32_t col = nq_columns_named(c, name);

	return &c->v[col];
}

int
nq_columns_member(struct nq_columns *c, struct nq_str name, uint32_t *col, struct nq_err *err)
{
	*col = exact(c, name);
	if (*col == UINT32_MAX)
		*col = folded(c, name);
	if (*col == UINT32_MAX) {
		if (c->n >= NQ_MAX_COLUMNS)
			return nq_err_set(
			    err, NQ_FAIL, "more than %d different members", NQ_MAX_COLUMNS);
		*col = add(c, name);
	}
	if (c->v[*col].bound && memcmp(c->v[*col].member, name.p, name.n) != 0)
		return nq_err_set(err, NQ_FAIL,
		    "the members '%s' and '%.*s' fold to one column: rename one of them",
		    c->v[*col].member, (int)name.n, name.p);
	if (!c->v[*col].bound && memcmp(c->v[*col].member, name.p, name.n) != 0) {
		memcpy(c->v[*col].member, name.p, name.n);
		rehash(c);
	}
	c->v[*col].bound = true;
	return 0;
}

int
nq_columns_key(struct nq_columns *c, struct nq_str name, bool optional, struct nq_err *err)
{
	uint32_t col = nq_columns_named(c, name);

	if (c->nkeys == NQ_MAX_KEYS)
		return nq_err_set(
		    err, NQ_USAGE, "option '--key': more than %d columns", NQ_MAX_KEYS);
	if (name.n == 0 || c->v[col].key)
		return nq_err_set(err, NQ_USAGE, "option '--key': the column '%.*s' %s",
		    (int)name.n, name.p, name.n == 0 ? "has no name" : "is named twice");
	c->v[col].key = true;
	c->v[col].optional = optional;
	c->key[c->nkeys++] = col;
	return 0;
}

void
nq_columns_next_batch(struct nq_columns *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		c->v[i].seen = 0;
}

bool
nq_column_wanted(const struct nq_column *c)
{
	return c->key || c->as != NULL || (c->seen & ~NQ_BIT(NQ_C_NULL)) != 0;
}

bool
nq_columns_wanted(const struct nq_columns *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (nq_column_wanted(&c->v[i]))
			return true;
	return false;
}

bool
nq_column_too_narrow(const struct nq_column *c)
{
	return c->exists && (c->seen & ~c->takes & ~NQ_BIT(NQ_C_NULL)) != 0;
}
