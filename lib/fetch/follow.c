#include "fetch/follow.h"

#include <inttypes.h>

static inline uint32_t
advance(const struct nq_follow *t, const struct nq_follow_frame *f, struct nq_str key)
{
	const struct nq_path *path;
	const struct nq_step *step;
	uint32_t now = 0;
	size_t at;

	for (uint32_t left = f->through; left != 0; left &= left - 1) {
		int i = __builtin_ctz(left);

		path = t->want[i].path;
		at = t->depth - 1 - t->want[i].base;
		if (at >= path->n)
			continue;
		step = &path->step[at];
		if (f->is_array ? step->key.p == NULL && (step->index == (int64_t)f->index ||
							     step->index == NQ_FOLLOW_ANY)
				: nq_str_eq(step->key, key) && step->key.p != NULL)
			now |= 1u << i;
	}
	return now;
}

uint32_t
nq_follow_step(const struct nq_follow *t, struct nq_str key)
{
	return advance(t, &t->frame[t->depth - 1], key);
}

uint32_t
nq_follow_value(struct nq_follow *t, uint32_t top)
{
	struct nq_follow_frame *f;

	if (t->depth == 0)
		return top;
	f = &t->frame[t->depth - 1];
	if (!f->is_array)
		return f->now;
	f->now = f->through != 0 ? advance(t, f, (struct nq_str){NULL, 0}) : 0;
	f->index++;
	return f->now;
}

uint32_t
nq_follow_ends(const struct nq_follow *t, uint32_t now)
{
	uint32_t done = 0;

	for (uint32_t left = now; left != 0; left &= left - 1) {
		int i = __builtin_ctz(left);

		if (t->depth - t->want[i].base == t->want[i].path->n)
			done |= 1u << i;
	}
	return done;
}

/* Of the keys that paths want in the object that opens; most others are told by it at once. */
static uint64_t
lengths(const struct nq_follow *t, uint32_t through)
{
	const struct nq_path *path;
	uint64_t bits = 0;
	size_t at;

	for (uint32_t left = through; left != 0; left &= left - 1) {
		path = t->want[__builtin_ctz(left)].path;
		at = t->depth - t->want[__builtin_ctz(left)].base;
		if (at < path->n)
			bits |= UINT64_C(1) << path->step[at].key.n % 64;
	}
	return bits;
}

void
nq_follow_open(struct nq_follow *t, bool is_array, uint32_t through)
{
	uint64_t bits = is_array ? 0 : lengths(t, through);

	t->frame[t->depth++] = (struct nq_follow_frame){is_array, 0, through, 0, bits};
}

int
nq_follow_path(struct nq_path *p, struct nq_str text, struct nq_err *err)
{
	if (nq_path_parse(p, text, err) == -1)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		if (p->step[i].key.p != NULL || p->step[i].index >= 0)
			continue;
		nq_path_free(p);
		return nq_err_set(err, NQ_USAGE,
		    "'%.*s' counts from the end, which is not known while a page comes in",
		    (int)text.n, text.p);
	}
	return 0;
}

void
nq_follow_show(const struct nq_path *p, struct nq_buf *b)
{
	nq_buf_adds(b, p->n == 0 || p->step[0].key.p == NULL ? "." : "");
	for (size_t i = 0; i < p->n; i++) {
		if (p->step[i].key.p == NULL)
			nq_buf_addf(b, "[%" PRId64 "]", p->step[i].index);
		else
			nq_path_add_key(b, p->step[i].key);
	}
}
