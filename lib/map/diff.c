#include "map/diff.h"

#include "json/path.h"
#include "map/value.h"

enum { LONGEST = 200 };

static void differ(struct nq_diff *, uint32_t want, uint32_t got);

static void
add_value(struct nq_buf *b, const struct nq_doc *d, uint32_t i)
{
	struct nq_str raw;

	if (i == NQ_NONE) {
		nq_buf_adds(b, "nothing");
		return;
	}
	raw = nq_doc_raw(d, i);
	if (raw.n <= LONGEST) {
		nq_buf_addstr(b, raw);
		return;
	}
	for (raw.n = LONGEST; ((unsigned char)raw.p[raw.n] & 0xc0) == 0x80;)
		raw.n--;
	nq_buf_addstr(b, raw);
	nq_buf_adds(b, "…");
}

static void
tell(struct nq_diff *d, uint32_t want, uint32_t got)
{
	if (++d->n > NQ_MAX_FAULTS)
		return;
	nq_buf_addf(d->out, "%s%s: expected ", d->indent, d->path.len > 0 ? d->path.data : ".");
	add_value(d->out, d->want, want);
	nq_buf_adds(d->out, ", got ");
	add_value(d->out, d->got, got);
	nq_buf_addc(d->out, '\n');
}

/* The members of one object; those that the other one has too are compared once. */
static void
differ_members(struct nq_diff *d, const struct nq_doc *of, uint32_t want, uint32_t got)
{
	uint32_t object = of == d->want ? want : got, x, y;
	struct nq_buf scratch = NQ_BUF_INIT;
	size_t before = d->path.len;
	struct nq_str key;

	for (uint32_t k = object + 1; k < of->tok[object].next; k = of->tok[k + 1].next) {
		if (nq_doc_string(of, k, &scratch, &key) == -1)
			key = nq_str("\xef\xbf\xbd");
		x = nq_doc_get(d->want, want, key);
		y = nq_doc_get(d->got, got, key);
		if (of == d->got && x != NQ_NONE)
			continue;
		nq_path_add_key(&d->path, key);
		differ(d, x, y);
		nq_buf_cut(&d->path, before);
	}
	nq_buf_free(&scratch);
}

static void
differ_items(struct nq_diff *d, uint32_t want, uint32_t got)
{
	const struct nq_tok *w = d->want->tok, *g = d->got->tok;
	uint32_t x = want + 1, y = got + 1;
	size_t before = d->path.len;

	for (unsigned i = 0; i < w[want].n || i < g[got].n; i++) {
		nq_buf_addf(&d->path, "[%u]", i);
		differ(d, i < w[want].n ? x : NQ_NONE, i < g[got].n ? y : NQ_NONE);
		nq_buf_cut(&d->path, before);
		x = i < w[want].n ? w[x].next : x;
		y = i < g[got].n ? g[y].next : y;
	}
}

static void
differ(struct nq_diff *d, uint32_t want, uint32_t got)
{
	enum nq_type type = nq_doc_type(d->want, want);
	struct nq_value a = nq_value_token(d->want, want), b = nq_value_token(d->got, got);
	struct nq_arena arena = NQ_ARENA_INIT;

	if (type == nq_doc_type(d->got, got) && type == NQ_OBJECT) {
		differ_members(d, d->want, want, got);
		differ_members(d, d->got, want, got);
	} else if (type == nq_doc_type(d->got, got) && type == NQ_ARRAY) {
		differ_items(d, want, got);
	} else if (type == NQ_ABSENT || !nq_value_same(&a, &b, &arena)) {
		tell(d, want, got);
	}
	nq_arena_free(&arena);
}

unsigned
nq_diff(struct nq_diff *d, uint32_t want, uint32_t got)
{
	d->path = (struct nq_buf)NQ_BUF_INIT;
	d->n = 0;
	differ(d, want, got);
	if (d->n > NQ_MAX_FAULTS)
		nq_buf_addf(d->out, "%sand %u more\n", d->indent, d->n - NQ_MAX_FAULTS);
	nq_buf_free(&d->path);
	return d->n;
}
