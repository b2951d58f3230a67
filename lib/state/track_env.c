#include "state/track_env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/ref.h"
#include "json/settings.h"

/* One NAME=REF. A value without references is taken as it is. */
static int
set_one(const struct nq_refs *refs, const char *spec, struct nq_err *err)
{
	const char *eq = strchr(spec, '=');
	struct nq_buf value = NQ_BUF_INIT;
	char place[64], *name;
	int rc;

	if (eq == NULL || eq == spec)
		return nq_err_set(err, NQ_USAGE, "--env: write NAME=VALUE, not '%s'", spec);
	name = nq_strndup(spec, (size_t)(eq - spec));
	snprintf(place, sizeof(place), "--env %s", name);
	rc = nq_ref_expand(refs, nq_str(eq + 1), place, NQ_REF_RAW, &value, NULL, err);
	if (rc == 0 && strlen(value.data) != value.len)
		rc = nq_err_set(err, NQ_USAGE, "%s: the value holds a NUL", place);
	else if (rc == 0 && setenv(name, value.data, 1) == -1)
		rc = nq_err_set(err, NQ_USAGE, "%s:", place);
	nq_buf_wipe(&value);
	free(name);
	return rc;
}

/* One after the other: a later one may refer to an earlier one. */
int
nq_track_env_apply(const struct nq_track_env *e, struct nq_err *err)
{
	struct nq_refs refs = {.env_file = NQ_BUF_INIT};
	struct nq_settings settings;
	int rc = 0;

	nq_settings_init(&settings);
	for (size_t i = 0; i < e->vars.n; i++)
		nq_list_add(&refs.vars, e->vars.v[i]);
	if (e->settings != NULL)
		rc = nq_settings_open(&settings, e->settings, &refs, err);
	if (rc == 0 && e->env_file != NULL)
		rc = nq_refs_env_file(&refs, e->env_file, err);
	for (size_t i = 0; rc == 0 && i < e->set.n; i++)
		rc = set_one(&refs, e->set.v[i], err);
	if (rc == -1)
		err->status = NQ_USAGE;
	nq_refs_free(&refs);
	nq_settings_free(&settings);
	return rc;
}
