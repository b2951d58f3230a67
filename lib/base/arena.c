#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { BLOCK = 16 << 10 };

struct nq_arena_block {
	struct nq_arena_block *older;
	size_t len, cap;
	alignas(max_align_t) char data[];
};

static struct nq_arena_block *
new_block(struct nq_arena *a, size_t need)
{
	size_t cap = need > BLOCK ? need : BLOCK;
	struct nq_arena_block *b = nq_malloc(sizeof(*b) + cap);

	b->older = a->head;
	b->len = 0;
	b->cap = cap;
	a->head = b;
	return b;
}

void *
nq_arena_get(struct nq_arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);
	size_t need = (n + align - 1) / align * align;
	struct nq_arena_block *b = a->head;
	void *p;

	if (b == NULL || b->cap - b->len < need)
		b = new_block(a, need);
	p = b->data + b->len;
	b->len += need;
	a->used += need;
	return p;
}

struct nq_str
nq_arena_copy(struct nq_arena *a, struct nq_str s)
{
	char *p = nq_arena_get(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct nq_str){p, s.n};
}

void
nq_arena_reset(struct nq_arena *a)
{
	struct nq_arena_block *older;

	if (a->used == 0)
		return;
	while (a->head->older != NULL) {
		older = a->head->older;
		free(a->head);
		a->head = older;
	}
	a->head->len = 0;
	a->used = 0;
}

void
nq_arena_free(struct nq_arena *a)
{
	struct nq_arena_block *older;

	for (; a->head != NULL; a->head = older) {
		older = a->head->older;
		free(a->head);
	}
	a->used = 0;
}
