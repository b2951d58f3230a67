#ifndef NQ_PLAN_PRINT_H
#define NQ_PLAN_PRINT_H

#include "base/buf.h"
#include "plan/plan.h"

/* A plan as text, added to the buffer. */

/* One JSON object on a line. */
void nq_print_json(const struct nq_plan *, struct nq_buf *);

/*
 * What nq-sync reads: bash assignments, a function pipeline that runs each stage by the function
 * stage and leaves their statuses in ended, and a call of nq_stream. Every word is quoted.
 */
void nq_print_shell(const struct nq_plan *, struct nq_buf *);

/* The pipeline for people: to be read, and pasted into a shell. */
void nq_print_pipeline(const struct nq_plan *, struct nq_buf *);

#endif
