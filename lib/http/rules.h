#ifndef NQ_HTTP_RULES_H
#define NQ_HTTP_RULES_H

#include <stddef.h>

#include "base/cli.h"
#include "base/err.h"

/*
 * --on STATUS=WHAT: what an answer means that HTTP means otherwise. STATUS is a code or a class,
 * 404 or 5xx. A code goes before its class; of two equal ones the later counts.
 */
enum nq_rule_what {
	NQ_RULE_NONE,  /* what HTTP says */
	NQ_RULE_EMPTY, /* a page without records */
	NQ_RULE_FAIL,  /* never tried again */
	NQ_RULE_RETRY, /* tried again like a 503 */
	NQ_RULE_STOP,  /* the end of the pull, and no page */
};

struct nq_rules {
	unsigned char what[600]; /* by status; 0 is NQ_RULE_NONE */
};

/* Usage errors name the option. */
int nq_rules_read(struct nq_rules *, const struct nq_list *, struct nq_err *);

/* NULL has no rules. */
enum nq_rule_what nq_rules_find(const struct nq_rules *, long status);
const char *nq_rules_name(enum nq_rule_what);

#endif
