#ifndef NQ_STATE_OUTSIDE_H
#define NQ_STATE_OUTSIDE_H

#include "json/settings.h"
#include "state/store.h"

/*
 * What a shared store takes from outside: references and the files they come from. An option that
 * is not given is that of the environment: NQ_STATE_SETTINGS, NQ_STATE_ENV_FILE, NQ_STATE_AUTH
 * and NQ_STATE_CUSTOMER_NUMBER, so that a wrapper need not pass them on.
 */
struct nq_outside {
	struct nq_refs refs;
	struct nq_settings settings;
};

int nq_outside_open(struct nq_outside *, const struct nq_store_options *, struct nq_err *);
void nq_outside_close(struct nq_outside *);

/* The option, else what the environment says under that name, else NULL. */
const char *nq_outside_option(const char *option, const char *name);

#endif
