#include "plan/stages.h"

#include <ctype.h>

#include "plan/keys.h"

struct nq_stage *
nq_stage_add(struct nq_plan *p, const char *name, const char *tool)
{
	struct nq_stage *s = &p->stage[p->nstages++];

	s->name = name;
	nq_words_add(&s->words, tool);
	return s;
}

static int
add_one(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, struct nq_words *w)
{
	bool path = row->type == NQ_KEY_FILE || row->type == NQ_KEY_OUTFILE;
	struct nq_buf value = NQ_BUF_INIT;
	int rc = 0;

	if (row->type == NQ_KEY_SHELL)
		nq_buf_addstr(&value, nq_yaml_text(n));
	else if (row->type == NQ_KEY_SECRET || row->in == NQ_IN_AUTH)
		rc = path ? nq_config_path(c, n, &value)
			  : nq_config_ref(c, n, NQ_REF_RAW, &value, NULL);
	else
		rc = path ? nq_config_path(c, n, &value) : nq_config_text(c, n, &value);
	if (rc == 0 && row->type != NQ_KEY_BOOL) {
		nq_words_add(w, row->option);
		nq_words_add(w, value.data);
	} else if (rc == 0 && nq_str_is(nq_buf_str(&value), "true")) {
		nq_words_add(w, row->option);
	}
	nq_buf_free(&value);
	return rc;
}

/* A list of texts repeats the option; so does a map of statuses. */
static int
add_option(struct nq_config *c, nq_node *n, const struct nq_keys_row *row, struct nq_words *w)
{
	nq_node *item;
	int rc = 0;

	if (row->type == NQ_KEY_STATUSES)
		return nq_stage_pairs(c, n, row->option, "=", w);
	for (size_t i = 0; rc == 0 && nq_yaml_text_at(&c->yaml, n, i, &item); i++)
		rc = add_one(c, item, row, w);
	return rc;
}

int
nq_stage_options(struct nq_config *c, const struct nq_view *v, enum nq_place place, int but_not_of,
    struct nq_words *w)
{
	const struct nq_keys_row *row;
	nq_node *n;

	for (size_t i = 0; (row = nq_keys_row(i)) != NULL; i++) {
		if (row->in != place || row->option == NULL)
			continue;
		if (but_not_of != -1 &&
		    nq_keys_find((enum nq_place)but_not_of, nq_str(row->name)) != NULL)
			continue;
		n = nq_view_get(c, v, row->name);
		if (n != NULL && add_option(c, n, row, w) == -1)
			return -1;
	}
	return 0;
}

int
nq_stage_pairs(struct nq_config *c, const nq_node *map, const char *option, const char *between,
    struct nq_words *w)
{
	struct nq_buf text = NQ_BUF_INIT;
	nq_node *key, *value;
	struct nq_str name;
	int rc = 0;

	for (size_t i = 0; map != NULL && rc == 0 && nq_yaml_pair(&c->yaml, map, i, &key, &value);
	     i++) {
		nq_buf_reset(&text);
		name = nq_yaml_text(key);
		if (nq_yaml_is_null(value))
			continue;
		rc = nq_config_text(c, value, &text);
		nq_words_add(w, option);
		nq_words_addf(w, "%.*s%s%s", (int)name.n, name.p, between, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

int
nq_stage_method(struct nq_config *c, const nq_node *method, const char *usual, struct nq_words *w)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc;

	if (method == NULL)
		return 0;
	rc = nq_config_text(c, method, &text);
	for (size_t i = 0; i < text.len; i++)
		text.data[i] = (char)toupper((unsigned char)text.data[i]);
	if (rc == 0 && strcmp(text.data, usual) != 0) {
		nq_words_add(w, "-X");
		nq_words_add(w, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

int
nq_stage_name(struct nq_config *c, const nq_node *key, const char *kind)
{
	struct nq_str name = nq_yaml_text(key);

	if (name.n > 0 && memchr(name.p, '=', name.n) == NULL &&
	    memchr(name.p, '\0', name.n) == NULL)
		return 0;
	return nq_config_fault(c, key, "this is not the name of a %s", kind);
}

void
nq_stage_watermark(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *missing = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "missing");
	nq_node *cap = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "cap");
	bool skip = nq_config_is(c, missing, "skip") || nq_config_is(c, missing, "include");

	if (missing != NULL) {
		nq_words_add(w, "--watermark-null");
		nq_words_add(w, skip ? "skip" : "fail");
	}
	if (nq_config_is(c, cap, "false"))
		nq_words_add(w, "--no-watermark-cap");
}

int
nq_stage_max_line(struct nq_config *c, const struct nq_resource *r, struct nq_words *w)
{
	nq_node *n = nq_resource_get(c, r, "max_line");
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	if (n == NULL)
		return 0;
	rc = nq_config_text(c, n, &text);
	nq_words_add(w, "--max-line");
	nq_words_add(w, text.data);
	nq_buf_free(&text);
	return rc;
}

/* Whether a word refers to the settings, or else to the environment. */
static bool
refers_to(const struct nq_words *w, bool settings)
{
	const char *at, *end, *dot;

	for (size_t i = 0; i < w->n; i++) {
		for (at = w->v[i]; (at = strstr(at, "${")) != NULL; at += 2) {
			if ((at > w->v[i] && at[-1] == '$') || strncmp(at, "${var.", 6) == 0 ||
			    strncmp(at, "${record.", 9) == 0 || strncmp(at, "${file:", 7) == 0)
				continue;
			end = strchr(at, '}');
			dot = strchr(at, '.');
			if (settings == (dot != NULL && end != NULL && dot < end))
				return true;
		}
	}
	return false;
}

static bool
stage_refers_to(const struct nq_stage *s, bool settings)
{
	return refers_to(&s->words, settings) || refers_to(&s->since, settings) ||
	       refers_to(&s->whole, settings);
}

void
nq_stage_sources(struct nq_config *c, struct nq_stage *s, bool force)
{
	if (c->settings != NULL && (force || stage_refers_to(s, true))) {
		nq_words_add(&s->words, "--settings");
		nq_words_add(&s->words, c->settings);
	}
	if (c->env_file != NULL && (force || stage_refers_to(s, false))) {
		nq_words_add(&s->words, "--env-file");
		nq_words_add(&s->words, c->env_file);
	}
}
