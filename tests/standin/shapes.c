#include "shapes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One answer: where in the list it is. Pages are counted from 0 here. */
struct view {
	const struct shape *s;
	struct req *r;
	long posts, size, pages;
	long page, from, rows; /* from: the first row's id */
	long next;	       /* page, -1 for none */
	long id;	       /* the row being written */
};

static long memory; /* of the shapes that go on by themselves */

static const char plain_row[] = "{\"id\":@i,\"title\":\"Post @i\"}";

static long
number(const char *text, long fallback)
{
	return text != NULL && isdigit((unsigned char)*text) ? strtol(text, NULL, 10) : fallback;
}

/* The value at a dotted path of the posted body, of a list its first item; NULL if not there. */
static char *
posted(struct req *r, const char *path)
{
	struct slice v, key;
	struct js_iter it;

	if (r->in.len == 0 || !js_check(r->in.p, r->in.len, &v))
		return NULL;
	while (*path != '\0' && js_kind(v) == '{') {
		size_t n = strcspn(path, ".");
		char *name = sb_dup(path, n);

		v = js_get(v, name);
		free(name);
		path += n + (path[n] == '.');
	}
	if (js_kind(v) == '[') {
		js_begin(&it, v);
		if (!js_next(&it, &key, &v))
			return NULL;
	}
	if (js_kind(v) == '"')
		return js_text(v, NULL);
	return js_kind(v) == '0' ? sb_dup(v.p, v.n) : NULL;
}

/* A number that the client gave by one of these names. */
static long
asked_size(const struct req *r, long cap)
{
	static const char *const names[] = {"limit", "per_page", "size", "count", "$top"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		long n = number(req_query(r, names[i]), 0);

		if (n > 0 && n < cap)
			return n;
	}
	return cap;
}

static void
set_place(struct view *v, const char *at)
{
	switch (v->s->by) {
	case BY_PAGE:
		v->page = number(at, v->s->first) - v->s->first;
		break;
	case BY_COUNT:
		v->page = at != NULL ? v->pages - 1 - number(at, 0) : 0;
		break;
	case BY_OFFSET:
		v->from = number(at, 0);
		break;
	case BY_TOKEN:
		v->page = at != NULL && *at == 'p' ? number(at + 1, 1) - 1 : 0;
		break;
	case BY_MEMORY:
		memory = at != NULL ? memory + 1 : 0;
		v->page = memory;
		break;
	case BY_ID:
		v->from = at != NULL ? number(at, -1) + 1 : 0;
		break;
	}
	if (v->s->next == NEXT_DEAF)
		v->page = 0;
	if (v->s->by == BY_OFFSET || v->s->by == BY_ID)
		v->page = v->from / v->size;
	else
		v->from = v->page * v->size;
	if (v->from < 0 || v->from > v->posts)
		v->from = v->posts;
	v->rows = v->posts - v->from < v->size ? v->posts - v->from : v->size;
}

static long
next_page(const struct view *v)
{
	bool last = v->from + v->rows >= v->posts;

	switch (v->s->next) {
	case NEXT_EMPTY:
		return v->page < v->pages ? v->page + 1 : -1;
	case NEXT_SELF:
		return v->page;
	case NEXT_BACK:
		return v->page == 0 ? 1 : 0;
	case NEXT_STUCK:
		return last ? v->page : v->page + 1;
	case NEXT_PAGE:
	case NEXT_DEAF:
		break;
	}
	return last ? -1 : v->page + 1;
}

static void expand(struct view *v, const char *template, struct sb *out);

static void
put_rows(struct view *v, struct sb *out)
{
	sb_ch(out, '[');
	for (long i = 0; i < v->rows; i++) {
		v->id = v->from + i;
		sb_str(out, i > 0 ? "," : "");
		expand(v, v->s->row != NULL ? v->s->row : plain_row, out);
	}
	sb_ch(out, ']');
}

/* What the parameter is on the next page. */
static void
put_token(const struct view *v, struct sb *out)
{
	if (v->s->by == BY_OFFSET)
		sb_fmt(out, "%ld", v->from + v->rows);
	else if (v->s->by == BY_ID)
		sb_fmt(out, "%ld", v->from + v->rows - 1);
	else if (v->s->by == BY_TOKEN)
		sb_fmt(out, "p%ld", v->next + 1);
	else if (v->s->by == BY_COUNT)
		sb_fmt(out, "%ld", v->pages - 1 - v->next);
	else
		sb_fmt(out, "%ld", v->next + v->s->first);
}

static bool
is_param(const char *pair, size_t n, const char *name)
{
	size_t k = strlen(name);

	return n > k && strncmp(pair, name, k) == 0 && pair[k] == '=';
}

