#ifndef NQ_MAP_READY_H
#define NQ_MAP_READY_H

#include "base/err.h"
#include "map/pattern.h"
#include "map/prog.h"
#include "map/lookup.h"

/*
 * What a call keeps from record to record because its argument is the same for each: it belongs
 * to the program.
 */
struct nq_ready {
	struct nq_pattern *pattern;
	struct nq_lookup *table;
};

void nq_ready_free(struct nq_ready *);

/*
 * For the function table: looks at the expression of the first argument. Where its value is known
 * it is made ready, where it is not nothing is. -1: it can never do.
 */
int nq_ready_text(const struct nq_prog *, uint32_t i, struct nq_ready *, struct nq_err *);
int nq_ready_time(const struct nq_prog *, uint32_t i, struct nq_ready *, struct nq_err *);
int nq_ready_pattern(const struct nq_prog *, uint32_t i, struct nq_ready *, struct nq_err *);
int nq_ready_lookup(const struct nq_prog *, uint32_t i, struct nq_ready *, struct nq_err *);

#endif
