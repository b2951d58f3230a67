#include "fetch/probe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "json/mem.h"
#include "json/text.h"
#include "base/limits.h"

enum { LOOK = 3 };

/* Most usual first: where several fit, the earlier one is taken. */
static const char *const list_names[] = {"data", "results", "items", "records", "value", "values",
    "entries", "rows", "elements", "objects", "content", "list", "hits", "nodes", NULL};

struct nq_probe_parser {
	struct nq_probe *probe;
	yajl_handle yajl;
	uint32_t depth;		 /* open brackets */
	uint32_t arrays;	 /* of these, arrays */
	struct nq_buf key[LOOK]; /* the keys that lead here */
	int list;		 /* the list whose items come, or -1 */
	uint32_t list_depth;
	size_t silent; /* bytes since a token was told */
	bool told, given_up;
};

/* Only inside objects inside objects: what an array holds has no path of its own here. */
static bool
in_view(const struct nq_probe_parser *p)
{
	return p->arrays == 0 && p->depth > 0 && p->depth <= LOOK;
}

static bool
plain_name(struct nq_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_')
			return false;
	return s.n > 0;
}

static void
path_here(const struct nq_probe_parser *p, struct nq_buf *path, struct nq_buf *name)
{
	for (uint32_t i = 0; i < p->depth; i++) {
		nq_buf_addc(path, '.');
		if (plain_name(nq_buf_str(&p->key[i])))
			nq_buf_addstr(path, nq_buf_str(&p->key[i]));
		else
			nq_text_quote(path, nq_buf_str(&p->key[i]));
	}
	if (p->depth > 0)
		nq_buf_addstr(name, nq_buf_str(&p->key[p->depth - 1]));
	else
		nq_buf_adds(path, ".");
}

static void
count_item(struct nq_probe_parser *p, enum nq_type type)
{
	struct nq_probe_list *l;

	p->told = true;
	if (p->depth == 0)
		p->probe->top = type;
	if (p->list == -1 || p->depth != p->list_depth)
		return;
	l = &p->probe->list[p->list];
	if (l->items++ == 0)
		l->of_objects = type == NQ_OBJECT;
}

static int
on_scalar(struct nq_probe_parser *p, enum nq_type type, const char *text, size_t n)
{
	struct nq_probe *probe = p->probe;
	struct nq_probe_scalar *s;

	count_item(p, type);
	if (!in_view(p) || probe->nscalars == NQ_PROBE_SCALARS)
		return 1;
	s = &probe->scalar[probe->nscalars++];
	path_here(p, &s->path, &s->name);
	s->depth = p->depth;
	s->value.type = type;
	nq_buf_add(&s->value.text, text, n);
	return 1;
}

static int
on_null(void *p)
{
	return on_scalar(p, NQ_NULL, "null", 4);
}

static int
on_boolean(void *p, int yes)
{
	return yes != 0 ? on_scalar(p, NQ_TRUE, "true", 4) : on_scalar(p, NQ_FALSE, "false", 5);
}

static int
on_number(void *p, const char *text, size_t n)
{
	return on_scalar(p, NQ_NUMBER, text, n);
}

static int
on_string(void *p, const unsigned char *text, size_t n)
{
	return on_scalar(p, NQ_STRING, (const char *)text, n);
}

static int
on_key(void *ctx, const unsigned char *text, size_t n)
{
	struct nq_probe_parser *p = ctx;

	if (in_view(p)) {
		nq_buf_reset(&p->key[p->depth - 1]);
		nq_buf_add(&p->key[p->depth - 1], text, n);
	}
	return 1;
}

static int
on_open_map(void *ctx)
{
	struct nq_probe_parser *p = ctx;

	count_item(p, NQ_OBJECT);
	p->depth++;
	return p->depth <= NQ_MAX_DEPTH;
}

static int
on_open_array(void *ctx)
{
	struct nq_probe_parser *p = ctx;
	struct nq_probe *probe = p->probe;

	count_item(p, NQ_ARRAY);
	if ((in_view(p) || p->depth == 0) && probe->nlists < NQ_PROBE_LISTS) {
		p->list = (int)probe->nlists++;
		p->list_depth = p->depth + 1;
		path_here(p, &probe->list[p->list].path, &probe->list[p->list].name);
		probe->list[p->list].depth = p->depth;
	}
	p->depth++;
	p->arrays++;
	return p->depth <= NQ_MAX_DEPTH;
}

