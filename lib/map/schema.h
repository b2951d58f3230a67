#ifndef NQ_MAP_SCHEMA_H
#define NQ_MAP_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"
#include "map/pattern.h"

/*
 * A subset of JSON Schema (draft 2020-12): type, required, properties, additionalProperties,
 * items, enum, const, pattern, format (date, date-time, email, uri, uuid), minLength, maxLength,
 * minItems, maxItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum; $schema, $id, title,
 * description, default, examples and $comment say nothing about values. Any other keyword is an
 * error: a rule that is not kept must not look as if it were.
 *
 * The schema file is kept as a document; a node is one schema object in it, with the tokens of
 * its keywords. Node 0 is the root.
 */
struct nq_schema_node {
	uint32_t types;	     /* bit 1 << NQ_SCHEMA_…; 0: any */
	uint32_t properties; /* tokens of the schema document, or NQ_NONE */
	uint32_t required, enumeration, constant;
	uint32_t first_child;	    /* nodes of the properties, in their order */
	uint32_t items, rest;	    /* nodes, or NQ_NONE: of items, of additionalProperties */
	bool closed;		    /* additionalProperties: false */
	uint8_t format;		    /* 0: none, else 1 + row in the table */
	uint32_t bound[8];	    /* tokens of the bounds */
	struct nq_pattern *pattern; /* or NULL */
	uint32_t pattern_tok;
};

struct nq_schema {
	const char *name;
	struct nq_buf text;
	struct nq_doc doc;
	struct nq_schema_node *node;
	uint32_t n;
};

void nq_schema_init(struct nq_schema *);

/* A built-in name (supplier …) or a file. -1: a usage error. */
int nq_schema_open(struct nq_schema *, const char *name, struct nq_err *);
/* The same from a text; name is what messages call it. */
int nq_schema_read(struct nq_schema *, const char *name, struct nq_str, struct nq_err *);
void nq_schema_free(struct nq_schema *);

/* Checks the value at tok against the whole schema; the error tells where in the value. */
int nq_schema_check(const struct nq_schema *, const struct nq_doc *, uint32_t tok, struct nq_err *);

/*
 * The node of a property, or NQ_NONE when nothing is said of it. Members mostly come in the order
 * of the schema, so that each stands behind the one before: near, {0, 0} for the first of an
 * object, is where the search begins and where the next one shall.
 */
struct nq_schema_near {
	uint32_t tok, child;
};

uint32_t nq_schema_property(
    const struct nq_schema *, uint32_t node, struct nq_str name, struct nq_schema_near *near);

/* The types that a node takes, a bit 1 << enum nq_type each, and how messages call them. */
uint8_t nq_schema_types_taken(const struct nq_schema *, uint32_t node);
void nq_schema_types_name(const struct nq_schema *, uint32_t node, struct nq_buf *);

/* Checks one value of which the node is known; no place is told. */
int nq_schema_check_node(
    const struct nq_schema *, uint32_t node, const struct nq_doc *, uint32_t tok, struct nq_err *);

#endif
