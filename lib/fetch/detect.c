#include "fetch/detect.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "fetch/hint.h"
#include "http/link.h"

/* Most usual first: where several fit, the earlier one is taken. */
static const char *const list_names[] = {"data", "results", "items", "records", "value", "values",
    "entries", "rows", "elements", "objects", "content", "list", "hits", "nodes", NULL};

/* What a value must look like for a sign to count; null counts where it may end the walk. */
enum look { A_URL, A_NUMBER, A_TOKEN, A_FLAG };

/*
 * A member that tells how to go on. name is the end of its path without case, '_', '-', '@' and
 * quotes; spec is the pager with % where the path goes.
 */
struct sign {
	const char *name;
	enum look look;
	const char *spec;
	const char *what;
};

/* In the order of trust: what leads to the next page beats what only counts pages. */
static const struct sign signs[] = {
    {"links.next.href", A_URL, "next-url:next=%", "the next URL (HAL)"},
    {"links.next", A_URL, "next-url:next=%", "the next URL (JSON:API)"},
    {"odata.nextlink", A_URL, "next-url:next=%", "the next URL (OData)"},
    {"nextlink", A_URL, "next-url:next=%", "the next URL"},
    {"nexturl", A_URL, "next-url:next=%", "the next URL"},
    {"nextpageurl", A_URL, "next-url:next=%", "the next URL"},
    {"nextpageuri", A_URL, "next-url:next=%", "the next URL"},
    {"nextpage", A_URL, "next-url:next=%", "the next URL"},
    {"next.url", A_URL, "next-url:next=%", "the next URL"},
    {"paging.next.link", A_URL, "next-url:next=%", "the next URL"},
    {"next", A_URL, "next-url:next=%", "the next URL"},
    {"nextpage", A_NUMBER, "page:next=%", "the number of the next page"},
    {"nextpagenumber", A_NUMBER, "page:next=%", "the number of the next page"},
    {"paging.next.after", A_TOKEN, "cursor:next=%,param=after", "a token (HubSpot)"},
    {"nextpagetoken", A_TOKEN, "cursor:next=%,param=pageToken", "a page token"},
    {"cursors.after", A_TOKEN, "cursor:next=%,param=after", "a token"},
    {"cursors.next", A_TOKEN, "cursor:next=%", "a cursor"},
    {"responsemetadata.nextcursor", A_TOKEN, "cursor:next=%", "a cursor"},
    {"nextcursor", A_TOKEN, "cursor:next=%", "a cursor"},
    {"continuationtoken", A_TOKEN, "cursor:next=%,param=continuationToken", "a token"},
    {"nexttoken", A_TOKEN, "cursor:next=%,param=nextToken", "a token"},
    {"totalpages", A_NUMBER, "page:total-pages=%", "the number of pages"},
    {"pagecount", A_NUMBER, "page:total-pages=%", "the number of pages"},
    {"lastpage", A_NUMBER, "page:total-pages=%", "the number of the last page"},
};

/* Members that only say that there is more, or how much there is. */
static const char *const more_names[] = {"next", "nextcursor", "nexttoken", "nextpagetoken",
    "nextpage", "nextoffset", "hasmore", "hasnext", "hasnextpage", "endcursor", "scrollid", NULL};
static const char *const total_names[] = {"total", "totalcount", "totalitems", "totalrecords",
    "totalresults", "totalelements", "total.value", "totalhits", NULL};

static const char *const flag_names[] = {"hasmore", "hasnext", "hasnextpage", "more", NULL};

/* What the number of the page itself is called; it stands beside the number of pages. */
static const char *const page_names[] = {"page", "currentpage", "pagenumber", "pageindex",
    "currentpagenumber", "pageno", "current", "number", NULL};

