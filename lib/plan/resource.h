#ifndef NQ_PLAN_RESOURCE_H
#define NQ_PLAN_RESOURCE_H

#include <stdbool.h>

#include "plan/config.h"
#include "plan/keys.h"

/*
 * A resource with the maps that speak of it: its own, the "endpoint" in it, and the defaults of
 * its source. Who asks for a key gets the value of the first map that has it; null there says
 * that there shall be none.
 */
enum { NQ_VIEW_LEVELS = 6 };

/* Maps of which the first that has a key decides. */
struct nq_view {
	nq_node *map[NQ_VIEW_LEVELS];
	enum nq_place in[NQ_VIEW_LEVELS];
	size_t n;
};

/* map may be NULL; then nothing is added. */
void nq_view_add(struct nq_view *, nq_node *map, enum nq_place);

/* *spelt, if not NULL, is the row of the spelling that was used. */
nq_node *nq_view_look(
    struct nq_config *, const struct nq_view *, const char *name, const struct nq_keys_row **spelt);
nq_node *nq_view_get(struct nq_config *, const struct nq_view *, const char *name);

struct nq_resource {
	nq_node *source;
	nq_node *block; /* rest_api or command */
	nq_node *list;	/* of the resources */
	nq_node *self;
	enum nq_place in; /* of self: NQ_IN_RESOURCE, NQ_IN_PROGRAM */
	struct nq_view view;
	struct nq_view load; /* load is filled up key by key */
	nq_node *map;	     /* a map or a text; may be NULL, and so may the others */
	nq_node *delta, *endpoint;
};

/* Fills in what follows from source, block, list and self. */
void nq_resource_open(struct nq_config *, struct nq_resource *);

/* A key of the resource, wherever it is said. */
nq_node *nq_resource_get(struct nq_config *, const struct nq_resource *, const char *name);

/* The stream name; without one, as in Dango, the path with _ for /. -1 with a fault. */
int nq_resource_name(struct nq_config *, const struct nq_resource *, struct nq_buf *);

/* Names stand in file names, log lines and result lines. -1 with a fault. */
int nq_resource_check_name(struct nq_config *, const nq_node *at, const struct nq_buf *name);

/* Whether a source or resource is switched off. */
bool nq_resource_is_off(struct nq_config *, const nq_node *, enum nq_place);

/* The resource of this name in the same list; false when there is none. */
bool nq_resource_find(
    struct nq_config *, const struct nq_resource *, struct nq_str name, struct nq_resource *found);

/* The key each: the parent's name, and whether only those that changed are asked for. */
struct nq_parent {
	nq_node *at; /* NULL: there is no parent */
	struct nq_buf name;
	bool incremental;
};

int nq_parent_read(struct nq_config *, const struct nq_resource *, struct nq_parent *);

/* Whether a resource that was picked is pulled for each record of the one of this name. */
bool nq_parent_needed(struct nq_config *, struct nq_str name);

#endif
