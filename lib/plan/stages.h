#ifndef NQ_PLAN_STAGES_H
#define NQ_PLAN_STAGES_H

#include "plan/config.h"
#include "plan/plan.h"
#include "plan/resource.h"

/* Each adds its stage, or its part of one; -1 with a fault. */

/* nq-fetch, and before it the one of the parent, and of its parent. */
int nq_stage_fetch(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/* The program of a source of type command. */
int nq_stage_command(struct nq_config *, const struct nq_resource *, struct nq_plan *);
int
nq_stage_filter(struct nq_config *, const struct nq_resource *, const char *name, struct nq_plan *);
int nq_stage_map(struct nq_config *, const struct nq_resource *, struct nq_plan *);
int nq_stage_load(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/* The options of nq-cursor begin, and the lower bound; after the load stage. */
int nq_stage_begin(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/*
 * --window and --until: the upper bound of each pull, and for a backfill the row of its own. After
 * begin, whose lower bound it moves.
 */
int nq_stage_window(struct nq_config *, const struct nq_resource *, struct nq_plan *);

/* === parts of nq-fetch ====================================================================== */

/* The stage at hand, and what it asks for. */
struct nq_asking {
	struct nq_config *c;
	const struct nq_resource *r;
	struct nq_stage *stage;
	bool has_auth;
};

/* How to log in; before the headers, where Authorization may say it too. */
int nq_ask_auth(struct nq_asking *);
int nq_ask_headers(struct nq_asking *);
int nq_ask_query(struct nq_asking *);

/* The method and the body. */
int nq_ask_body(struct nq_asking *);

/* --paginate. */
int nq_ask_pages(struct nq_asking *);

/* A pair of an option; one that needs the lower bound is left out of a run that has none. */
void nq_ask_pair(
    struct nq_asking *, const char *option, struct nq_str name, const char *between, const char *);

/* === what stages are made of ================================================================ */

/* A new stage of this name. */
struct nq_stage *nq_stage_add(struct nq_plan *, const char *name, const char *tool);

/*
 * Adds the option of every key of the place whose row in the table has one, in the order of the
 * table, so that the same pipeline comes out however the file is sorted. Rows that another place
 * has too, unless that is -1, are left out.
 */
int nq_stage_options(
    struct nq_config *, const struct nq_view *, enum nq_place, int but_not_of, struct nq_words *);

/* NAME=VALUE, NAME:VALUE … for each pair of a map of texts; NULL is an empty one. */
int nq_stage_pairs(struct nq_config *, const nq_node *map, const char *option, const char *between,
    struct nq_words *);

/* -X, unless the method is the one that is taken anyway; method may be NULL. */
int
nq_stage_method(struct nq_config *, const nq_node *method, const char *usual, struct nq_words *);

/* The name in a pair NAME=VALUE of a kind, "parameter"; -1 with a fault. */
int nq_stage_name(struct nq_config *, const nq_node *key, const char *kind);

/*
 * The value of a header, or of a parameter of the query, with its references filled in; -1 with a
 * fault. A header that carries credentials has to hold a reference.
 */
int nq_stage_header(struct nq_config *, const nq_node *key, const nq_node *value, struct nq_buf *);
int nq_stage_param(struct nq_config *, const nq_node *key, const nq_node *value, struct nq_buf *);

/* --watermark-null and --no-watermark-cap, as the resource's incremental has them. */
void nq_stage_watermark(struct nq_config *, const struct nq_resource *, struct nq_words *);

/* --max-line, where the resource has it. */
int nq_stage_max_line(struct nq_config *, const struct nq_resource *, struct nq_words *);

/* Adds the files that the references in the stage need; force: there are some that do not show. */
void nq_stage_sources(struct nq_config *, struct nq_stage *, bool force);

#endif
