#include "fetch/pager.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fetch/follow.h"
#include "fetch/links.h"

static const struct nq_pager_kind *const kinds[] = {&nq_pager_page, &nq_pager_offset,
    &nq_pager_cursor, &nq_pager_header, &nq_pager_next_url, &nq_pager_link, &nq_pager_keyset,
    &nq_pager_none};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int
unknown_kind(const char *spec, size_t n, struct nq_err *err)
{
	char *word = nq_strndup(spec, n);
	const char *names[KINDS + 2] = {"auto"};
	const char *near;

	for (size_t i = 0; i < KINDS; i++)
		names[i + 1] = kinds[i]->name;
	near = nq_str_nearest(word, names);
	nq_err_set(err, NQ_USAGE, "--paginate: unknown kind '%s'", word);
	if (near != NULL)
		nq_err_add(err, ", did you mean '%s'?", near);
	else if (strpbrk(word, "=,") != NULL)
		nq_err_add(err, " (keys follow a colon: cursor:next=.next,param=after)");
	free(word);
	return -1;
}

static int
set_key(struct nq_pager *p, struct nq_str pair, struct nq_err *err)
{
	const char *eq = memchr(pair.p, '=', pair.n);
	const struct nq_pager_key *k = p->kind->keys;
	struct nq_str name = {pair.p, eq != NULL ? (size_t)(eq - pair.p) : pair.n};

	for (size_t i = 0; k[i].name != NULL; i++) {
		if (!nq_str_is(name, k[i].name))
			continue;
		if (eq == NULL || name.n + 1 == pair.n)
			return nq_err_set(err, NQ_USAGE, "--paginate %s: '%s' needs a value: %s=…",
			    p->kind->name, k[i].name, k[i].name);
		free(p->key[i]);
		p->key[i] = nq_strndup(eq + 1, pair.n - name.n - 1);
		return 0;
	}
	nq_err_set(err, NQ_USAGE, "--paginate %s: unknown key '%.*s': it knows", p->kind->name,
	    (int)name.n, name.p);
	for (size_t i = 0; k[i].name != NULL; i++)
		nq_err_add(err, "%s %s", i > 0 ? "," : "", k[i].name);
	if (k[0].name == NULL)
		nq_err_add(err, " none");
	return -1;
}

/* key=value,key=value; a comma inside a quoted path belongs to the path. */
static int
set_keys(struct nq_pager *p, const char *s, struct nq_err *err)
{
	const char *from = s;
	bool quoted = false;

	for (;; s++) {
		quoted = *s == '"' ? !quoted : quoted;
		if (*s != '\0' && (*s != ',' || quoted))
			continue;
		if (s > from && set_key(p, (struct nq_str){from, (size_t)(s - from)}, err) == -1)
			return -1;
		if (*s == '\0')
			return 0;
		from = s + 1;
	}
}

static const char *
key_named(const struct nq_pager *p, const char *name)
{
	for (size_t i = 0; p->kind->keys[i].name != NULL; i++)
		if (strcmp(p->kind->keys[i].name, name) == 0)
			return p->key[i];
	return NULL;
}

static const char *
key_in(const struct nq_pager *p)
{
	for (size_t i = 0; p->kind->keys[i].name != NULL; i++)
		if (p->kind->keys[i].what == NQ_KEY_IN)
			return p->key[i];
	return NULL;
}

/* Whether a parameter of the query is named, other than the usual one. */
static bool
names_param(const struct nq_pager *p)
{
	const struct nq_pager_key *k = p->kind->keys;

	for (size_t i = 0; k[i].name != NULL; i++)
		if (strcmp(k[i].name, "param") == 0 && p->key[i] != NULL)
			return k[i].preset == NULL || strcmp(k[i].preset, p->key[i]) != 0;
	return false;
}

/* Key in: query, body:PATH or header:NAME. */
static int
set_in(struct nq_pager *p, struct nq_err *err)
{
	const char *in = key_in(p);

	if (in == NULL || strcmp(in, "query") == 0)
		return 0;
	if (key_named(p, "size") != NULL || key_named(p, "limit") != NULL)
		return nq_err_set(err, NQ_USAGE,
		    "--paginate %s: with in, write the page size into --json or the URL",
		    p->kind->name);
	if (names_param(p))
		return nq_err_set(err, NQ_USAGE,
		    "--paginate %s: param names a parameter of the query, and in another place: "
		    "write one of them",
		    p->kind->name);
	if (strncmp(in, "body:", 5) == 0) {
		p->in = NQ_IN_BODY;
		if (nq_path_parse(&p->in_body, nq_str(in + 5), err) == -1)
			return nq_err_at(err, "--paginate %s: in: ", p->kind->name);
		return 0;
	}
	p->in = NQ_IN_HEADER;
	p->in_header = in + strlen("header:");
	if (strncmp(in, "header:", 7) == 0 && *p->in_header != '\0' &&
	    strpbrk(p->in_header, ": \t\r\n") == NULL)
		return 0;
	return nq_err_set(err, NQ_USAGE,
	    "--paginate %s: in: write query, body:PATH or header:NAME, not '%s'", p->kind->name,
	    in);
}

