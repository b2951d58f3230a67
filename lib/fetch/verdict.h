#ifndef NQ_FETCH_VERDICT_H
#define NQ_FETCH_VERDICT_H

#include "fetch/page.h"

/*
 * --fail-if PATH[=VALUE]: an API that tells its errors under a 200 tells them somewhere in the
 * page. Without VALUE anything there counts but null, false and the empty text; of lists and
 * objects it is not asked whether they are empty.
 */
int nq_verdict_open(struct nq_page_spec *, const char *text, struct nq_err *);

/*
 * After a page whose reading gave rc: rc, or -1 and what the page says. What it says goes before
 * another fault found in it, but for a page that came broken.
 */
int nq_verdict(const struct nq_page *, const char *text, int rc, struct nq_err *);

#endif