static int
on_close_map(void *ctx)
{
	struct nq_probe_parser *p = ctx;

	p->depth--;
	return 1;
}

static int
on_close_array(void *ctx)
{
	struct nq_probe_parser *p = ctx;

	if (p->depth == p->list_depth)
		p->list = -1;
	p->depth--;
	p->arrays--;
	return 1;
}

static const yajl_callbacks on = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_open_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close_map,
    .yajl_start_array = on_open_array,
    .yajl_end_array = on_close_array,
};

void
nq_probe_init(struct nq_probe *probe)
{
	struct nq_probe_parser *p = nq_calloc(1, sizeof(*p));

	memset(probe, 0, sizeof(*probe));
	for (size_t i = 0; i < NQ_PROBE_LISTS; i++)
		probe->list[i].path = probe->list[i].name = (struct nq_buf)NQ_BUF_INIT;
	for (size_t i = 0; i < NQ_PROBE_SCALARS; i++)
		probe->scalar[i].path = probe->scalar[i].name = probe->scalar[i].value.text =
		    (struct nq_buf)NQ_BUF_INIT;
	for (size_t i = 0; i < LOOK; i++)
		p->key[i] = (struct nq_buf)NQ_BUF_INIT;
	p->probe = probe;
	p->list = -1;
	p->yajl = yajl_alloc(&on, &nq_json_mem, p);
	yajl_config(p->yajl, yajl_dont_validate_strings, 1);
	probe->parser = p;
}

void
nq_probe_free(struct nq_probe *probe)
{
	for (size_t i = 0; i < probe->nlists; i++) {
		nq_buf_free(&probe->list[i].path);
		nq_buf_free(&probe->list[i].name);
	}
	for (size_t i = 0; i < probe->nscalars; i++) {
		nq_buf_free(&probe->scalar[i].path);
		nq_buf_free(&probe->scalar[i].name);
		nq_buf_free(&probe->scalar[i].value.text);
	}
	for (size_t i = 0; i < LOOK; i++)
		nq_buf_free(&probe->parser->key[i]);
	yajl_free(probe->parser->yajl);
	free(probe->parser);
}

/* What is wrong with the text is told by the page that reads it after us. */
int
nq_probe_data(void *ctx, const char *text, size_t n, struct nq_err *err)
{
	struct nq_probe *probe = ctx;
	struct nq_probe_parser *p = probe->parser;

	(void)err;
	if (p->given_up)
		return 0;
	p->told = false;
	p->given_up = yajl_parse(p->yajl, (const unsigned char *)text, n) != yajl_status_ok;
	p->silent = p->told ? 0 : p->silent + n;
	p->given_up = p->given_up || p->silent > NQ_MAX_LINE; /* yajl keeps a token in memory */
	return 0;
}

/* A member of the page that tells how to go on, and the pager that follows it. */
struct sign {
	const char *name; /* without case, '-' and '_' */
	const char *spec; /* of --paginate, to be followed by the path */
	const char *why;
};

static const struct sign signs[] = {
    {"nextpage", "page:next=", "a number of the next page"},
    {"totalpages", "page:total-pages=", "a number of pages"},
    {"pagecount", "page:total-pages=", "a number of pages"},
    {"lastpage", "page:total-pages=", "a number of the last page"},
};

/* Signs of more to come that only an explicit --paginate can follow. */
static const char *const more_signs[] = {"next", "nextcursor", "nexttoken", "nextpagetoken",
    "nexturl", "nextlink", "nextpageurl", "nextoffset", "after", "cursor", "hasmore", "hasnext",
    "hasnextpage", "endcursor", "continuationtoken", "scrollid", NULL};

static bool
sounds_like(const char *name, const char *sign)
{
	for (; *name != '\0'; name++) {
		if (*name == '_' || *name == '-')
			continue;
		if (tolower((unsigned char)*name) != *sign)
			return false;
		sign++;
	}
	return *sign == '\0';
}