int
nq_pager_parse(struct nq_pager *p, const char *spec, struct nq_err *err)
{
	size_t n = strcspn(spec, ":");

	memset(p, 0, sizeof(*p));
	p->token = (struct nq_buf)NQ_BUF_INIT;
	if (n == 4 && strcmp(spec, "auto") == 0)
		return 0;
	for (size_t i = 0; i < KINDS && p->kind == NULL; i++)
		if (strlen(kinds[i]->name) == n && strncmp(kinds[i]->name, spec, n) == 0)
			p->kind = kinds[i];
	if (p->kind == NULL)
		return unknown_kind(spec, n, err);
	for (size_t i = 0; p->kind->keys[i].name != NULL; i++)
		if (p->kind->keys[i].preset != NULL)
			p->key[i] = nq_strdup(p->kind->keys[i].preset);
	if (spec[n] == ':' && set_keys(p, spec + n + 1, err) == -1)
		return -1;
	p->place_is_number = p->kind->counts;
	if (set_in(p, err) == -1)
		return -1;
	return p->kind->open(p, err);
}

void
nq_pager_free(struct nq_pager *p)
{
	for (size_t i = 0; i < NQ_PAGER_KEYS; i++)
		free(p->key[i]);
	nq_buf_free(&p->token);
	nq_path_free(&p->in_body);
	memset(p, 0, sizeof(*p));
	p->token = (struct nq_buf)NQ_BUF_INIT;
}

static int
watch_links(const struct nq_pager *p, size_t i, struct nq_page_spec *spec, struct nq_err *err)
{
	const char *place = p->key[i];

	if (strncmp(place, "body:", 5) != 0)
		return nq_err_set(
		    err, NQ_USAGE, "write body:PATH, where the list of links is, not '%s'", place);
	return nq_links_watch(spec, nq_str(place + 5), key_named(p, "rel"), err);
}

static int
watch(const struct nq_pager *p, size_t i, struct nq_page_spec *spec, struct nq_err *err)
{
	switch (p->kind->keys[i].what) {
	case NQ_KEY_PATH:
		spec->watching |= 1u << i;
		return nq_follow_path(&spec->watch[i], nq_str(p->key[i]), err);
	case NQ_KEY_FIELD:
		spec->has_field = true;
		return nq_follow_path(&spec->field, nq_str(p->key[i]), err);
	case NQ_KEY_LINKS:
		return watch_links(p, i, spec, err);
	case NQ_KEY_TEXT:
	case NQ_KEY_IN:
		break;
	}
	return 0;
}

int
nq_pager_watch(const struct nq_pager *p, struct nq_page_spec *spec, struct nq_err *err)
{
	for (size_t i = 0; i < NQ_PAGER_KEYS; i++)
		nq_path_free(&spec->watch[i]);
	nq_path_free(&spec->field);
	spec->watching &= NQ_PAGE_KEPT;
	spec->has_field = false;
	spec->links.watching = 0;
	for (size_t i = 0; p->kind != NULL && p->kind->keys[i].name != NULL; i++)
		if (p->key[i] != NULL && watch(p, i, spec, err) == -1)
			return nq_err_at(
			    err, "--paginate %s: %s: ", p->kind->name, p->kind->keys[i].name);
	return 0;
}

void
nq_pager_ask(const struct nq_pager *p, struct nq_url *u)
{
	p->kind->ask(p, u);
}

void
nq_pager_place(const struct nq_pager *p, struct nq_buf *b)
{
	if (p->kind->counts)
		nq_buf_addf(b, "%" PRIu64, p->at);
	else
		nq_buf_addstr(b, nq_buf_str(&p->token));
}

int
nq_pager_next(struct nq_pager *p, const struct nq_answer *a, struct nq_err *err)
{
	p->rows += a->page->records;
	p->pages++;
	return p->kind->next(p, a, err);
}

int
nq_pager_done(struct nq_pager *p, const char *reason)
{
	p->reason = reason;
	return 0;
}

int
nq_pager_unusable(const struct nq_pager *p, int key, const char *want, struct nq_err *err)
{
	return nq_err_set(err, NQ_FAIL, "the value at '%s' (%s) is missing or not %s", p->key[key],
	    p->kind->keys[key].name, want);
}

int
nq_pager_by_more(struct nq_pager *p, int key, const struct nq_answer *a, struct nq_err *err)
{
	bool yes = true;

	if (p->key[key] == NULL)
		return 1;
	if (nq_scalar_bool(&a->page->watched[key], &yes) == -1)
		return nq_pager_unusable(p, key, "true or false", err);
	return yes ? 1 : nq_pager_done(p, "the API says that there is no more");
}

int
nq_pager_by_total(
    struct nq_pager *p, int key, uint64_t before, const struct nq_answer *a, struct nq_err *err)
{
	if (p->key[key] == NULL)
		return 1;
	if (nq_scalar_uint(&a->page->watched[key], &p->total) == -1)
		return nq_pager_unusable(p, key, "a number", err);
	p->has_total = true;
	if (before + p->rows >= p->total)
		return nq_pager_done(p, "all items read");
	return a->page->records > 0 ? 1
				    : nq_pager_done(p, "an empty page before the declared total");
}

int
nq_pager_by_rows(struct nq_pager *p, const struct nq_answer *a)
{
	return a->page->records > 0 ? 1 : nq_pager_done(p, "an empty page");
}

int
nq_pager_by_token(struct nq_pager *p, int key, const struct nq_scalar *v, struct nq_err *err)
{
	if (nq_scalar_empty(v))
		return nq_pager_done(p, "the API gives no further token");
	if (v->type != NQ_STRING && v->type != NQ_NUMBER)
		return nq_pager_unusable(p, key, "a text or a number", err);
	if (v->text.len > NQ_MAX_TOKEN)
		return nq_err_set(err, NQ_FAIL, "a page token of more than %u bytes", NQ_MAX_TOKEN);
	p->place_is_number = v->type == NQ_NUMBER;
	nq_buf_reset(&p->token);
	nq_buf_addstr(&p->token, nq_buf_str(&v->text));
	return 1;
}
