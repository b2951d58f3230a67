#ifndef NQ_LOAD_COLUMNS_H
#define NQ_LOAD_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

/*
 * The columns of the destination and the members of the records, brought together. Where the
 * destination folds case, two members that differ in nothing else are an error: one of them would
 * overwrite the other. Indices stay the same for the whole run.
 */
struct nq_column {
	char *name;	/* as the destination spells it */
	char *member;	/* as the records spell it, once one came */
	size_t len;	/* of both */
	const char *as; /* what --column asked for, or NULL */
	uint32_t takes; /* classes that it holds unchanged */
	uint32_t seen;	/* classes in this batch */
	int kind;	/* the destination's own */
	bool exists;	/* in the destination */
	bool key, bound;
	bool optional; /* as a part of the key: absent and null stand for the server's default */
	bool told;     /* that its values are discarded */
};

struct nq_columns {
	struct nq_column *v;
	uint32_t n, cap;
	uint32_t key[NQ_MAX_KEYS], nkeys; /* in the order of --key */
	bool folds;			  /* ASCII case does not count */
	bool known; /* the destination is there, and exists tells what it has */
	uint32_t *slot;
	uint32_t nslot;
};

void nq_columns_init(struct nq_columns *);
void nq_columns_free(struct nq_columns *);

/* The column of that name, a new one if need be; it does not bind the name to a member. */
uint32_t nq_columns_named(struct nq_columns *, struct nq_str);

/* The same as a pointer, good until the next column comes. */
struct nq_column *nq_columns_get(struct nq_columns *, struct nq_str);

/* The column of a member of a record; *col. -1: it folds to one that another member has. */
int nq_columns_member(struct nq_columns *, struct nq_str, uint32_t *col, struct nq_err *);

/* Makes a column part of the key. -1: too many parts. */
int nq_columns_key(struct nq_columns *, struct nq_str, bool optional, struct nq_err *);

/* Forgets what a batch brought. */
void nq_columns_next_batch(struct nq_columns *);

/* Whether the destination shall have it: it is a key, asked for, or has a value. */
bool nq_column_wanted(const struct nq_column *);

/* Whether any is: a table without a column waits for the first value. */
bool nq_columns_wanted(const struct nq_columns *);

/* Whether the batch has values that it does not hold unchanged. */
bool nq_column_too_narrow(const struct nq_column *);

#endif
