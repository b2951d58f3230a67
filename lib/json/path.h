#ifndef NQ_JSON_PATH_H
#define NQ_JSON_PATH_H

#include "base/err.h"
#include "base/limits.h"
#include "json/doc.h"

/*
 * Paths are jq's: .data  .a.b[0]  .[2]  ."odd key"  .a["odd key"]  and . for the whole. Negative
 * indices count from the end. .[] is only where a list is meant, and not part of a path here.
 */
struct nq_step {
	struct nq_str key; /* p is NULL for an index */
	int64_t index;
};

struct nq_path {
	struct nq_step step[NQ_MAX_PATH_STEPS];
	size_t n;
	char *text; /* owned: what the keys point into */
};

/* Reads the whole text; on -1 a usage error that tells where it stops being a path. */
int nq_path_parse(struct nq_path *, struct nq_str text, struct nq_err *);
void nq_path_free(struct nq_path *);

/* Adds a step to a path that is written: .name, or ."odd key" where the name needs quotes. */
void nq_path_add_key(struct nq_buf *, struct nq_str key);

/* The value at the path from the given token, or NQ_NONE. */
uint32_t nq_path_find(const struct nq_path *, const struct nq_doc *, uint32_t from);

#endif
