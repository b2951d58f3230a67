#include "fetch/pager.h"

/* One request, whatever the answer says about more. */

static const struct nq_pager_key keys[] = {{NULL, NULL, NQ_KEY_TEXT}};

static int
open_none(struct nq_pager *p, struct nq_err *err)
{
	(void)p;
	(void)err;
	return 0;
}

static void
ask(const struct nq_pager *p, struct nq_url *u)
{
	(void)p;
	(void)u;
}

static int
next(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	(void)a;
	(void)err;
	return nq_pager_done(p, "a single page");
}

const struct nq_pager_kind nq_pager_none = {"none", keys, open_none, ask, next, false, NULL};
