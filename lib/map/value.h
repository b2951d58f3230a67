#ifndef NQ_MAP_VALUE_H
#define NQ_MAP_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json/doc.h"

/*
 * What an expression gives. Scalars carry their text: numbers and raw strings the slice they came
 * in, so that it leaves as it came; made strings their decoded bytes. Arrays and objects are
 * tokens of a document. Everything is borrowed, and lives as long as the record.
 */
struct nq_value {
	uint8_t type;	 /* enum nq_type */
	uint8_t raw;	 /* a string: text is its JSON spelling with the quotes */
	uint8_t escaped; /* a raw string with backslashes */
	uint32_t tok;	 /* arrays and objects */
	const struct nq_doc *doc;
	struct nq_str text; /* numbers and strings */
};

extern const struct nq_value nq_value_absent, nq_value_null;

struct nq_value nq_value_bool(bool);
struct nq_value nq_value_string(struct nq_str); /* decoded text, borrowed */
struct nq_value nq_value_number(struct nq_str);
struct nq_value nq_value_integer(struct nq_arena *, int64_t);
struct nq_value nq_value_token(const struct nq_doc *, uint32_t tok);

/* How messages call the type: "a string", "nothing" for absent … */
const char *nq_value_type_name(const struct nq_value *);

static inline bool
nq_value_true(const struct nq_value *v)
{
	return v->type >= NQ_TRUE;
}

/* The decoded text of a string. -1: it holds a lone surrogate. */
int nq_value_text(const struct nq_value *, struct nq_arena *, struct nq_str *);

/* Adds the JSON of a value that is not absent. -1: a string with a lone surrogate. */
int nq_value_write(const struct nq_value *, struct nq_buf *);

/* Whether two values are the same: numbers by value, objects whatever the order of members. */
bool nq_value_same(const struct nq_value *, const struct nq_value *, struct nq_arena *);

/* Order of two numbers or two strings (by code point). */
int nq_value_cmp(const struct nq_value *, const struct nq_value *, struct nq_arena *);

#endif
