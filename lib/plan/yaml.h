#ifndef NQ_PLAN_YAML_H
#define NQ_PLAN_YAML_H

#include <stdbool.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * A YAML file as libyaml's document, every node with its place. One document a file; anchors and
 * aliases are resolved by libyaml, so a node may be reached twice, but nothing is copied and
 * whoever walks goes only as deep as the table of keys. Nodes live as long as the document.
 */
struct nq_yaml {
	const char *path; /* borrowed, for messages */
	struct nq_buf text;
	yaml_document_t doc;
	bool open;
};

typedef yaml_node_t nq_node;

/* On -1 a usage error with the place. */
int nq_yaml_open(struct nq_yaml *, const char *path, struct nq_err *);
void nq_yaml_free(struct nq_yaml *);

/* NULL for an empty file. */
nq_node *nq_yaml_root(struct nq_yaml *);

/* The pairs of a map and the items of a list by number; false behind the last. */
bool nq_yaml_pair(struct nq_yaml *, const nq_node *map, size_t i, nq_node **key, nq_node **value);
bool nq_yaml_item(struct nq_yaml *, const nq_node *list, size_t i, nq_node **item);

/* The texts of a text or a list of texts by number; false behind the last, and for NULL. */
bool nq_yaml_text_at(struct nq_yaml *, nq_node *, size_t i, nq_node **text);

static inline bool
nq_yaml_is_map(const nq_node *n)
{
	return n->type == YAML_MAPPING_NODE;
}

static inline bool
nq_yaml_is_list(const nq_node *n)
{
	return n->type == YAML_SEQUENCE_NODE;
}

/* The text of a scalar as it was written, whatever YAML would make of it. */
static inline struct nq_str
nq_yaml_text(const nq_node *n)
{
	return (struct nq_str){(const char *)n->data.scalar.value, n->data.scalar.length};
}

/* A plain null, ~ or nothing: "key:" without a value. */
bool nq_yaml_is_null(const nq_node *);

/* Gives a scalar another text. */
void nq_yaml_set(nq_node *, const char *);

/* Line and column from 1. */
static inline size_t
nq_yaml_line(const nq_node *n)
{
	return n->start_mark.line + 1;
}

static inline size_t
nq_yaml_column(const nq_node *n)
{
	return n->start_mark.column + 1;
}

#endif
