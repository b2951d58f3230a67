#include "state/table.h"

#include <stdlib.h>

#include "base/alloc.h"

void
nq_table_add(struct nq_table *t, struct nq_str s)
{
	struct nq_buf b = NQ_BUF_INIT;
	unsigned char c;

	for (size_t i = 0; i < s.n; i++) {
		c = (unsigned char)s.p[i];
		if (c < 0x20 || c == 0x7f)
			nq_buf_addf(&b, "\\x%02x", c);
		else
			nq_buf_addc(&b, (char)c);
	}
	if (b.len == 0)
		nq_buf_addc(&b, '-');
	t->cell = nq_reallocarray(t->cell, t->n + 1, sizeof(*t->cell));
	t->cell[t->n++] = nq_buf_take(&b);
}

/* Code points: good enough for names and instants. */
static size_t
width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static size_t
column_width(const struct nq_table *t, size_t column)
{
	size_t most = 0, w;

	for (size_t i = column; i < t->n; i += t->columns) {
		w = width(t->cell[i]);
		most = w > most ? w : most;
	}
	return most;
}

void
nq_table_format(const struct nq_table *t, struct nq_buf *b)
{
	size_t *wide, column;

	if (t->columns == 0)
		return;
	wide = nq_calloc(t->columns, sizeof(*wide));
	for (column = 0; column < t->columns; column++)
		wide[column] = column_width(t, column);
	for (size_t i = 0; i < t->n; i++) {
		column = i % t->columns;
		nq_buf_adds(b, t->cell[i]);
		if (column == t->columns - 1)
			nq_buf_addc(b, '\n');
		else
			nq_buf_addf(b, "%*s", (int)(wide[column] - width(t->cell[i]) + 2), "");
	}
	free(wide);
}

void
nq_table_free(struct nq_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cell[i]);
	free(t->cell);
	t->cell = NULL;
	t->n = 0;
}
