#include "nuntiq_delta.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "when.h"

struct stream {
	struct stream *next;
	char *connector, *name;
	const char *type; /* one of types[], NULL before the first begin */
	char *cursor, *error, *metadata;
	const char *status;
	int64_t committed, started, completed, updated; /* 0: never */
	long long records;				/* -1: null */
	const char *by;
};

static const char *const types[] = {"timestamp_utc", "numeric_id", "opaque_token"};
static struct stream *streams;
static struct sb audit;

static void
replace(char **field, char *value)
{
	free(*field);
	*field = value;
}

static struct stream *
find(const struct req *r)
{
	for (struct stream *s = streams; s != NULL; s = s->next)
		if (strcmp(s->connector, r->piece[4]) == 0 && strcmp(s->name, r->piece[5]) == 0)
			return s;
	return NULL;
}

static struct stream *
find_or_make(const struct req *r)
{
	struct stream *s = find(r);

	if (s != NULL)
		return s;
	s = sb_alloc(sizeof(*s));
	s->connector = sb_dup(r->piece[4], strlen(r->piece[4]));
	s->name = sb_dup(r->piece[5], strlen(r->piece[5]));
	s->status = "idle";
	s->records = -1;
	s->next = streams;
	streams = s;
	return s;
}

static void
put_text(struct sb *out, const char *name, const char *value)
{
	js_puts(out, name);
	sb_ch(out, ':');
	js_puts(out, value);
	sb_ch(out, ',');
}

static void
put_time(struct sb *out, const char *name, int64_t s)
{
	struct sb text = {NULL, 0, 0};

	if (s != 0)
		when_put(&text, s);
	put_text(out, name, text.p);
	sb_free(&text);
}

static void
put_row(struct sb *out, const struct stream *s)
{
	sb_ch(out, '{');
	put_text(out, "connector_name", s->connector);
	put_text(out, "stream_name", s->name);
	put_text(out, "cursor_type", s->type);
	put_text(out, "committed_cursor_value", s->cursor);
	put_time(out, "committed_at_utc", s->committed);
	put_text(out, "status", s->status);
	put_time(out, "started_at_utc", s->started);
	put_time(out, "completed_at_utc", s->completed);
	if (s->records >= 0)
		sb_fmt(out, "\"records_processed\":%lld,", s->records);
	else
		put_text(out, "records_processed", NULL);
	put_text(out, "error_summary", s->error);
	sb_fmt(out, "\"metadata\":%s,", s->metadata != NULL ? s->metadata : "null");
	put_time(out, "updated_at_utc", s->updated);
	put_text(out, "updated_by", s->by);
	out->len--;
	sb_ch(out, '}');
}

static void
touch(struct stream *s, const struct req *r)
{
	s->updated = when_now().s;
	s->by = req_bearer(r, conf.admin_token) ? "admin" : "job";
}

static void
record(const struct stream *s, const char *event, const char *old, const char *reason)
{
	if (audit.len > 0)
		sb_ch(&audit, ',');
	sb_ch(&audit, '{');
	put_text(&audit, "event_type", event);
	put_text(&audit, "connector_name", s->connector);
	put_text(&audit, "stream_name", s->name);
	put_text(&audit, "old_cursor_value", old);
	put_text(&audit, "new_cursor_value", s->cursor);
	put_text(&audit, "reason", reason);
	put_text(&audit, "api_user", s->by);
	put_time(&audit, "at_utc", s->updated);
	audit.len--;
	sb_ch(&audit, '}');
}

/* A decimal number of any length, as the three parts that decide its order. */
struct number {
	bool negative;
	const char *whole, *fraction;
	size_t nwhole, nfraction;
};

static bool
parse_number(const char *p, struct number *n)
{
	n->negative = *p == '-';
	p += *p == '-' || *p == '+';
	if (!isdigit((unsigned char)*p))
		return false;
	p += strspn(p, "0");
	n->whole = p;
	n->nwhole = strspn(p, "0123456789");
	p += n->nwhole;
	n->fraction = p + (*p == '.');
	n->nfraction = *p == '.' ? strspn(p + 1, "0123456789") : 0;
	p = n->fraction + n->nfraction;
	while (n->nfraction > 0 && n->fraction[n->nfraction - 1] == '0')
		n->nfraction--;
	if (n->nwhole == 0 && n->nfraction == 0)
		n->negative = false;
	return *p == '\0';
}

static int
compare_size(const struct number *a, const struct number *b)
{
	size_t n = a->nfraction < b->nfraction ? a->nfraction : b->nfraction;
	int c;

	if (a->nwhole != b->nwhole)
		return a->nwhole < b->nwhole ? -1 : 1;
	c = memcmp(a->whole, b->whole, a->nwhole);
	if (c == 0)
		c = memcmp(a->fraction, b->fraction, n);
	if (c == 0)
		c = (a->nfraction > b->nfraction) - (a->nfraction < b->nfraction);
	return c;
}

static int
compare_numbers(const struct number *a, const struct number *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	return a->negative ? compare_size(b, a) : compare_size(a, b);
}

/* Sets *order to new against old; false if new is no cursor of this type. */
static bool
compare_cursors(const char *type, const char *old, const char *new, int *order)
{
	struct instant told, tnew;
	struct number nold, nnew;

	*order = 1;
	if (type == types[0]) {
		if (!when_parse(new, &tnew))
			return false;
		if (old != NULL && when_parse(old, &told))
			*order = when_cmp(tnew, told);
	} else if (type == types[1]) {
		if (!parse_number(new, &nnew))
			return false;
		if (old != NULL && parse_number(old, &nold))
			*order = compare_numbers(&nnew, &nold);
	}
	return true;
}

