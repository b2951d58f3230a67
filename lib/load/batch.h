#ifndef NQ_LOAD_BATCH_H
#define NQ_LOAD_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "load/class.h"

/*
 * The records between two commits. Every record keeps its text and its cells; a row is what is
 * written for it. Records with the same key share a row, into which they are folded member by
 * member in order; after a deletion a new row begins. All slices point into text, by offset,
 * because it grows.
 */
struct nq_cell {
	uint32_t col;
	uint32_t raw, rawlen;	/* the JSON value as it came */
	uint32_t text, textlen; /* a string decoded; else the same as raw */
	uint8_t class;		/* enum nq_class */
	uint8_t type;		/* enum nq_type */
};

struct nq_record {
	uint64_t line;
	uint32_t raw, rawlen;
	uint32_t cells, ncells;
	uint32_t key, keylen; /* keylen 0: it has none, and is folded with nothing */
	uint32_t newer;	      /* index of the --newer-by cell among its own, or UINT32_MAX */
	uint32_t next;	      /* in the same row, or UINT32_MAX */
	bool delete;
};

struct nq_batch_row {
	uint32_t cells, ncells; /* sorted by column */
	uint32_t first, last;	/* records */
	uint32_t nrecords;
	uint32_t newer; /* the record whose --newer-by value counts */
	bool delete;
	bool again; /* after a row that deletes the same key */
};

struct nq_batch {
	struct nq_buf text;
	struct nq_cell *cell;
	struct nq_record *record;
	struct nq_batch_row *row;
	uint32_t ncells, nrecords, nrows;
	uint32_t capcells, caprecords, caprows;
	uint32_t *slot; /* rows by key: index + 1 */
	uint32_t nslot;
};

void nq_batch_init(struct nq_batch *);
void nq_batch_free(struct nq_batch *);
void nq_batch_reset(struct nq_batch *);

/* The next cell of the record that is being built. */
struct nq_cell *nq_batch_cell(struct nq_batch *);

/*
 * Takes the record in: its cells are the last ones. fold: into the row of the same key, if there
 * is one. Returns whether it was folded.
 */
bool nq_batch_take(struct nq_batch *, const struct nq_record *, bool fold);

/* A row of its own for a record whose row was refused. Returns its index. */
uint32_t nq_batch_unfold(struct nq_batch *, uint32_t record);

static inline struct nq_str
nq_batch_slice(const struct nq_batch *b, uint32_t off, uint32_t len)
{
	return (struct nq_str){b->text.data + off, len};
}

#endif
