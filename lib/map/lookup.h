#ifndef NQ_MAP_LOOKUP_H
#define NQ_MAP_LOOKUP_H

#include "base/err.h"
#include "json/doc.h"

/*
 * A lookup table: a JSON object of key and value, hashed by its keys, so that a table of a million
 * entries answers as fast as one of ten. It is read whole and never changes.
 */
struct nq_lookup {
	struct nq_buf text;
	struct nq_doc doc;
	uint32_t *slot; /* tokens of keys, 0 where free; a power of two */
	uint32_t mask;
};

void nq_lookup_init(struct nq_lookup *);
void nq_lookup_free(struct nq_lookup *);

/* A file of at most NQ_MAX_TABLE bytes, or a text; it must be one object, no key twice. */
int nq_lookup_open(struct nq_lookup *, const char *path, struct nq_err *);
int nq_lookup_read(struct nq_lookup *, struct nq_str, struct nq_err *);

/* The token of the key's value, or NQ_NONE. */
uint32_t nq_lookup_get(const struct nq_lookup *, struct nq_str key);

#endif