/* The query of this request with the parameter on the next page. */
static void
put_query(const struct view *v, struct sb *out)
{
	const char *p = v->r->raw_query;

	sb_ch(out, '?');
	while (*p != '\0') {
		size_t n = strcspn(p, "&");

		if (!is_param(p, n, v->s->param)) {
			sb_add(out, p, n);
			sb_ch(out, '&');
		}
		p += n + (p[n] == '&');
	}
	sb_fmt(out, "%s=", v->s->param);
	put_token(v, out);
}

static void
put_origin(const struct view *v, struct sb *out)
{
	const char *port = req_query(v->r, "elsewhere");

	if (port != NULL)
		sb_fmt(out, "http://127.0.0.1:%s", port);
	else
		sb_fmt(out, "http://%s", req_header(v->r, "Host"));
}

static void
put_url(const struct view *v, char what, struct sb *out)
{
	if (what == 'U')
		put_origin(v, out);
	if (what != 'q')
		sb_str(out, v->r->raw_path);
	put_query(v, out);
}

static void
put_number(const struct view *v, char what, struct sb *out)
{
	const struct {
		char name;
		long value;
	} numbers[] = {
	    {'i', v->id},
	    {'p', v->page + v->s->first},
	    {'P', v->pages},
	    {'o', v->from},
	    {'S', v->size},
	    {'C', v->posts},
	    {'L', v->from + v->rows - 1},
	    {'O', v->from + v->rows},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].name == what)
			sb_fmt(out, "%ld", numbers[i].value);
}

/* The number of the next page as the shape counts them. */
static void
put_next(const struct view *v, struct sb *out)
{
	if (v->s->by == BY_COUNT)
		put_token(v, out);
	else
		sb_fmt(out, "%ld", v->next + (v->s->by == BY_TOKEN ? 1 : v->s->first));
}

static void
put(struct view *v, char what, struct sb *out)
{
	switch (what) {
	case '@':
		sb_ch(out, '@');
		break;
	case 'R':
		put_rows(v, out);
		break;
	case 'U':
	case 'u':
	case 'q':
		put_url(v, what, out);
		break;
	case 'T':
		put_token(v, out);
		break;
	case 'n':
		put_next(v, out);
		break;
	case 'm':
		sb_str(out, v->next >= 0 ? "true" : "false");
		break;
	default:
		put_number(v, what, out);
	}
}

/* Conditions do not nest. */
static void
expand(struct view *v, const char *template, struct sb *out)
{
	bool on = true;

	for (const char *t = template; *t != '\0'; t++) {
		if (*t != '@' && on)
			sb_ch(out, *t);
		if (*t != '@')
			continue;
		t++;
		if (*t == '(')
			on = v->next >= 0;
		else if (*t == '|')
			on = v->next < 0;
		else if (*t == ')')
			on = true;
		else if (on)
			put(v, *t, out);
	}
}

static void
put_headers(struct view *v)
{
	struct sb all = {NULL, 0, 0};
	char *line, *rest, *colon;

	if (v->s->headers == NULL)
		return;
	expand(v, v->s->headers, &all);
	sb_str(&all, "");
	for (rest = all.p; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
		if ((colon = strstr(line, ": ")) == NULL)
			continue;
		*colon = '\0';
		/* libmicrohttpd refuses an empty value; a blank reads the same */
		reply_header(v->r, line, colon[2] != '\0' ? colon + 2 : " ");
	}
	sb_free(&all);
}

static void
answer(struct req *r, const struct shape *s)
{
	struct view v = {.s = s, .r = r, .next = -1};
	char *in_body = posted(r, s->param);
	const char *at = in_body != NULL ? in_body : req_query(r, s->param);

	v.posts = number(req_query(r, "posts"), 25);
	v.size = asked_size(r, number(req_query(r, "cap"), 5));
	v.pages = (v.posts + v.size - 1) / v.size;
	set_place(&v, at);
	v.next = next_page(&v);
	put_headers(&v);
	expand(&v, s->body, &r->out);
	free(in_body);
}

static void
answer_as(struct req *r, const char *name)
{
	for (const struct shape *s = shapes; s->name != NULL; s++) {
		if (strcmp(s->name, name) != 0)
			continue;
		answer(r, s);
		return;
	}
	reply_error(r, 404, "error", "no such shape");
}

void
shapes_page(struct req *r)
{
	answer_as(r, r->piece[r->npieces - 1]);
}

void
shapes_contacts(struct req *r)
{
	answer_as(r, "contacts");
}

void
shapes_comments(struct req *r)
{
	struct sb row = {NULL, 0, 0};
	struct shape s = {.by = BY_PAGE, .param = "page", .first = 1, .next = NEXT_PAGE};

	sb_fmt(&row, "{\"id\":@i,\"post\":%ld}", number(r->piece[1], 0));
	s.row = row.p;
	s.body = "{\"comments\":@R,\"page_number\":@p,\"total_pages\":@P}";
	answer(r, &s);
	sb_free(&row);
}
