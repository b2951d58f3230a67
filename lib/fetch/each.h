#ifndef NQ_FETCH_EACH_H
#define NQ_FETCH_EACH_H

#include <stdint.h>

#include "base/ref.h"
#include "fetch/each_keep.h"
#include "fetch/pull.h"
#include "json/doc.h"
#include "json/lines.h"
#include "json/mark.h"

/*
 * A pull for each record on standard input (--each): ${record.x} in the URL and the query stands
 * for a member of that parent. Nothing of one pull is seen by the next, but what belongs to all:
 * the counts and limits, the watermark and its cap. The control lines of the parents end here.
 */
struct nq_each {
	struct nq_lines lines;
	struct nq_doc doc; /* the parent at hand */
	struct nq_tally tally;
	struct nq_each_keep keep;
	uint64_t parents;
	bool control;	   /* a control line is at hand, and waits */
	struct nq_err why; /* filled: why a reference to the parent has no value */
};

/* Adds the bag "record" to the references. The struct must stay where it is. */
int nq_each_open(struct nq_each *, struct nq_refs *, const struct nq_list *keep, size_t max_line,
    FILE *out, struct nq_err *);
void nq_each_free(struct nq_each *);

/*
 * The part of the URL before the first reference to a parent, filled in: scheme and host must
 * stand there, since credentials belong to an origin that no record may choose.
 */
int nq_each_base(
    const char *operand, const struct nq_refs *, struct nq_buf *, bool *secret, struct nq_err *);

/*
 * 1 and the next parent is at hand; 0 after the last, its stream proven whole; -1. idle: no pull of
 * an earlier parent is under way. While one is, a control line is not acted upon: then it is 2.
 */
int nq_each_next(struct nq_each *, bool idle, struct nq_err *);

/* Whether that is possible without waiting for input. */
bool nq_each_ready(const struct nq_each *);

/*
 * After references to the parent were filled in, with the outcome rc: tells in the parent's terms
 * why it could not be done. Refuses a URL in which a value would lead to another place.
 */
int nq_each_check(const struct nq_each *, int rc, const char *url, struct nq_err *);

/* Judges the sum after the last parent. */
int nq_each_conclude(struct nq_pull *sum, struct nq_err *);

/* Whether a control line came in: without one nobody knows that the parents are all. */
bool nq_each_marked(const struct nq_each *);

#endif