static const struct nq_probe_scalar *
scalar_like(const struct nq_probe *probe, const char *sign)
{
	for (size_t i = 0; i < probe->nscalars; i++)
		if (sounds_like(probe->scalar[i].name.data, sign))
			return &probe->scalar[i];
	return NULL;
}

static bool
speaks_of_pages(const struct nq_probe *probe)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (scalar_like(probe, signs[i].name) != NULL)
			return true;
	for (const char *const *name = more_signs; *name != NULL; name++)
		if (scalar_like(probe, *name) != NULL)
			return true;
	return false;
}

static const struct nq_probe_list *
named_list(const struct nq_probe *probe, bool empty)
{
	const struct nq_probe_list *l, *best = NULL;

	for (const char *const *name = list_names; *name != NULL && best == NULL; name++) {
		for (size_t i = 0; i < probe->nlists; i++) {
			l = &probe->list[i];
			if (strcasecmp(l->name.data, *name) != 0 ||
			    (empty ? l->items > 0 : !l->of_objects))
				continue;
			if (best == NULL || l->depth < best->depth)
				best = l;
		}
	}
	return best;
}

/* The only list, though empty, of an object that speaks about pages. */
static const struct nq_probe_list *
lone_list(const struct nq_probe *probe)
{
	const struct nq_probe_list *l = NULL;
	size_t n = 0;

	for (size_t i = 0; i < probe->nlists; i++) {
		if (probe->list[i].items > 0)
			continue;
		l = &probe->list[i];
		n++;
	}
	return n == 1 && speaks_of_pages(probe) ? l : NULL;
}

static int
several_lists(const struct nq_probe *probe, struct nq_err *err)
{
	const char *join = ":";

	nq_err_set(err, NQ_FAIL, "the page has several lists, name one with --records");
	for (size_t i = 0; i < probe->nlists; i++) {
		if (!probe->list[i].of_objects)
			continue;
		nq_err_add(err, "%s %s", join, probe->list[i].path.data);
		join = ",";
	}
	return -1;
}

int
nq_probe_records(const struct nq_probe *probe, struct nq_buf *path, struct nq_err *err)
{
	const struct nq_probe_list *found = NULL;
	size_t lists = 0;

	if (probe->top != NQ_ARRAY) {
		for (size_t i = 0; i < probe->nlists; i++) {
			if (!probe->list[i].of_objects)
				continue;
			found = &probe->list[i];
			lists++;
		}
		if (lists != 1)
			found = named_list(probe, lists == 0);
		if (found == NULL && lists > 1)
			return several_lists(probe, err);
		if (found == NULL)
			found = lone_list(probe);
	}
	nq_buf_adds(path, found != NULL ? found->path.data : ".");
	return 0;
}

static int
cannot_follow(const struct nq_probe *probe, struct nq_err *err)
{
	const struct nq_probe_scalar *s;

	for (const char *const *sign = more_signs; *sign != NULL; sign++) {
		s = scalar_like(probe, *sign);
		if (s != NULL && !nq_value_empty(&s->value))
			return nq_err_set(err, NQ_FAIL,
			    "the page looks as if more follow ('%s' is set), but not how: give "
			    "--paginate, or --paginate none for this page alone",
			    s->path.data);
	}
	return 0;
}

int
nq_probe_pager(
    const struct nq_probe *probe, struct nq_buf *spec, struct nq_buf *why, struct nq_err *err)
{
	const struct nq_probe_scalar *s;
	uint64_t number;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		s = scalar_like(probe, signs[i].name);
		if (s == NULL ||
		    (s->value.type != NQ_NULL && nq_value_uint(&s->value, &number) == -1))
			continue;
		nq_buf_addf(spec, "%s%s", signs[i].spec, s->path.data);
		nq_buf_addf(why, "'%s' is %s", s->path.data, signs[i].why);
		return 0;
	}
	nq_buf_adds(spec, "none");
	nq_buf_adds(why, "nothing in it names another page");
	return cannot_follow(probe, err);
}
