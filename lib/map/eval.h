#ifndef NQ_MAP_EVAL_H
#define NQ_MAP_EVAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"
#include "map/prog.h"

/*
 * Runs a program over one record after the other. What an expression makes that is not in the
 * record lives in the arena, arrays and objects in made documents; all of it is given back before
 * the next record. A record that cannot be mapped is rejected: -1, and an error with the place
 * in the mapping.
 */
struct nq_made {
	struct nq_buf text;
	struct nq_doc doc;
};

struct nq_eval {
	const struct nq_prog *prog;
	size_t max; /* bytes of one output record */
	struct nq_value root, dot;
	struct nq_str
	    recent;	/* the member of the root that was looked for last; p is NULL for none */
	uint32_t found; /* and where it is */
	uint32_t near;	/* where the next one is looked for first */
	struct nq_value *vars; /* by slot */
	struct nq_buf *words;  /* by instruction: "name": of a member, the JSON of a constant */
	struct nq_arena arena;
	struct nq_made **made; /* reused from record to record */
	uint32_t nmade, made_cap;
	struct nq_buf *out; /* where emit writes */
	struct nq_err *err;
};

void nq_eval_init(struct nq_eval *, const struct nq_prog *, size_t max);
void nq_eval_free(struct nq_eval *);

/*
 * Maps the value at tok of the document, adding a line for each output record. 1 mapped,
 * 0 skipped by the mapping, -1 rejected; then out is as it was.
 */
int nq_eval_record(struct nq_eval *, const struct nq_doc *, uint32_t tok, struct nq_buf *out,
    uint64_t *written, struct nq_err *);

/* For the parts of the evaluator: the value of the expression at i. */
int nq_eval_value(struct nq_eval *, uint32_t i, struct nq_value *);

/* Writes the expression's JSON into e->out: 1 written, 0 it is absent, -1 rejected. */
int nq_eval_emit(struct nq_eval *, uint32_t i);

/* Rejects the record: place and message; returns -1. */
int nq_eval_reject(struct nq_eval *, uint32_t i, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* A fresh buffer for the text of an array or object, and its value when the text is there. */
struct nq_made *nq_eval_make(struct nq_eval *);
int nq_eval_made(struct nq_eval *, uint32_t i, struct nq_made *, struct nq_value *);

/* The decoded text of a string value, or a reject. */
int nq_eval_text(struct nq_eval *, uint32_t i, const struct nq_value *, struct nq_str *);

#endif
