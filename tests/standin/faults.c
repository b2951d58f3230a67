#include "faults.h"

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "when.h"

#define HTML                                                             \
	"<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>" \
	"<body><h1>We will be back soon</h1></body></html>\n"

/*
 * replaces: the answer is the fault's own. status, type and body are what such
 * an answer has unless the rule says otherwise.
 */
/* clang-format off */
static const struct {
	const char *name;
	bool replaces;
	int status;
	const char *type, *body;
} kinds[FAULT_KINDS] = {
    [FAULT_STATUS] =   {"status",   true, 503, "application/json", "{\"error\":\"fault\"}"},
    [FAULT_REDIRECT] = {"redirect", true, 302, "text/plain", "moved\n"},
    [FAULT_HTML] =     {"html",     true, 200, "text/html; charset=utf-8", HTML},
    [FAULT_GARBAGE] =  {"garbage",  true, 200, "application/json", "{\"data\":[{\"id\":1,,\n\x01 oops"},
    [FAULT_EMPTY] =    {"empty",    true, 200, "application/json", ""},
    [FAULT_CUT] =                 {.name = "cut"},
    [FAULT_STALL] =               {.name = "stall"},
    [FAULT_DRIP] =                {.name = "drip"},
    [FAULT_CONTENT_TYPE] =        {.name = "content_type"},
    [FAULT_RESET] =               {.name = "reset"},
    [FAULT_GZIP_CUT] =            {.name = "gzip_cut"},
    [FAULT_CLOSE_DELIMITED_CUT] = {.name = "close_delimited_cut"},
    [FAULT_CHUNKED_CUT] =         {.name = "chunked_cut"},
    [FAULT_HEADERS] =             {.name = "headers"},
};
/* clang-format on */

static struct rule *rules, *cleared;
static unsigned long long draws; /* counts the drawings of every "share" */

static bool
draw(double share)
{
	unsigned long long x = (++draws + (unsigned long long)conf.seed) * 0x9e3779b97f4a7c15u;

	x ^= x >> 31;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 29;
	return (double)(x >> 11) / 9007199254740992.0 < share;
}

static bool
matches(const struct rule *u, const struct req *r)
{
	return strncmp(r->raw_path, u->match, strlen(u->match)) == 0 &&
	       (u->method == NULL || strcmp(u->method, r->method) == 0) &&
	       (u->query == NULL || strstr(r->raw_query, u->query) != NULL);
}

const struct rule *
faults_pick(const struct req *r)
{
	for (struct rule *u = rules; u != NULL; u = u->next) {
		if (!matches(u, r))
			continue;
		if (u->matched++ < u->skip || (u->count >= 0 && u->fired >= u->count))
			continue;
		if (u->share < 1.0 && !draw(u->share))
			continue;
		u->fired++;
		return u;
	}
	return NULL;
}

const char *
faults_name(const struct rule *rule)
{
	return rule != NULL ? kinds[rule->kind].name : NULL;
}

bool
faults_replaces(const struct rule *rule)
{
	return kinds[rule->kind].replaces || (rule->kind == FAULT_RESET && rule->after_bytes < 0);
}

static void
put_retry_after(struct req *r, const char *text)
{
	struct sb date = {NULL, 0, 0};

	if (strncmp(text, "date+", 5) == 0) {
		when_http(&date, when_now().s + strtoll(text + 5, NULL, 10));
		text = date.p;
	}
	reply_header(r, "Retry-After", text);
	sb_free(&date);
}

static void
put_headers(struct req *r, struct slice object)
{
	struct slice k, v;
	struct js_iter it;

	if (js_kind(object) != '{')
		return;
	js_begin(&it, object);
	while (js_next(&it, &k, &v)) {
		char *name = js_text(k, ""), *value = js_text(v, "");

		reply_header(r, name, value);
		free(name);
		free(value);
	}
}

