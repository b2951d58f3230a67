#include "load/sink.h"

#include <string.h>

#include "base/beside.h"

const char *
nq_load_mode_name(enum nq_load_mode m)
{
	static const char *const names[] = {"merge", "append", "insert", "replace"};

	return names[m];
}

static const struct nq_sink_ops *
find(const char *to)
{
	size_t n;

	for (size_t i = 0; nq_sinks[i] != NULL; i++) {
		n = strlen(nq_sinks[i]->scheme);
		if (strncmp(to, nq_sinks[i]->scheme, n) == 0 &&
		    (nq_sinks[i]->scheme[n - 1] == ':' || to[n] == '\0'))
			return nq_sinks[i];
	}
	return NULL;
}

/* Behind a scheme there may be a password: the message shows the scheme alone. */
static int
unknown(const char *to, struct nq_err *err)
{
	int shown = (int)strcspn(to, ":") + (strchr(to, ':') != NULL);
	struct nq_buf forms = NQ_BUF_INIT;

	for (size_t i = 0; nq_sinks[i] != NULL; i++) {
		if (i > 0 && strcmp(nq_sinks[i]->form, nq_sinks[i - 1]->form) == 0)
			continue; /* another spelling of its scheme */
		nq_buf_adds(&forms, i == 0 ? "" : nq_sinks[i + 1] != NULL ? ", " : " or ");
		nq_buf_adds(&forms, nq_sinks[i]->form);
	}
	nq_err_set(err, NQ_USAGE, "option '--to': '%.*s' is no destination: write %s", shown, to,
	    forms.data);
	nq_buf_free(&forms);
	return -1;
}

static int
needs_mode(const struct nq_load_options *o, struct nq_err *err)
{
	if (o->mode == NQ_LOAD_MERGE || o->mode == NQ_LOAD_INSERT)
		return nq_err_set(err, NQ_USAGE,
		    "mode '%s' needs a key: add --key, or choose --mode append or replace",
		    nq_load_mode_name(o->mode));
	if (o->delete_if != NULL || o->newer_by != NULL)
		return nq_err_set(err, NQ_USAGE, "'--%s' needs a key: add --key",
		    o->delete_if != NULL ? "delete-if" : "newer-by");
	return 0;
}

static int
check(const struct nq_sink_ops *ops, const struct nq_load_options *o, struct nq_err *err)
{
	if (!ops->modes[o->mode])
		return nq_err_set(err, NQ_USAGE, "option '--mode': %s knows no '%s'", ops->form,
		    nq_load_mode_name(o->mode));
	if (o->mode == NQ_LOAD_APPEND && (o->delete_if != NULL || o->newer_by != NULL))
		return nq_err_set(err, NQ_USAGE,
		    "'--%s' does not go with --mode append: nothing is looked up by key",
		    o->delete_if != NULL ? "delete-if" : "newer-by");
	if (o->mode == NQ_LOAD_INSERT && (o->delete_if != NULL || o->newer_by != NULL))
		return nq_err_set(err, NQ_USAGE,
		    "'--%s' does not go with --mode insert: known keys are left alone",
		    o->delete_if != NULL ? "delete-if" : "newer-by");
	return 0;
}

/* NAME:TYPE of --column. */
static int
add_column(struct nq_columns *columns, const char *spec, struct nq_err *err)
{
	static const char *const types[] = {"boolean", "integer", "decimal", "text", "json"};
	const char *colon = strrchr(spec, ':');
	struct nq_str name = {spec, colon != NULL ? (size_t)(colon - spec) : 0};

	for (size_t i = 0; name.n > 0 && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(colon + 1, types[i]) != 0)
			continue;
		nq_columns_get(columns, name)->as = types[i];
		return 0;
	}
	return nq_err_set(err, NQ_USAGE,
	    "option '--column': '%s': write NAME:TYPE with boolean, integer, decimal, text or json",
	    spec);
}

static int
choose(struct nq_sink *s, const char *to, const struct nq_load_options *o,
    struct nq_columns *columns, struct nq_counts *counts, struct nq_err *err)
{
	const struct nq_sink_ops *ops = find(to);

	*s = (struct nq_sink){ops, o, columns, counts, NQ_BUF_INIT, NULL};
	if (ops == NULL)
		return unknown(to, err);
	columns->folds = ops->folds;
	return check(ops, o, err);
}

int
nq_sink_bind(struct nq_sink *s, const char *to, const struct nq_load_options *o,
    struct nq_columns *columns, struct nq_counts *counts, struct nq_err *err)
{
	return choose(s, to, o, columns, counts, err) == -1 ? -1 : s->ops->open(s, err);
}

int
nq_sink_open(struct nq_sink *s, const struct nq_load_options *o, struct nq_columns *columns,
    struct nq_counts *counts, struct nq_err *err)
{
	if (choose(s, o->to, o, columns, counts, err) == -1)
		return -1;
	for (size_t i = 0; i < o->key.n; i++)
		if (nq_columns_key(columns, nq_str(o->key.v[i]), false, err) == -1)
			return -1;
	for (size_t i = 0; i < o->columns.n; i++)
		if (add_column(columns, o->columns.v[i], err) == -1)
			return -1;
	if (s->ops->open(s, err) == -1)
		return -1;
	return columns->nkeys == 0 && !o->probe ? needs_mode(o, err) : 0;
}

/* Whose matter the load is, be it done or told. */
static const char *
told(const struct nq_load_options *o)
{
	return o->as != NULL ? o->as : o->to;
}

int
nq_sink_become(const struct nq_load_options *o, char *const *argv, struct nq_err *err)
{
	const struct nq_sink_ops *ops = find(told(o));

	if (ops == NULL || ops->program == NULL)
		return 0;
	nq_beside_become(ops->program, argv, err);
	return nq_err_at(err, "--to: ");
}

void
nq_sink_settle(struct nq_load_options *o)
{
	const struct nq_sink_ops *ops = find(told(o));

	if (ops != NULL && o->batch == NQ_UNKNOWN && o->batch_bytes == NQ_UNKNOWN)
		o->together = ops->together;
	if (o->batch == NQ_UNKNOWN)
		o->batch = ops != NULL && ops->batch != 0 ? ops->batch : NQ_MAX_BATCH;
	if (o->batch_bytes == NQ_UNKNOWN)
		o->batch_bytes = ops != NULL && ops->batch_bytes != 0 ? ops->batch_bytes
								      : NQ_MAX_BATCH_SIZE;
}

void
nq_sink_close(struct nq_sink *s)
{
	if (s->ops != NULL)
		s->ops->close(s);
	nq_buf_free(&s->destination);
}
