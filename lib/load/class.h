#ifndef NQ_LOAD_CLASS_H
#define NQ_LOAD_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "json/doc.h"

/*
 * What a destination has to know of a JSON value to choose a column for it. The classes are bits,
 * so that a column can say which ones it holds unchanged, and a batch which ones it brings.
 */
enum nq_class {
	NQ_C_NULL,
	NQ_C_BOOL,
	NQ_C_INT,     /* a whole number that a double holds: up to 2^53 */
	NQ_C_LONG,    /* a whole number of 64 bits beyond that */
	NQ_C_DECIMAL, /* up to 15 digits, and a power of ten that a double holds: comes back equal
		       */
	NQ_C_BIG,     /* any other number: only its text keeps the digits */
	NQ_C_TEXT,
	NQ_C_NUMTEXT, /* a string that SQL would take for a number */
	NQ_C_JSON,    /* an object or array */
};

#define NQ_BIT(c) (1u << (c))
#define NQ_CLASS_NUMBERS \
	(NQ_BIT(NQ_C_INT) | NQ_BIT(NQ_C_LONG) | NQ_BIT(NQ_C_DECIMAL) | NQ_BIT(NQ_C_BIG))
#define NQ_CLASS_TEXTS (NQ_BIT(NQ_C_TEXT) | NQ_BIT(NQ_C_NUMTEXT) | NQ_BIT(NQ_C_JSON))

/* The class of a value: text is the JSON text of a number, the decoded text of a string. */
enum nq_class nq_class_of(enum nq_type, struct nq_str text);
const char *nq_class_name(enum nq_class); /* "a text", for messages */

int64_t nq_class_int(struct nq_str);   /* of INT or LONG */
double nq_class_double(struct nq_str); /* of DECIMAL, INT: exact in all its digits */

/*
 * Adds a spelling that is the same for all numbers of equal value: 7, 7.0 and 70e-1 are one key.
 * Exponents beyond 15 digits stay as they are.
 */
void nq_class_canonical(struct nq_str, struct nq_buf *);

/* Whether a is as new as b or newer: as instants, as numbers, else in byte order. */
bool nq_class_newer(struct nq_str a, struct nq_str b);

#endif
