#ifndef NQ_FETCH_PROBE_H
#define NQ_FETCH_PROBE_H

#include "base/buf.h"
#include "base/err.h"
#include "fetch/page.h"

/*
 * A look at the first page, when nobody has said where its records are or how it goes on: which
 * arrays of objects there are, and which scalars, to a depth of four.
 */
enum { NQ_PROBE_LISTS = 16, NQ_PROBE_SCALARS = 96 };

struct nq_probe {
	enum nq_type top;
	struct nq_probe_list {
		struct nq_buf path; /* in jq's syntax */
		struct nq_buf name; /* its last key */
		uint32_t depth, items;
		bool of_objects; /* by its first item */
		bool has_rel;  /* some item is this page, or another one, by its rel or relation */
		bool has_href; /* some item says where it leads */
		uint32_t next; /* the item, from 1, whose rel or relation is next; 0: none */
	} list[NQ_PROBE_LISTS];
	size_t nlists;
	struct nq_probe_scalar {
		struct nq_buf path, name;
		uint32_t depth;
		struct nq_scalar value;
	} scalar[NQ_PROBE_SCALARS];
	size_t nscalars;
	struct nq_probe_parser *parser;
};

void nq_probe_init(struct nq_probe *);
void nq_probe_free(struct nq_probe *);
int nq_probe_data(void *ctx, const char *, size_t, struct nq_err *);

#endif
