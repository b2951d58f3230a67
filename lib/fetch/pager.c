#include "fetch/pager.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const struct nq_pager_kind *const kinds[] = {&nq_pager_page, &nq_pager_none};

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

int
nq_pager_parse(struct nq_pager *p, const char *spec, struct nq_err *err)
{
	size_t n = strcspn(spec, ":");

	memset(p, 0, sizeof(*p));
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
	return p->kind->open(p, err);
}

void
nq_pager_free(struct nq_pager *p)
{
	for (size_t i = 0; i < NQ_PAGER_KEYS; i++)
		free(p->key[i]);
	memset(p, 0, sizeof(*p));
}

int
nq_pager_watch(const struct nq_pager *p, struct nq_page_spec *spec, struct nq_err *err)
{
	spec->watching = 0;
	for (size_t i = 0; p->kind != NULL && p->kind->keys[i].name != NULL; i++) {
		if (!p->kind->keys[i].is_path || p->key[i] == NULL)
			continue;
		if (nq_path_parse(&spec->watch[i], nq_str(p->key[i]), err) == -1)
			return nq_err_at(
			    err, "--paginate %s: %s: ", p->kind->name, p->kind->keys[i].name);
		spec->watching |= 1u << i;
	}
	return 0;
}

void
nq_pager_ask(const struct nq_pager *p, struct nq_url *u)
{
	p->kind->ask(p, u);
}

int
nq_pager_next(struct nq_pager *p, const struct nq_page *page, struct nq_err *err)
{
	p->rows += page->records;
	p->pages++;
	return p->kind->next(p, page, err);
}