static void
refuse(struct req *r, int status, const char *code, const char *message)
{
	r->status = status;
	sb_reset(&r->out);
	sb_ch(&r->out, '{');
	put_text(&r->out, "code", code);
	put_text(&r->out, "message", message);
	r->out.len--;
	sb_ch(&r->out, '}');
}

/* The row that a call after begin needs; NULL if the answer is written. */
static struct stream *
begun(struct req *r, struct slice *root)
{
	struct stream *s = find(r);

	if (!req_json(r, root))
		return NULL;
	if (s == NULL)
		refuse(r, 404, "STREAM_NOT_FOUND", "no such stream: call begin first");
	return s;
}

void
delta_get(struct req *r)
{
	struct stream *s = find(r), none = {.connector = r->piece[4],
					.name = r->piece[5],
					.status = "idle",
					.records = -1};

	put_row(&r->out, s != NULL ? s : &none);
}

static const char *
find_type(struct slice v)
{
	char *text = js_text(v, "");
	const char *type = NULL;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], text) == 0)
			type = types[i];
	free(text);
	return type;
}

static void
put_begun(struct req *r, const struct stream *s)
{
	sb_ch(&r->out, '{');
	put_text(&r->out, "lower_bound_cursor", s->cursor);
	put_time(&r->out, "started_at_utc", s->started);
	r->out.len--;
	sb_ch(&r->out, '}');
}

void
delta_begin(struct req *r)
{
	struct slice root;
	struct stream *s;
	const char *type;

	if (!req_json(r, &root))
		return;
	type = find_type(js_get(root, "cursor_type"));
	if (type == NULL) {
		refuse(r, 422, "INVALID_CURSOR_TYPE",
		    "cursor_type must be timestamp_utc, numeric_id or opaque_token");
		return;
	}
	s = find_or_make(r);
	s->type = type;
	s->status = "running";
	s->started = when_now().s;
	s->completed = 0;
	s->records = -1;
	replace(&s->error, NULL);
	touch(s, r);
	if (conf.begin_small)
		put_begun(r, s);
	else
		put_row(&r->out, s);
}

static void
commit(struct req *r, struct stream *s, struct slice root, char *value)
{
	struct slice metadata = js_get(root, "metadata");
	char *old = s->cursor;

	s->cursor = value;
	s->status = "succeeded";
	s->committed = s->completed = when_now().s;
	s->records = js_int(js_get(root, "records_processed"), -1);
	if (js_kind(metadata) == '{')
		replace(&s->metadata, sb_dup(metadata.p, metadata.n));
	touch(s, r);
	record(s, "cursor_advance", old, NULL);
	free(old);
	put_row(&r->out, s);
}

void
delta_complete(struct req *r)
{
	struct slice root;
	struct stream *s = begun(r, &root);
	char *value;
	int order;

	if (s == NULL)
		return;
	value = js_text(js_get(root, "new_cursor_value"), NULL);
	if (value == NULL) {
		refuse(r, 400, "INVALID_REQUEST", "new_cursor_value must be a string");
	} else if (!compare_cursors(s->type, s->cursor, value, &order)) {
		refuse(r, 422, "INVALID_CURSOR", "new_cursor_value does not fit the cursor_type");
	} else if (order < 0) {
		refuse(
		    r, 422, "CURSOR_REGRESSION", "new_cursor_value is before the committed cursor");
	} else {
		commit(r, s, root, value);
		return;
	}
	free(value);
}

void
delta_fail(struct req *r)
{
	struct slice root;
	struct stream *s = begun(r, &root);

	if (s == NULL)
		return;
	s->status = "failed";
	s->completed = when_now().s;
	replace(&s->error, js_text(js_get(root, "error_summary"), NULL));
	touch(s, r);
	put_row(&r->out, s);
}

static void
move(struct req *r, struct slice root, char *value, const char *reason)
{
	struct stream *s = find_or_make(r);
	const char *type = find_type(js_get(root, "cursor_type"));
	char *old = s->cursor;
	int order;

	type = type != NULL ? type : s->type;
	if (value != NULL && !compare_cursors(type, NULL, value, &order)) {
		refuse(r, 422, "INVALID_CURSOR", "new_cursor_value does not fit the cursor_type");
		free(value);
		return;
	}
	s->type = type;
	s->cursor = value;
	s->status = "idle";
	s->committed = when_now().s;
	touch(s, r);
	record(s, "cursor_reset", old, reason);
	free(old);
	put_row(&r->out, s);
}

void
delta_reset(struct req *r)
{
	struct slice root, value;
	char *reason;

	if (!req_json(r, &root))
		return;
	value = js_get(root, "new_cursor_value");
	reason = js_text(js_get(root, "reason"), "");
	if (!req_bearer(r, conf.admin_token) && !conf.job_token_may_reset)
		refuse(r, 403, "FORBIDDEN", "the permission DELTA_RESET is missing");
	else if (reason[0] == '\0')
		refuse(r, 400, "INVALID_REQUEST", "reason is required");
	else if (js_kind(value) != '"' && !js_is(value, "null"))
		refuse(r, 400, "INVALID_REQUEST", "new_cursor_value must be a string or null");
	else
		move(r, root, js_text(value, NULL), reason);
	free(reason);
}

void
delta_audit(struct req *r)
{
	sb_str(&r->out, "{\"audit\":[");
	sb_add(&r->out, audit.p, audit.len);
	sb_str(&r->out, "]}");
}

void
delta_close(void)
{
	struct stream *s;

	while ((s = streams) != NULL) {
		streams = s->next;
		free(s->connector);
		free(s->name);
		free(s->cursor);
		free(s->error);
		free(s->metadata);
		free(s);
	}
	sb_free(&audit);
}
