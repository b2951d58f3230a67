#include "json/dup.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "json/text.h"

enum { FEW = 16 };

struct key {
	struct nq_str name;
	uint32_t tok;
	char *owned; /* where the name had to be decoded */
};

static struct key
key_of(const struct nq_doc *d, uint32_t i)
{
	struct nq_str raw = {d->text + d->tok[i].off + 1, d->tok[i].len - 2};
	struct key k = {raw, i, NULL};
	struct nq_buf b = NQ_BUF_INIT;

	if (!d->tok[i].escaped)
		return k;
	if (nq_text_decode(raw, &b) == 0) {
		k.name.n = b.len;
		k.name.p = k.owned = nq_buf_take(&b);
	}
	nq_buf_free(&b);
	return k;
}

/* Equal names keep the order they stand in, so that the second one is found, not the first. */
static int
by_name(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int c = nq_str_cmp(x->name, y->name);

	return c != 0 ? c : (x->tok > y->tok) - (x->tok < y->tok);
}

static uint32_t
among_many(const struct nq_doc *d, uint32_t object)
{
	struct key *keys = nq_calloc(d->tok[object].n, sizeof(*keys));
	uint32_t found = NQ_NONE, n = 0;

	for (uint32_t i = object + 1; i < d->tok[object].next; i = d->tok[i + 1].next)
		keys[n++] = key_of(d, i);
	qsort(keys, n, sizeof(*keys), by_name);
	for (uint32_t i = 1; i < n && found == NQ_NONE; i++)
		if (nq_str_eq(keys[i - 1].name, keys[i].name))
			found = keys[i].tok;
	for (uint32_t i = 0; i < n; i++)
		free(keys[i].owned);
	free(keys);
	return found;
}

/* One of 64 for a plain key, from what is at hand: keys that differ in it are not the same. */
static unsigned
mix(const struct nq_doc *d, const struct nq_tok *t)
{
	const char *p = d->text + t->off;

	return (t->len * 7u + (unsigned char)p[1] * 5u + (unsigned char)p[t->len - 2]) % 64;
}

static uint32_t
before(const struct nq_doc *d, uint32_t object, uint32_t key)
{
	const struct nq_tok *t = d->tok;

	for (uint32_t i = object + 1; i < key; i = t[i + 1].next)
		if (t[i].len == t[key].len &&
		    memcmp(d->text + t[i].off, d->text + t[key].off, t[key].len) == 0)
			return key;
	return NQ_NONE;
}

/* A few plain keys need no table: a bit tells whether one like this was there before. */
static uint32_t
among_few(const struct nq_doc *d, uint32_t object)
{
	const struct nq_tok *t = d->tok;
	uint32_t end = t[object].next;
	uint64_t seen = 0, bit;

	for (uint32_t i = object + 1; i < end; i = t[i + 1].next) {
		if (t[i].escaped)
			return among_many(d, object);
		bit = UINT64_C(1) << mix(d, &t[i]);
		if ((seen & bit) != 0 && before(d, object, i) != NQ_NONE)
			return i;
		seen |= bit;
	}
	return NQ_NONE;
}

uint32_t
nq_dup_find(const struct nq_doc *d, uint32_t value)
{
	uint32_t found = NQ_NONE, end = d->tok[value].next;

	if (!d->alike)
		return NQ_NONE;
	for (uint32_t i = value; i < end && found == NQ_NONE; i++) {
		if (d->tok[i].type != NQ_OBJECT || d->tok[i].n < 2)
			continue;
		found = d->tok[i].n <= FEW ? among_few(d, i) : among_many(d, i);
	}
	return found;
}
