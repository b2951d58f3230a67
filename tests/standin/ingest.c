#include "ingest.h"

#include <stdlib.h>
#include <string.h>

enum verdict { KEPT, REFUSED, BUSY };

struct row {
	char *place, *key, *json;
};

static struct row *rows;
static size_t nrows;
static long busy_left = -1;

/* One request while it is looked at. */
struct load {
	struct req *r;
	const char *place, *key, *required, *answer;
	struct sb out;
	size_t n, refused;
	int status;
};

static void
forget(struct row *w)
{
	free(w->place);
	free(w->key);
	free(w->json);
}

void
ingest_close(void)
{
	for (size_t i = 0; i < nrows; i++)
		forget(&rows[i]);
	free(rows);
	rows = NULL;
	nrows = 0;
	busy_left = -1;
}

void
ingest_clear(struct req *r)
{
	ingest_close();
	sb_str(&r->out, "{\"ok\":true}");
}

static char *
text_of(struct slice v)
{
	return v.p == NULL ? NULL : sb_dup(v.p, v.n);
}

static struct row *
find(const char *place, const char *key)
{
	for (size_t i = 0; key != NULL && i < nrows; i++)
		if (rows[i].key != NULL && strcmp(rows[i].key, key) == 0 &&
		    strcmp(rows[i].place, place) == 0)
			return &rows[i];
	return NULL;
}

/* Returns whether it was there. */
static bool
keep(const char *place, char *key, struct slice json)
{
	struct row *w = find(place, key);
	bool known = w != NULL;

	if (known) {
		forget(w);
	} else {
		if (nrows % 1024 == 0)
			rows = sb_realloc(rows, (nrows + 1024) * sizeof(*rows));
		w = &rows[nrows++];
	}
	*w = (struct row){sb_dup(place, strlen(place)), key, text_of(json)};
	return known;
}

static bool
drop(const char *place, const char *key)
{
	struct row *w = find(place, key);

	if (w == NULL)
		return false;
	forget(w);
	memmove(w, w + 1, (size_t)(rows + nrows - (w + 1)) * sizeof(*w));
	nrows--;
	return true;
}

static enum verdict
judge(struct load *l, struct slice row)
{
	if (l->n % 2 == 0 && busy_left > 0)
		return BUSY;
	if (js_kind(row) != '{' || (l->required != NULL && js_get(row, l->required).p == NULL))
		return REFUSED;
	return KEPT;
}

/* What became of the row, in the shape that was asked for. */
static void
tell(struct load *l, enum verdict v, const char *verb, const char *result)
{
	static const int status[] = {201, 400, 429};

	l->refused += v != KEPT;
	if (strcmp(l->answer, "failed") == 0 && v == KEPT)
		return;
	sb_str(&l->out, l->out.len > 0 ? "," : "");
	if (strcmp(l->answer, "ok") == 0 || strcmp(l->answer, "failed") == 0)
		sb_fmt(&l->out,
		    v == KEPT ? "{\"index\":%zu,\"ok\":true}"
			      : "{\"index\":%zu,\"ok\":false,\"error\":\"row %zu is bad\"}",
		    l->n, l->n);
	else if (strcmp(l->answer, "status") == 0)
		sb_fmt(&l->out, "{\"status\":%d%s}", status[v],
		    v == REFUSED ? ",\"message\":\"no good\"" : "");
	else if (v == KEPT)
		sb_fmt(&l->out, "{\"%s\":{\"status\":%d,\"result\":\"%s\"}}", verb,
		    strcmp(result, "not_found") == 0 ? 404 : 200, result);
	else
		sb_fmt(&l->out,
		    "{\"%s\":{\"status\":%d,\"error\":{\"type\":\"t\",\"reason\":\"cannot "
		    "parse\"}}}",
		    verb, status[v]);
}

static void
take(struct load *l, struct slice row)
{
	enum verdict v = judge(l, row);
	bool known = false;

	if (v == KEPT)
		known = keep(l->place, l->key == NULL ? NULL : text_of(js_get(row, l->key)), row);
	tell(l, v, "index", known ? "updated" : "created");
	l->n++;
}

/* An action of _bulk and the document behind it. */
static void
act(struct load *l, struct slice action, struct slice doc)
{
	struct slice verb, what, body = doc;
	struct js_iter it;
	enum verdict v;
	bool known = false;
	char *id;

	js_begin(&it, action);
	if (!js_next(&it, &verb, &what))
		return;
	id = text_of(js_get(what, "_id"));
	if (strncmp(verb.p, "\"delete\"", verb.n) == 0) {
		tell(l, KEPT, "delete", drop(l->place, id) ? "deleted" : "not_found");
		free(id);
		l->n++;
		return;
	}
	if (strncmp(verb.p, "\"update\"", verb.n) == 0)
		body = js_get(doc, "doc");
	v = judge(l, body);
	if (v == KEPT)
		known = keep(l->place, id, body);
	else
		free(id);
	tell(l, v, js_is(verb, "\"update\"") ? "update" : "create", known ? "updated" : "created");
	l->n++;
}

