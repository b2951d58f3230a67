#include "state/outside.h"

#include <stdlib.h>

const char *
nq_outside_option(const char *option, const char *name)
{
	const char *value = option != NULL ? option : getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

int
nq_outside_open(struct nq_outside *x, const struct nq_store_options *opt, struct nq_err *err)
{
	const char *settings = nq_outside_option(opt->settings, "NQ_STATE_SETTINGS"),
		   *env_file = nq_outside_option(opt->env_file, "NQ_STATE_ENV_FILE");

	x->refs = (struct nq_refs){.env_file = NQ_BUF_INIT, .vars = opt->vars};
	nq_settings_init(&x->settings);
	if (env_file != NULL && nq_refs_env_file(&x->refs, env_file, err) == -1)
		return -1;
	if (settings == NULL)
		return 0;
	return nq_settings_open(&x->settings, settings, &x->refs, err);
}

void
nq_outside_close(struct nq_outside *x)
{
	nq_settings_free(&x->settings);
	nq_refs_free(&x->refs);
}
