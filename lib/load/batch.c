#include "load/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
nq_batch_init(struct nq_batch *b)
{
	memset(b, 0, sizeof(*b));
	b->text = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_batch_free(struct nq_batch *b)
{
	nq_buf_free(&b->text);
	free(b->cell);
	free(b->record);
	free(b->row);
	free(b->slot);
	nq_batch_init(b);
}

void
nq_batch_reset(struct nq_batch *b)
{
	nq_buf_reset(&b->text);
	b->ncells = b->nrecords = b->nrows = 0;
	if (b->nslot > 0)
		memset(b->slot, 0, b->nslot * sizeof(*b->slot));
}

static void *
grown(void *p, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap == 0 ? 256 : *cap * 2;
	return nq_reallocarray(p, *cap, size);
}

struct nq_cell *
nq_batch_cell(struct nq_batch *b)
{
	b->cell = grown(b->cell, b->ncells, &b->capcells, sizeof(*b->cell));
	return &b->cell[b->ncells++];
}

static uint32_t
hash_of(struct nq_str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h ^ h >> 15;
}

static struct nq_str
key_of(const struct nq_batch *b, uint32_t row)
{
	const struct nq_record *r = &b->record[b->row[row].first];

	return nq_batch_slice(b, r->key, r->keylen);
}

/* The slot of a key: the row that has it, or the empty one where it belongs. */
static uint32_t *
find_slot(const struct nq_batch *b, struct nq_str key)
{
	uint32_t at = hash_of(key) & (b->nslot - 1);

	while (b->slot[at] != 0 && !nq_str_eq(key_of(b, b->slot[at] - 1), key))
		at = (at + 1) & (b->nslot - 1);
	return &b->slot[at];
}

static void
more_slots(struct nq_batch *b)
{
	if (b->nslot > 2 * b->nrows)
		return;
	b->nslot = b->nslot == 0 ? 2048 : b->nslot * 2;
	free(b->slot);
	b->slot = nq_calloc(b->nslot, sizeof(*b->slot));
	for (uint32_t i = 0; i < b->nrows; i++)
		if (b->record[b->row[i].first].keylen > 0)
			*find_slot(b, key_of(b, i)) = i + 1;
}

static uint32_t
add_row(struct nq_batch *b, uint32_t record)
{
	const struct nq_record *r = &b->record[record];

	b->row = grown(b->row, b->nrows, &b->caprows, sizeof(*b->row));
	b->row[b->nrows] = (struct nq_batch_row){
	    r->cells, r->ncells, record, record, 1, record, r->delete, false};
	return b->nrows++;
}

/* Both cell lists merged into a new one; where both have a column, the later record wins. */
static void
merge_cells(struct nq_batch *b, struct nq_batch_row *row, const struct nq_record *late)
{
	uint32_t i = row->cells, iend = i + row->ncells, j = late->cells, jend = j + late->ncells;
	uint32_t from = b->ncells;
	struct nq_cell pick;

	while (i < iend || j < jend) {
		if (j == jend || (i < iend && b->cell[i].col < b->cell[j].col)) {
			pick = b->cell[i++];
		} else {
			i += i < iend && b->cell[i].col == b->cell[j].col;
			pick = b->cell[j++];
		}
		*nq_batch_cell(b) = pick;
	}
	row->cells = from;
	row->ncells = b->ncells - from;
}

static struct nq_str
version_of(const struct nq_batch *b, const struct nq_record *r)
{
	const struct nq_cell *c = &b->cell[r->cells + r->newer];

	return nq_batch_slice(b, c->text, c->textlen);
}

static bool
is_older(const struct nq_batch *b, const struct nq_record *r, const struct nq_record *than)
{
	return r->newer != UINT32_MAX && !nq_class_newer(version_of(b, r), version_of(b, than));
}

static void
fold(struct nq_batch *b, struct nq_batch_row *row, uint32_t record)
{
	struct nq_record *r = &b->record[record];

	b->record[row->last].next = record;
	row->last = record;
	row->nrecords++;
	if (is_older(b, r, &b->record[row->newer]))
		return;
	row->newer = record;
	row->delete = r->delete;
	merge_cells(b, row, r);
}

bool
nq_batch_take(struct nq_batch *b, const struct nq_record *r, bool may_fold)
{
	uint32_t *slot, record = b->nrecords;
	struct nq_batch_row *row;
	bool again;

	b->record = grown(b->record, b->nrecords, &b->caprecords, sizeof(*b->record));
	b->record[b->nrecords++] = *r;
	if (!may_fold || r->keylen == 0) {
		add_row(b, record);
		return false;
	}
	more_slots(b);
	slot = find_slot(b, nq_batch_slice(b, r->key, r->keylen));
	row = *slot != 0 ? &b->row[*slot - 1] : NULL;
	if (row != NULL && (!row->delete || r->delete || is_older(b, r, &b->record[row->newer]))) {
		fold(b, row, record);
		return true;
	}
	again = *slot != 0;
	*slot = add_row(b, record) + 1;
	b->row[*slot - 1].again = again;
	return false;
}

uint32_t
nq_batch_unfold(struct nq_batch *b, uint32_t record)
{
	return add_row(b, record);
}