/* The next line as JSON; false at the end, or when it is none (and 400 is written). */
static bool
next_line(struct load *l, const char **p, struct slice *value)
{
	const char *end = l->r->in.p + l->r->in.len, *nl;

	while (*p < end && **p == '\n')
		++*p;
	if (*p >= end)
		return false;
	nl = memchr(*p, '\n', (size_t)(end - *p));
	nl = nl != NULL ? nl : end;
	if (!js_check(*p, (size_t)(nl - *p), value)) {
		reply_error(l->r, 400, "message", "row %zu is not JSON", l->n + 1);
		l->status = 400;
		return false;
	}
	*p = nl;
	return true;
}

static void
take_lines(struct load *l, bool bulk)
{
	const char *p = l->r->in.p;
	struct slice row, doc, key, what;
	struct js_iter it;

	while (next_line(l, &p, &row)) {
		if (!bulk) {
			take(l, row);
			continue;
		}
		js_begin(&it, row);
		if (js_next(&it, &key, &what) && js_is(key, "\"delete\""))
			act(l, row, (struct slice){NULL, 0});
		else if (next_line(l, &p, &doc))
			act(l, row, doc);
	}
}

static bool
find_list(struct slice root, struct slice *list)
{
	struct slice key;
	struct js_iter it;

	*list = root;
	if (js_kind(root) == '[')
		return true;
	js_begin(&it, root);
	while (js_kind(root) == '{' && js_next(&it, &key, list))
		if (js_kind(*list) == '[')
			return true;
	return false;
}

static void
take_list(struct load *l)
{
	struct slice root, list, key, row;
	struct js_iter it;

	if (!js_check(l->r->in.p, l->r->in.len, &root) || !find_list(root, &list)) {
		reply_error(l->r, 400, "message", "the body is no list of rows");
		l->status = 400;
		return;
	}
	js_begin(&it, list);
	while (js_next(&it, &key, &row))
		take(l, row);
}

/* All or nothing, where nobody asked to hear of each row. */
static bool
whole(struct load *l)
{
	struct slice root, list, key, row;
	struct js_iter it;
	size_t n = 0;

	if (l->required == NULL || *l->answer != '\0' ||
	    !js_check(l->r->in.p, l->r->in.len, &root) || !find_list(root, &list))
		return true;
	js_begin(&it, list);
	while (js_next(&it, &key, &row)) {
		n++;
		if (js_get(row, l->required).p != NULL)
			continue;
		reply_error(l->r, 422, "error", "row %zu: %s is required", n, l->required);
		return false;
	}
	return true;
}

static void
answer(struct load *l)
{
	const char *list = strcmp(l->answer, "items") == 0    ? "items"
			   : strcmp(l->answer, "failed") == 0 ? "failures"
							      : "results";

	if (l->status != 0)
		return;
	if (*l->answer == '\0') {
		sb_fmt(&l->r->out, "{\"accepted\":%zu}", l->n);
		return;
	}
	l->r->status = strcmp(l->answer, "ok") == 0 && l->refused > 0 ? 207 : 200;
	sb_fmt(&l->r->out, "{\"errors\":%s,\"%s\":[%s]}", l->refused > 0 ? "true" : "false", list,
	    l->out.p != NULL ? l->out.p : "");
}

void
ingest_post(struct req *r)
{
	struct load l = {.r = r,
	    .place = r->piece[1],
	    .key = req_query(r, "key"),
	    .required = req_query(r, "required"),
	    .answer = req_query(r, "answer")};
	const char *max = req_query(r, "max"), *busy = req_query(r, "busy");
	const char *type = req_header(r, "Content-Type");

	l.answer = l.answer != NULL ? l.answer : "";
	if (max != NULL && r->in.len > strtoul(max, NULL, 10)) {
		reply_error(r, 413, "message", "more than %s bytes", max);
		return;
	}
	if (busy != NULL && busy_left == -1)
		busy_left = strtol(busy, NULL, 10);
	if (type != NULL && strcmp(type, "application/x-ndjson") == 0)
		take_lines(&l, strcmp(l.answer, "items") == 0);
	else if (whole(&l))
		take_list(&l);
	else
		l.status = r->status;
	if (busy_left > 0)
		busy_left--;
	answer(&l);
	sb_free(&l.out);
}

void
ingest_get(struct req *r)
{
	size_t n = 0;

	sb_ch(&r->out, '[');
	for (size_t i = 0; i < nrows; i++)
		if (strcmp(rows[i].place, r->piece[1]) == 0) {
			sb_str(&r->out, n++ > 0 ? "," : "");
			sb_str(&r->out, rows[i].json);
		}
	sb_ch(&r->out, ']');
}