/* Whether the path ends in the dotted name, letters and digits alone looked at. */
static bool
path_ends(const char *path, const char *name)
{
	const char *p = path + strlen(path), *n = name + strlen(name);

	while (n > name) {
		if (p == path)
			return false;
		p--;
		if (isalnum((unsigned char)*p) || *p == '.') {
			n--;
			if (tolower((unsigned char)*p) != *n)
				return false;
		}
	}
	while (p > path && !isalnum((unsigned char)p[-1]) && p[-1] != '.')
		p--;
	return p > path && p[-1] == '.';
}

static bool
like_a_url(const struct nq_scalar *v)
{
	return v->type == NQ_STRING && (strncmp(v->text.data, "http://", 7) == 0 ||
					   strncmp(v->text.data, "https://", 8) == 0 ||
					   v->text.data[0] == '/' || v->text.data[0] == '?');
}

static bool
looks(const struct nq_scalar *v, enum look look)
{
	uint64_t n;

	switch (look) {
	case A_URL:
		return like_a_url(v);
	case A_NUMBER:
		return nq_scalar_uint(v, &n) == 0;
	case A_TOKEN:
		return !nq_scalar_empty(v) && (v->type == NQ_STRING || v->type == NQ_NUMBER) &&
		       !like_a_url(v);
	case A_FLAG:
		return v->type == NQ_TRUE;
	}
	return false;
}

static const struct nq_probe_scalar *
find(const struct nq_probe *p, const char *name, enum look look)
{
	for (size_t i = 0; i < p->nscalars; i++)
		if (path_ends(p->scalar[i].path.data, name) && looks(&p->scalar[i].value, look))
			return &p->scalar[i];
	return NULL;
}

/* Links of the page to others, and not records. */
static bool
is_links(const struct nq_probe_list *l)
{
	return l->has_rel && l->has_href;
}

static bool
by_headers(const struct nq_headers *h, struct nq_buf *spec, struct nq_buf *why)
{
	struct nq_str s;

	if (nq_link_find(h, "next", &s)) {
		nq_buf_adds(spec, "link");
		nq_buf_adds(why, "the Link field names a next page");
		return true;
	}
	if (nq_headers_get(h, "X-Next-Page", 0, &s)) {
		nq_buf_adds(spec, "header");
		nq_buf_adds(why, "the header X-Next-Page is there");
		return true;
	}
	return false;
}

/* Where the path of the last member begins. */
static size_t
parent(const struct nq_probe_scalar *s)
{
	return s->path.len - strlen(strrchr(s->path.data, '.'));
}

static bool
siblings(const struct nq_probe_scalar *a, const struct nq_probe_scalar *b)
{
	return parent(a) == parent(b) && memcmp(a->path.data, b->path.data, parent(a)) == 0;
}

/*
 * Pages are counted from 1 unless the first one says otherwise: from 0 in many an API, or from
 * where the user's own URL begins.
 */
static void
add_start(const struct nq_probe *p, const struct nq_probe_scalar *of, struct nq_buf *spec)
{
	const struct nq_probe_scalar *s;
	uint64_t number;

	for (const char *const *name = page_names; *name != NULL; name++) {
		for (size_t i = 0; i < p->nscalars; i++) {
			s = &p->scalar[i];
			if (!path_ends(s->path.data, *name) || !siblings(s, of) ||
			    nq_scalar_uint(&s->value, &number) == -1)
				continue;
			if (number != 1)
				nq_buf_addf(spec, ",start=%" PRIu64, number);
			return;
		}
	}
}

/* The flag that belongs to a token stands beside it or further out. */
static void
add_more(const struct nq_probe *p, const struct nq_probe_scalar *of, struct nq_buf *spec)
{
	const struct nq_probe_scalar *s;
	bool yes;

	for (const char *const *name = flag_names; *name != NULL; name++) {
		for (size_t i = 0; i < p->nscalars; i++) {
			s = &p->scalar[i];
			if (!path_ends(s->path.data, *name) || parent(s) > parent(of) ||
			    memcmp(s->path.data, of->path.data, parent(s)) != 0 ||
			    nq_scalar_bool(&s->value, &yes) == -1)
				continue;
			nq_buf_addf(spec, ",more=%s", s->path.data);
			return;
		}
	}
}

