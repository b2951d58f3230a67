#include "fetch/probe.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "json/mem.h"
#include "json/path.h"
#include "base/limits.h"

enum { LOOK = 4 };

struct nq_probe_parser {
	struct nq_probe *probe;
	yajl_handle yajl;
	uint32_t depth;		 /* open brackets */
	uint32_t arrays;	 /* of these, arrays */
	struct nq_buf key[LOOK]; /* the keys that lead here */
	int list;		 /* the list whose items come, or -1 */
	uint32_t list_depth;
	size_t mark;   /* bytes of a byte order mark at the start */
	size_t silent; /* bytes since a token was told */
	bool told, given_up;
	bool rel;  /* the value to come says what an item of the list is to this page */
	bool href; /* or where it leads */
};

/* Only inside objects inside objects: what an array holds has no path of its own here. */
static bool
in_view(const struct nq_probe_parser *p)
{
	return p->arrays == 0 && p->depth > 0 && p->depth <= LOOK;
}

static void
path_here(const struct nq_probe_parser *p, struct nq_buf *path, struct nq_buf *name)
{
	for (uint32_t i = 0; i < p->depth; i++)
		nq_path_add_key(path, nq_buf_str(&p->key[i]));
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

/* {"relation": "next", "url": …} in a list of links, as FHIR has it. */
static void
note_relation(struct nq_probe_parser *p, struct nq_str text)
{
	static const char *const pages[] = {
	    "self", "next", "prev", "previous", "first", "last", NULL};
	struct nq_probe_list *l;

	if (p->list == -1 || p->depth != p->list_depth + 1)
		return;
	l = &p->probe->list[p->list];
	l->has_href = l->has_href || p->href;
	for (size_t i = 0; p->rel && pages[i] != NULL; i++)
		l->has_rel = l->has_rel || nq_str_is(text, pages[i]);
	if (p->rel && nq_str_is(text, "next"))
		l->next = l->items;
}

static int
on_scalar(struct nq_probe_parser *p, enum nq_type type, const char *text, size_t n)
{
	struct nq_probe *probe = p->probe;
	struct nq_probe_scalar *s;

	count_item(p, type);
	note_relation(p, (struct nq_str){text, n});
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
	struct nq_str key = {(const char *)text, n};

	if (p->depth == p->list_depth + 1) {
		p->rel = nq_str_is(key, "rel") || nq_str_is(key, "relation");
		p->href = nq_str_is(key, "href") || nq_str_is(key, "url") || nq_str_is(key, "uri");
	}
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
	for (; n > 0 && p->mark < 3 && *text == "\xef\xbb\xbf"[p->mark]; text++, n--)
		p->mark++;
	if (n == 0)
		return 0;
	p->mark = 3;
	p->told = false;
	p->given_up = yajl_parse(p->yajl, (const unsigned char *)text, n) != yajl_status_ok;
	p->silent = p->told ? 0 : p->silent + n;
	p->given_up = p->given_up || p->silent > NQ_MAX_LINE; /* yajl keeps a token in memory */
	return 0;
}
