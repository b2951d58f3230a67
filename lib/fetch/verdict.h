#ifndef NQ_FETCH_VERDICT_H
#define NQ_FETCH_VERDICT_H

#include "fetch/page.h"

/*
 * --fail-if and --retry-if, PATH[=VALUE]: an API that tells its errors under a 200 tells them
 * somewhere in the page. Without VALUE anything there counts but null, false and the empty text;
 * of lists and objects it is not asked whether they are empty. What fails is NQ_FAIL, what is to be
 * tried again NQ_TEMPFAIL, like an answer of 503; where both fit, the page failed.
 */
struct nq_verdicts {
	const char *fail_if, *retry_if; /* NULL for none */
};

int nq_verdict_open(const struct nq_verdicts *, struct nq_page_spec *, struct nq_err *);

/*
 * After a page whose reading gave rc: rc, or -1 and what the page says. What it says goes before
 * another fault found in it, but for a page that came broken.
 */
int nq_verdict(const struct nq_verdicts *, const struct nq_page *, int rc, struct nq_err *);

#endif