/* A member that could name the next page, or says whether there is one, and says no. */
static const struct nq_probe_scalar *
says_no_more(const struct nq_probe *p)
{
	const struct nq_probe_scalar *s;
	bool yes;

	for (size_t i = 0; i < p->nscalars; i++) {
		s = &p->scalar[i];
		for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++)
			if (path_ends(s->path.data, signs[k].name) && nq_scalar_empty(&s->value) &&
			    strncmp(signs[k].spec, "page:total", 10) != 0)
				return s;
		for (const char *const *name = flag_names; *name != NULL; name++)
			if (path_ends(s->path.data, *name) &&
			    nq_scalar_bool(&s->value, &yes) == 0 && !yes)
				return s;
	}
	return NULL;
}

static bool
by_signs(const struct nq_probe *p, struct nq_buf *spec, struct nq_buf *why)
{
	const struct nq_probe_scalar *s;
	const char *hole;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		s = find(p, signs[i].name, signs[i].look);
		if (s == NULL)
			continue;
		hole = strchr(signs[i].spec, '%');
		nq_buf_add(spec, signs[i].spec, (size_t)(hole - signs[i].spec));
		nq_buf_addstr(spec, nq_buf_str(&s->path));
		nq_buf_adds(spec, hole + 1);
		if (strncmp(signs[i].spec, "page:total", 10) == 0)
			add_start(p, s, spec);
		if (strncmp(signs[i].spec, "cursor:", 7) == 0)
			add_more(p, s, spec);
		nq_buf_addf(why, "'%s' is %s", s->path.data, signs[i].what);
		return true;
	}
	return false;
}

static bool
has_path(const struct nq_probe *p, const char *path)
{
	for (size_t i = 0; i < p->nscalars; i++)
		if (strcmp(p->scalar[i].path.data, path) == 0)
			return true;
	return false;
}

/* Shapes that take two members to know. */
static bool
by_shape(const struct nq_probe *p, struct nq_buf *spec, struct nq_buf *why)
{
	const struct nq_probe_scalar *count;

	if (find(p, "hasmore", A_FLAG) != NULL && has_path(p, ".has_more") &&
	    has_path(p, ".object")) {
		nq_buf_adds(spec, "keyset:param=starting_after,field=.id,more=.has_more");
		nq_buf_adds(why, "'.has_more' and '.object' are Stripe's");
		return true;
	}
	count = find(p, "count", A_NUMBER);
	if (count != NULL && has_path(p, ".count") && has_path(p, ".page") && p->nlists > 0) {
		nq_buf_adds(spec, "page:total-items=.count");
		add_start(p, count, spec);
		nq_buf_adds(why, "'.count' and '.page' stand beside the list (Nuntiq)");
		return true;
	}
	return false;
}

static bool
by_links(const struct nq_probe *p, struct nq_buf *spec, struct nq_buf *why)
{
	for (size_t i = 0; i < p->nlists && p->top == NQ_OBJECT; i++) {
		if (p->list[i].next == 0 || !is_links(&p->list[i]))
			continue;
		nq_buf_addf(spec, "link:in=body:%s", p->list[i].path.data);
		nq_buf_addf(why, "'%s' has a link to the next page", p->list[i].path.data);
		return true;
	}
	return false;
}

/* A list that names the next page, but not by a link. */
static int
linked_by_list(const struct nq_probe *p, struct nq_err *err)
{
	for (size_t i = 0; i < p->nlists && p->nlists > 1; i++)
		if (p->list[i].next > 0)
			return nq_err_set(err, NQ_FAIL,
			    "the page names the next one in a list: give --paginate "
			    "next-url:next=%s[%u] and the member there, if that is always its "
			    "place, or --paginate none for this page alone",
			    p->list[i].path.data, (unsigned)p->list[i].next - 1);
	return 0;
}

