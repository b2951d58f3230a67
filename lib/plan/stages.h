#ifndef NQ_PLAN_STAGES_H
#define NQ_PLAN_STAGES_H

#include "plan/config.h"
#include "plan/plan.h"

/* The maps that a resource is compiled from; NULL where the file has none. */
struct nq_resource {
	nq_node *source, *rest, *self;
	nq_node *endpoint;   /* the map form of the key endpoint */
	nq_node *load, *map; /* map may be a text */
	nq_node *delta;
};

/* A key of the resource itself or of its endpoint map; NULL when neither has it. */
nq_node *nq_resource_get(struct nq_config *, const struct nq_resource *, const char *name);

/* Each adds its stage; -1 with a fault. */
int nq_stage_fetch(struct nq_config *, const struct nq_resource *, struct nq_plan *);
int nq_stage_filter(struct nq_config *, const struct nq_resource *, struct nq_plan *);
int nq_stage_map(struct nq_config *, const struct nq_resource *, struct nq_plan *);
int nq_stage_load(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/* The options of nq-cursor begin, and the lower bound; after the load stage. */
int nq_stage_begin(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/*
 * --window and --until: the upper bound of each pull, and for a backfill the row of its own. After
 * begin, whose lower bound it moves.
 */
int nq_stage_window(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/* The stage with this name, new if need be. */
struct nq_words *nq_stage_add(struct nq_plan *, const char *name, const char *tool);

/* Adds the option of every key of the map whose row in the table has one. */
int nq_stage_options(struct nq_config *, const nq_node *map, int place, struct nq_words *);

/* Adds the files that the references in these words, and in some more, need. */
void nq_stage_sources(struct nq_config *, struct nq_words *, const struct nq_words *also);

#endif
