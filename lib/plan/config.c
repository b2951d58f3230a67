#define _GNU_SOURCE /* memmem(3) */
#include "plan/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

/* --param k=v: the last one counts. */
static int
from_option(void *ctx, struct nq_str name, struct nq_buf *out)
{
	const struct nq_list *params = ctx;

	for (size_t i = params->n; i-- > 0;) {
		if (strncmp(params->v[i], name.p, name.n) == 0 && params->v[i][name.n] == '=') {
			nq_buf_adds(out, params->v[i] + name.n + 1);
			return 0;
		}
	}
	return -1;
}

/* The file that was named, or else the one of this name in the folder; NULL: neither. */
static char *
named_or_beside(const struct nq_config *c, const char *named, const char *name)
{
	struct nq_buf beside = NQ_BUF_INIT;
	char *path = NULL;

	nq_buf_addf(&beside, "%s%s", c->dir, name);
	if (named != NULL)
		path = nq_strdup(named);
	else if (access(beside.data, F_OK) == 0)
		path = nq_strdup(beside.data);
	nq_buf_free(&beside);
	return path;
}

/* Whether the settings have it, or a reference in the connector file asks for it. */
static bool
is_param(const struct nq_config *c, struct nq_str name)
{
	const struct nq_doc *d = &c->json.doc;
	struct nq_buf ref = NQ_BUF_INIT;
	bool known = nq_str_is(name, "since_override") || nq_str_is(name, "lookback_days");
	uint32_t params = c->settings != NULL ? nq_doc_get(d, 0, nq_str("job_params")) : NQ_NONE;

	nq_buf_addf(&ref, "${job_params.%.*s}", (int)name.n, name.p);
	known = known || nq_str_find(nq_buf_str(&c->yaml.text), 0, nq_buf_str(&ref)) != NULL ||
		(params != NQ_NONE && nq_doc_get(d, params, name) != NQ_NONE);
	nq_buf_free(&ref);
	return known;
}

/* A name that was mistyped would else be a delta where a backfill was asked for. */
static int
check_params(const struct nq_config *c, struct nq_err *err)
{
	const struct nq_list *params = &c->opt->params;

	for (size_t i = 0; i < params->n; i++) {
		struct nq_str name = {params->v[i], strcspn(params->v[i], "=")};

		if (!is_param(c, name))
			return nq_err_set(err, NQ_USAGE,
			    "option '--param': '%.*s' is neither since_override nor lookback_days, "
			    "and "
			    "nothing in '%s' asks for ${job_params.%.*s}",
			    (int)name.n, name.p, c->yaml.path, (int)name.n, name.p);
	}
	return 0;
}

static int
open_references(struct nq_config *c, struct nq_err *err)
{
	const struct nq_config_options *o = c->opt;
	void *params = (void *)(uintptr_t)&o->params;

	nq_refs_add_bag(&c->refs, (struct nq_ref_bag){"job_params", false, from_option, params});
	c->settings = named_or_beside(c, o->settings, "settings.json");
	c->env_file = named_or_beside(c, o->env_file, ".env");
	if (c->settings != NULL && nq_settings_open(&c->json, c->settings, &c->refs, err) == -1)
		return -1;
	if (c->env_file != NULL && nq_refs_env_file(&c->refs, c->env_file, err) == -1)
		return -1;
	return check_params(c, err);
}

