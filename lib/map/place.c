#include "map/place.h"

#include <string.h>

enum { WIDEST = 160 }; /* bytes of a line that are shown */

static size_t
line_start(struct nq_str s, size_t pos)
{
	while (pos > 0 && s.p[pos - 1] != '\n')
		pos--;
	return pos;
}

static unsigned
column_of(struct nq_str s, size_t start, size_t pos)
{
	unsigned n = 1;

	for (size_t i = start; i < pos; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static unsigned
line_of(struct nq_str s, size_t pos)
{
	unsigned n = 1;

	for (size_t i = 0; i < pos; i++)
		n += s.p[i] == '\n';
	return n;
}

/* Of a long line what is around the place; whole characters. */
static struct nq_str
shown(struct nq_str line, size_t pos)
{
	size_t from = pos > WIDEST / 2 ? pos - WIDEST / 2 : 0, end = from + WIDEST;

	if (line.n <= WIDEST)
		return line;
	end = end < line.n ? end : line.n;
	while (from < pos && ((unsigned char)line.p[from] & 0xc0) == 0x80)
		from++;
	while (end > pos && end < line.n && ((unsigned char)line.p[end] & 0xc0) == 0x80)
		end--;
	return (struct nq_str){line.p + from, end - from};
}

/* The caret stands under its character: a tab and everything else is one blank wide. */
static void
add_line(struct nq_buf *b, struct nq_str s, size_t start, size_t pos)
{
	const char *nl = start < s.n ? memchr(s.p + start, '\n', s.n - start) : NULL;
	struct nq_str line = {s.p + start, (nl != NULL ? (size_t)(nl - s.p) : s.n) - start};
	struct nq_str part = shown(line, pos - start);
	bool cut = part.p > line.p;

	nq_buf_adds(b, cut ? "\n  …" : "\n  ");
	for (size_t i = 0; i < part.n; i++)
		nq_buf_addc(b, part.p[i] == '\t' ? ' ' : part.p[i]);
	nq_buf_adds(b, part.p + part.n < line.p + line.n ? "…" : "");
	nq_buf_adds(b, cut ? "\n   " : "\n  ");
	for (const char *c = part.p; c < s.p + pos; c++)
		if (((unsigned char)*c & 0xc0) != 0x80)
			nq_buf_addc(b, ' ');
	nq_buf_addc(b, '^');
}

void
nq_place_add(const struct nq_place *p, struct nq_buf *b)
{
	size_t start = line_start(p->source, p->pos);

	nq_buf_addf(b, "%s:%u:%u: ", p->file, line_of(p->source, p->pos),
	    column_of(p->source, start, p->pos));
}

int
nq_place_fault(const struct nq_place *p, struct nq_faults *f, const char *text)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	nq_place_add(p, &b);
	nq_buf_adds(&b, text);
	add_line(&b, p->source, line_start(p->source, p->pos), p->pos);
	nq_err_set(&err, NQ_USAGE, "%s", b.data);
	nq_buf_free(&b);
	return nq_faults_take(f, &err);
}