void
faults_reply(struct req *r, const struct rule *u)
{
	if (kinds[u->kind].replaces) {
		r->status = kinds[u->kind].status;
		r->type = kinds[u->kind].type;
		sb_reset(&r->out);
		sb_str(&r->out, u->body != NULL ? u->body : kinds[u->kind].body);
	}
	if (u->kind == FAULT_RESET && u->after_bytes < 0)
		r->status = 0;
	if (u->status != 0)
		r->status = u->status;
	if (u->kind == FAULT_CONTENT_TYPE)
		r->type = "text/html";
	if (u->content_type != NULL)
		r->type = u->content_type;
	if (u->retry_after != NULL)
		put_retry_after(r, u->retry_after);
	if (u->location != NULL)
		reply_header(r, "Location", u->location);
	put_headers(r, js_get(u->root, "headers"));
}

static int
find_kind(const char *name)
{
	for (int i = 0; i < FAULT_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return i;
	return -1;
}

static void
append(struct rule *u)
{
	struct rule **at = &rules;

	while (*at != NULL)
		at = &(*at)->next;
	*at = u;
}

static void
add_rule(struct req *r, int kind)
{
	struct rule *u = sb_alloc(sizeof(*u));

	u->text = sb_dup(r->in.p, r->in.len);
	js_check(u->text, r->in.len, &u->root);
	u->kind = (enum fault_kind)kind;
	u->match = js_text(js_get(u->root, "match"), "");
	u->method = js_text(js_get(u->root, "method"), NULL);
	u->query = js_text(js_get(u->root, "query"), NULL);
	u->retry_after = js_text(js_get(u->root, "retry_after"), NULL);
	u->location = js_text(js_get(u->root, "location"), NULL);
	u->content_type = js_text(js_get(u->root, "content_type"), NULL);
	u->body = js_text(js_get(u->root, "body"), NULL);
	u->status = (int)js_int(js_get(u->root, "status"), 0);
	u->count = js_int(js_get(u->root, "count"), -1);
	u->skip = js_int(js_get(u->root, "skip"), 0);
	u->after_bytes = js_int(js_get(u->root, "after_bytes"), -1);
	u->share = js_num(js_get(u->root, "share"), 1.0);
	u->apply = js_is(js_get(u->root, "apply"), "true");
	append(u);
	sb_str(&r->out, "{\"ok\":true}");
}

/* A misspelt member would be a fault that never fires: refuse it. */
static bool
known_members(struct req *r, struct slice root)
{
	static const char *const names[] = {"match", "method", "query", "kind", "status",
	    "retry_after", "count", "skip", "share", "after_bytes", "location", "content_type",
	    "body", "headers", "apply"};
	struct slice k, v;
	struct js_iter it;
	size_t i;

	js_begin(&it, root);
	while (js_next(&it, &k, &v)) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (k.n == strlen(names[i]) + 2 && memcmp(k.p + 1, names[i], k.n - 2) == 0)
				break;
		if (i == sizeof(names) / sizeof(names[0])) {
			reply_error(r, 400, "error", "unknown member %.*s", (int)k.n, k.p);
			return false;
		}
	}
	return true;
}

void
faults_post(struct req *r)
{
	struct slice root;
	char *name;
	int kind;

	if (!req_json(r, &root))
		return;
	if (js_kind(root) != '{') {
		reply_error(r, 400, "error", "a rule is an object");
		return;
	}
	name = js_text(js_get(root, "kind"), "");
	kind = find_kind(name);
	if (kind < 0)
		reply_error(r, 400, "error", "unknown kind '%s'", name);
	else if (known_members(r, root))
		add_rule(r, kind);
	free(name);
}

void
faults_get(struct req *r)
{
	const char *sep = "";

	sb_str(&r->out, "{\"faults\":[");
	for (struct rule *u = rules; u != NULL; u = u->next, sep = ",") {
		sb_fmt(&r->out, "%s{\"matched\":%lld,\"fired\":%lld,\"rule\":", sep, u->matched,
		    u->fired);
		sb_add(&r->out, u->root.p, u->root.n);
		sb_ch(&r->out, '}');
	}
	sb_str(&r->out, "]}");
}

void
faults_delete(struct req *r)
{
	struct rule **end = &cleared;

	while (*end != NULL)
		end = &(*end)->next;
	*end = rules;
	rules = NULL;
	draws = 0; /* so that every test meets the same dice */
	sb_str(&r->out, "{\"ok\":true}");
}