/* The folder of the file; of Dango's .dango/sources.yml that is the one around .dango. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;

	if (n >= 7 && memcmp(path + n - 7, ".dango/", 7) == 0 && (n == 7 || path[n - 8] == '/'))
		n -= 7;
	return nq_strndup(path, n);
}

int
nq_config_open(
    struct nq_config *c, const struct nq_config_options *o, struct nq_list vars, struct nq_err *err)
{
	memset(c, 0, sizeof(*c));
	c->opt = o;
	c->dir = folder_of(o->path);
	c->source = (struct nq_buf)NQ_BUF_INIT;
	c->refs.env_file = (struct nq_buf)NQ_BUF_INIT;
	c->refs.vars = vars;
	nq_settings_init(&c->json);
	if (nq_yaml_open(&c->yaml, o->path, err) == -1)
		return -1;
	if (open_references(c, err) == 0)
		return 0;
	err->status = NQ_USAGE;
	return -1;
}

void
nq_config_free(struct nq_config *c)
{
	nq_yaml_free(&c->yaml);
	nq_refs_free(&c->refs);
	nq_settings_free(&c->json);
	nq_faults_free(&c->faults);
	nq_buf_free(&c->source);
	free(c->settings);
	free(c->env_file);
	free(c->dir);
}

int
nq_config_fault(struct nq_config *c, const nq_node *n, const char *fmt, ...)
{
	char text[NQ_MAX_MESSAGE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return nq_faults_add(
	    &c->faults, c->yaml.path, nq_yaml_line(n), nq_yaml_column(n), "%s", text);
}

/* A value goes into a word of a command line, where "${" would be read as a reference again. */
static void
add_escaped(struct nq_buf *out, struct nq_str s)
{
	const char *at;

	while ((at = memmem(s.p, s.n, "${", 2)) != NULL) {
		nq_buf_add(out, s.p, (size_t)(at - s.p));
		nq_buf_adds(out, "$${");
		s.n -= (size_t)(at - s.p) + 2;
		s.p = at + 2;
	}
	nq_buf_addstr(out, s);
}

/* ${file:x} is read by tools that know nothing of the connector file's folder. */
static void
add_reference(const struct nq_config *c, struct nq_str ref, struct nq_buf *out)
{
	bool file = ref.n > 7 && memcmp(ref.p, "${file:", 7) == 0;

	if (!file || ref.p[7] == '/') {
		nq_buf_addstr(out, ref);
		return;
	}
	nq_buf_addf(out, "${file:%s", c->dir);
	nq_buf_add(out, ref.p + 7, ref.n - 7);
}

static int
add_value(struct nq_config *c, struct nq_str ref, const nq_node *at, enum nq_ref_enc enc,
    struct nq_buf *out, bool *secret)
{
	struct nq_buf spelt = NQ_BUF_INIT, value = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	char place[NQ_MAX_MESSAGE];
	bool hidden = false;
	int rc;

	add_reference(c, ref, &spelt);
	snprintf(
	    place, sizeof(place), "%s:%zu:%zu", c->yaml.path, nq_yaml_line(at), nq_yaml_column(at));
	rc = nq_ref_expand(&c->refs, nq_buf_str(&spelt), place, NQ_REF_RAW, &value, &hidden, &err);
	if (rc == -1)
		nq_faults_take(&c->faults, &err);
	else if (memchr(value.data, '\0', value.len) != NULL)
		rc = nq_config_fault(c, at, "the value of '%.*s' holds a NUL", (int)ref.n, ref.p);
	else if (hidden)
		nq_buf_addstr(out, nq_buf_str(&spelt));
	else if (enc == NQ_REF_URL && out->len > 0)
		nq_buf_add_percent(out, nq_buf_str(&value));
	else
		add_escaped(out, nq_buf_str(&value));
	if (hidden && secret != NULL)
		*secret = true;
	nq_buf_free(&spelt);
	nq_buf_wipe(&value);
	return rc;
}

/* The reference that starts at the text, "${" to "}"; n is 0 when it is not closed. */
static struct nq_str
reference_at(struct nq_str s)
{
	const char *close = memchr(s.p, '}', s.n);

	return (struct nq_str){s.p, close != NULL ? (size_t)(close - s.p) + 1 : 0};
}

/* What only the run can fill in. */
static bool
is_for_later(const struct nq_config *c, struct nq_str ref)
{
	if (c->since_known && nq_str_is(ref, "${var.since}"))
		return true;
	return c->record_known && ref.n > 9 && memcmp(ref.p, "${record.", 9) == 0;
}

int
nq_config_expand(struct nq_config *c, struct nq_str s, const nq_node *at, enum nq_ref_enc enc,
    struct nq_buf *out, bool *secret)
{
	const char *dollar;
	struct nq_str ref;
	size_t n;

