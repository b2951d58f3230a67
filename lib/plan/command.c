#include "plan/stages.h"

#include <ctype.h>
#include <string.h>

/* NAME=VALUE for the environment of a program; secrets stay references, which track fills in. */
static int
add_env(struct nq_config *c, const struct nq_resource *r, struct nq_stage *s)
{
	nq_node *map = nq_resource_get(c, r, "env"), *key, *value;
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_str name;
	int rc = 0;

	for (size_t i = 0; map != NULL && rc == 0 && nq_yaml_pair(&c->yaml, map, i, &key, &value);
	     i++) {
		name = nq_yaml_text(key);
		nq_buf_reset(&text);
		for (size_t k = 0; k < name.n; k++)
			if (!isalnum((unsigned char)name.p[k]) && name.p[k] != '_')
				rc = -1;
		if (rc == -1 || name.n == 0 || isdigit((unsigned char)name.p[0]))
			rc = nq_config_fault(c, key, "this is not the name of a variable");
		else
			rc = nq_config_ref(c, value, NQ_REF_RAW, &text, NULL);
		nq_words_add(&s->words, "--env");
		nq_words_addf(&s->words, "%.*s=%s", (int)name.n, name.p, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

/* A command line, run by bash in the folder of the connector file. */
static void
add_shell(const struct nq_config *c, const nq_node *command, struct nq_words *w)
{
	nq_words_add(w, "--");
	if (*c->dir != '\0') {
		nq_words_add(w, "env");
		nq_words_add(w, "-C");
		nq_words_add(w, c->dir);
	}
	nq_words_add(w, "bash");
	nq_words_add(w, "-o");
	nq_words_add(w, "pipefail");
	nq_words_add(w, "-c");
	nq_words_addn(w, nq_yaml_text(command));
}

static int
check_shell(struct nq_config *c, const nq_node *n)
{
	struct nq_str s = nq_yaml_text(n);

	if (s.n == 0)
		return nq_config_fault(c, n, "the command is empty");
	return memchr(s.p, '\0', s.n) == NULL ? 0
					      : nq_config_fault(c, n, "the command holds a NUL");
}

int
nq_stage_filter(
    struct nq_config *c, const struct nq_resource *r, const char *name, struct nq_plan *p)
{
	nq_node *filter = nq_resource_get(c, r, "filter");
	struct nq_stage *s;

	if (filter == NULL)
		return 0;
	s = nq_stage_add(p, name, "nq-cursor");
	nq_words_add(&s->words, "track");
	if (check_shell(c, filter) == -1 || add_env(c, r, s) == -1 ||
	    nq_stage_max_line(c, r, &s->words) == -1)
		return -1;
	nq_stage_sources(c, s, false);
	add_shell(c, filter, &s->words);
	return 0;
}

/* The watermark of what the program writes, as the operand of track. */
static int
add_path(
    struct nq_config *c, const struct nq_resource *r, const struct nq_plan *p, struct nq_words *w)
{
	static const char *const of_requests[] = {"param", "until_param", NULL};
	nq_node *cursor = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "cursor"), *n;
	struct nq_buf path = NQ_BUF_INIT;
	int rc;

	for (size_t i = 0; of_requests[i] != NULL; i++) {
		n = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, of_requests[i]);
		if (n != NULL)
			return nq_config_fault(c, n,
			    "'%s' is for requests: a command finds the lower bound in $NQ_SINCE",
			    of_requests[i]);
	}
	if (cursor == NULL)
		return nq_config_fault(c, r->delta,
		    "incremental has no 'cursor': the path of the member that only grows");
	rc = nq_config_text(c, cursor, &path);
	nq_words_addf(w, "%s:%s", path.data, p->cursor_type);
	nq_buf_free(&path);
	return rc;
}

int
nq_stage_command(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	nq_node *command = nq_resource_get(c, r, "command");
	struct nq_stage *s = nq_stage_add(p, "command", "nq-cursor");
	struct nq_words *w = &s->words;

	if (command == NULL)
		return nq_config_fault(
		    c, r->self, "no 'command': the program that writes the records");
	nq_words_add(w, "track");
	s->producer = true;
	p->main = p->nstages - 1;
	if (check_shell(c, command) == -1 || add_env(c, r, s) == -1)
		return -1;
	if (r->delta != NULL) {
		nq_stage_watermark(c, r, w);
		nq_words_add(&s->since, "--env");
		nq_words_add(&s->since, "NQ_SINCE=${var.since}");
	}
	if (nq_stage_max_line(c, r, w) == -1)
		return -1;
	nq_stage_sources(c, s, false);
	s->at = w->n;
	if (r->delta != NULL && add_path(c, r, p, w) == -1)
		return -1;
	add_shell(c, command, w);
	return nq_stage_filter(c, r, "filter", p);
}
