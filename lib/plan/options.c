#include "plan/stages.h"

#include "plan/keys.h"

nq_node *
nq_resource_get(struct nq_config *c, const struct nq_resource *r, const char *name)
{
	nq_node *n = nq_keys_get(&c->yaml, r->self, NQ_IN_RESOURCE, name);

	return n != NULL ? n : nq_keys_get(&c->yaml, r->endpoint, NQ_IN_ENDPOINT, name);
}

struct nq_words *
nq_stage_add(struct nq_plan *p, const char *name, const char *tool)
{
	struct nq_stage *s = &p->stage[p->nstages++];

	s->name = name;
	nq_words_add(&s->words, tool);
	return &s->words;
}

static int
add_option(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, struct nq_words *w)
{
	struct nq_buf value = NQ_BUF_INIT;
	bool path = row->type == NQ_KEY_FILE || row->type == NQ_KEY_OUTFILE;
	int rc = path ? nq_config_path(c, n, &value) : nq_config_text(c, n, &value);

	if (rc == 0 && row->type != NQ_KEY_BOOL) {
		nq_words_add(w, row->option);
		nq_words_add(w, value.data);
	} else if (rc == 0 && nq_str_is(nq_buf_str(&value), "true")) {
		nq_words_add(w, row->option);
	}
	nq_buf_free(&value);
	return rc;
}

/* In the order of the table, so that the same pipeline comes out however the file is sorted. */
int
nq_stage_options(struct nq_config *c, const nq_node *map, int place, struct nq_words *w)
{
	const struct nq_keys_row *row;
	nq_node *n;

	for (size_t i = 0; (row = nq_keys_row(i)) != NULL; i++) {
		if ((int)row->in != place || row->option == NULL)
			continue;
		n = nq_keys_get(&c->yaml, map, row->in, row->name);
		if (n != NULL && add_option(c, n, row, w) == -1)
			return -1;
	}
	return 0;
}

/* Whether a word refers to the settings, or else to the environment. */
static bool
refers_to(const struct nq_words *w, bool settings)
{
	const char *at, *end, *dot;

	for (size_t i = 0; i < w->n; i++) {
		for (at = w->v[i]; (at = strstr(at, "${")) != NULL; at += 2) {
			if ((at > w->v[i] && at[-1] == '$') || strncmp(at, "${var.", 6) == 0 ||
			    strncmp(at, "${file:", 7) == 0)
				continue;
			end = strchr(at, '}');
			dot = strchr(at, '.');
			if (settings == (dot != NULL && end != NULL && dot < end))
				return true;
		}
	}
	return false;
}

void
nq_stage_sources(struct nq_config *c, struct nq_words *w, const struct nq_words *also)
{
	if (c->settings != NULL && (refers_to(w, true) || refers_to(also, true))) {
		nq_words_add(w, "--settings");
		nq_words_add(w, c->settings);
	}
	if (c->opt->env_file != NULL && (refers_to(w, false) || refers_to(also, false))) {
		nq_words_add(w, "--env-file");
		nq_words_add(w, c->opt->env_file);
	}
}