static int
unfollowed(const struct nq_probe *p, uint64_t records, struct nq_err *err)
{
	const struct nq_probe_scalar *s;
	uint64_t total;

	for (const char *const *name = more_names; *name != NULL; name++) {
		s = find(p, *name, A_TOKEN);
		s = s != NULL ? s : find(p, *name, A_FLAG);
		if (s != NULL)
			return nq_err_set(err, NQ_FAIL,
			    "the page says that more follow ('%s'), but not how: give --paginate, "
			    "or --paginate none for this page alone",
			    s->path.data);
	}
	if (linked_by_list(p, err) == -1)
		return -1;
	if (says_no_more(p) != NULL)
		return 0;
	for (const char *const *name = total_names; *name != NULL; name++) {
		s = find(p, *name, A_NUMBER);
		if (s == NULL || nq_scalar_uint(&s->value, &total) == -1 || total <= records)
			continue;
		return nq_err_set(err, NQ_FAIL,
		    "the page has %" PRIu64 " of %" PRIu64 " records ('%s') and names no next one: "
		    "give --paginate, for example --paginate offset:total-items=%s, "
		    "or --paginate none for this page alone",
		    records, total, s->path.data, s->path.data);
	}
	return 0;
}

/* One thing, not a list of them: what it counts is its own affair. */
static bool
one_object(const struct nq_probe *p)
{
	for (size_t i = 0; i < p->nlists; i++)
		if (!is_links(&p->list[i]) && (p->list[i].of_objects || p->list[i].items == 0))
			return false;
	return p->top == NQ_OBJECT;
}

int
nq_detect_pager(const struct nq_probe *p, const struct nq_headers *h, uint64_t records,
    struct nq_buf *spec, struct nq_buf *why, struct nq_err *err)
{
	bool one = one_object(p);

	if (by_headers(h, spec, why) ||
	    (!one && (by_links(p, spec, why) || by_signs(p, spec, why) || by_shape(p, spec, why))))
		return 0;
	nq_buf_adds(spec, "none");
	nq_buf_adds(why, one ? "it is one object" : "nothing in it names another page");
	if (one)
		return 0;
	if (says_no_more(p) == NULL && nq_hint_headers(h, records, err) == -1)
		return -1;
	return unfollowed(p, records, err);
}

static bool
speaks_of_pages(const struct nq_probe *p)
{
	for (size_t i = 0; i < p->nscalars; i++) {
		for (size_t k = 0; k < sizeof(signs) / sizeof(signs[0]); k++)
			if (path_ends(p->scalar[i].path.data, signs[k].name))
				return true;
		for (const char *const *name = more_names; *name != NULL; name++)
			if (path_ends(p->scalar[i].path.data, *name))
				return true;
	}
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
	const char *sep = "";

	nq_err_set(err, NQ_FAIL, "the page has several lists, name one with --records: '");
	for (size_t i = 0; i < probe->nlists; i++) {
		if (!probe->list[i].of_objects || is_links(&probe->list[i]))
			continue;
		nq_err_add(err, "%s%s", sep, probe->list[i].path.data);
		sep = "', '";
	}
	return nq_err_add(err, "'");
}

int
nq_detect_records(const struct nq_probe *probe, struct nq_buf *path, struct nq_err *err)
{
	const struct nq_probe_list *found = NULL;
	size_t lists = 0;

	if (probe->top != NQ_ARRAY) {
		for (size_t i = 0; i < probe->nlists; i++) {
			if (!probe->list[i].of_objects || is_links(&probe->list[i]))
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

bool
nq_detect_total(const struct nq_probe *p, struct nq_buf *path, uint64_t *total)
{
	const struct nq_probe_scalar *s;

	for (const char *const *name = total_names; *name != NULL && !one_object(p); name++) {
		s = find(p, *name, A_NUMBER);
		if (s == NULL || nq_scalar_uint(&s->value, total) == -1)
			continue;
		nq_buf_addstr(path, nq_buf_str(&s->path));
		return true;
	}
	return false;
}
