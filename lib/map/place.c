#include "map/place.h"

#include <string.h>

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

/* The caret stands under its character: a tab and everything else is one blank wide. */
static void
add_line(struct nq_buf *b, struct nq_str s, size_t start, size_t pos)
{
	const char *nl = start < s.n ? memchr(s.p + start, '\n', s.n - start) : NULL;
	size_t end = nl != NULL ? (size_t)(nl - s.p) : s.n;

	nq_buf_adds(b, "\n  ");
	for (size_t i = start; i < end; i++)
		nq_buf_addc(b, s.p[i] == '\t' ? ' ' : s.p[i]);
	nq_buf_adds(b, "\n  ");
	for (size_t i = start; i < pos; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
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