	if (memchr(s.p, '\0', s.n) != NULL)
		return nq_config_fault(c, at, "the value holds a NUL");
	while ((dollar = memmem(s.p, s.n, "${", 2)) != NULL) {
		n = (size_t)(dollar - s.p);
		nq_buf_add(out, s.p, n);
		s = (struct nq_str){dollar, s.n - n};
		ref = reference_at(s);
		if (n > 0 && dollar[-1] == '$')
			ref.n = 2;
		if (ref.n == 2 || is_for_later(c, ref))
			nq_buf_addstr(out, ref);
		else if (ref.n == 0)
			return nq_config_fault(
			    c, at, "a reference is written ${NAME}; for a plain '${' write '$${'");
		else if (ref.n > 9 && memcmp(ref.p, "${record.", 9) == 0)
			return nq_config_fault(c, at,
			    "'%.*s' is a member of a parent: say 'each', and use it in the path, "
			    "in "
			    "'params' or in 'json'",
			    (int)ref.n, ref.p);
		else if (add_value(c, ref, at, enc, out, secret) == -1)
			return -1;
		s = (struct nq_str){s.p + ref.n, s.n - ref.n};
	}
	nq_buf_addstr(out, s);
	return 0;
}

int
nq_config_ref(
    struct nq_config *c, const nq_node *n, enum nq_ref_enc enc, struct nq_buf *out, bool *secret)
{
	return nq_config_expand(c, nq_yaml_text(n), n, enc, out, secret);
}

int
nq_config_text(struct nq_config *c, const nq_node *n, struct nq_buf *out)
{
	struct nq_buf kept = NQ_BUF_INIT;
	const char *p, *at;
	bool secret = false;
	int rc = nq_config_ref(c, n, NQ_REF_RAW, &kept, &secret);

	if (rc == 0 && secret)
		rc = nq_config_fault(c, n,
		    "a secret has no place here: it would stand in a command line, which "
		    "everybody can read");
	for (p = kept.data; rc == 0 && (at = strstr(p, "$${")) != NULL; p = at + 3) {
		nq_buf_add(out, p, (size_t)(at - p));
		nq_buf_adds(out, "${");
	}
	if (rc == 0)
		nq_buf_adds(out, p);
	nq_buf_free(&kept);
	return rc;
}

bool
nq_config_is(struct nq_config *c, const nq_node *n, const char *word)
{
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_err ignored = NQ_ERR_INIT;
	bool secret = false, is;

	if (n == NULL || n->type != YAML_SCALAR_NODE)
		return false;
	is = nq_ref_expand(&c->refs, nq_yaml_text(n), "", NQ_REF_RAW, &text, &secret, &ignored) ==
		 0 &&
	     !secret && nq_str_is(nq_buf_str(&text), word);
	nq_buf_wipe(&text);
	return is;
}

int
nq_config_path(struct nq_config *c, const nq_node *n, struct nq_buf *out)
{
	struct nq_buf path = NQ_BUF_INIT;
	int rc = nq_config_text(c, n, &path);

	if (rc == 0 && path.len > 0 && path.data[0] != '/')
		nq_buf_adds(out, c->dir);
	nq_buf_adds(out, path.data);
	nq_buf_free(&path);
	return rc;
}

bool
nq_config_param(struct nq_config *c, const char *name, struct nq_buf *out)
{
	for (size_t i = 0; i < c->refs.nbags; i++) {
		const struct nq_ref_bag *bag = &c->refs.bags[i];

		if (strcmp(bag->prefix, "job_params") != 0)
			continue;
		if (bag->get(bag->ctx, nq_str(name), out) == 0 && out->len > 0)
			return true;
		nq_buf_reset(out);
	}
	return false;
}

bool
nq_config_is_nuntiq(const struct nq_config *c)
{
	const struct nq_doc *d = &c->json.doc;

	return c->settings != NULL && (nq_doc_get(d, 0, nq_str("customer_number")) != NQ_NONE ||
					  nq_doc_get(d, 0, nq_str("job_params")) != NQ_NONE);
}

bool
nq_config_picks_source(const struct nq_config *c, struct nq_str source)
{
	for (size_t i = 0; i < c->opt->npicked; i++) {
		const char *p = c->opt->picked[i];

		if (strncmp(p, source.p, source.n) == 0 &&
		    (p[source.n] == '\0' || p[source.n] == '/'))
			return true;
	}
	return c->opt->npicked == 0;
}

bool
nq_config_picks(const struct nq_config *c, struct nq_str source, struct nq_str resource)
{
	for (size_t i = 0; i < c->opt->npicked; i++) {
		const char *p = c->opt->picked[i], *rest = p + source.n;

		if (strncmp(p, source.p, source.n) != 0)
			continue;
		if (*rest == '\0' || (*rest == '/' && nq_str_is(resource, rest + 1)))
			return true;
	}
	return c->opt->npicked == 0;
}
