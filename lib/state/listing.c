#include "state/listing.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct listing {
	struct nq_key *key; /* both names owned */
	size_t n;
};

/* The decoded name of an entry that ends in suffix, the caller's to free; NULL when not ours. */
static char *
name_of(const char *entry, const char *suffix)
{
	struct nq_buf name = NQ_BUF_INIT;
	size_t n = strlen(entry), cut = strlen(suffix);

	if (n > cut && *entry != '.' && strcmp(entry + n - cut, suffix) == 0 &&
	    nq_name_decode(&name, (struct nq_str){entry, n - cut}) == 0)
		return nq_buf_take(&name);
	nq_buf_free(&name);
	return NULL;
}

static int
open_dir(const char *path, DIR **dir, struct nq_err *err)
{
	*dir = opendir(path);
	if (*dir == NULL && errno != ENOENT && errno != ENOTDIR)
		return nq_err_set(err, NQ_FAIL, "cannot read directory '%s':", path);
	return 0;
}

static int
read_streams(struct listing *l, const char *path, const char *connector, struct nq_err *err)
{
	const struct dirent *e;
	char *stream;
	DIR *dir;

	if (open_dir(path, &dir, err) == -1)
		return -1;
	while (dir != NULL && (e = readdir(dir)) != NULL) {
		stream = name_of(e->d_name, ".json");
		if (stream == NULL)
			continue;
		l->key = nq_reallocarray(l->key, l->n + 1, sizeof(*l->key));
		l->key[l->n++] = (struct nq_key){nq_strdup(connector), stream};
	}
	if (dir != NULL)
		closedir(dir);
	return 0;
}

static int
read_connectors(struct listing *l, const char *where, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT;
	const struct dirent *e;
	char *connector;
	DIR *dir;
	int rc;

	rc = open_dir(where, &dir, err);
	while (rc == 0 && dir != NULL && (e = readdir(dir)) != NULL) {
		connector = name_of(e->d_name, "");
		if (connector == NULL)
			continue;
		nq_buf_reset(&path);
		nq_buf_addf(&path, "%s/%s", where, e->d_name);
		rc = read_streams(l, path.data, connector, err);
		free(connector);
	}
	if (dir != NULL)
		closedir(dir);
	nq_buf_free(&path);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	const struct nq_key *x = a, *y = b;
	int c = strcmp(x->connector, y->connector);

	return c != 0 ? c : strcmp(x->stream, y->stream);
}

static void
free_key(struct nq_key k)
{
	free((void *)(uintptr_t)k.connector);
	free((void *)(uintptr_t)k.stream);
}

int
nq_listing_walk(const char *where, nq_store_key_fn fn, void *ctx, struct nq_err *err)
{
	struct listing l = {NULL, 0};
	int rc = read_connectors(&l, where, err);

	if (l.n > 0)
		qsort(l.key, l.n, sizeof(*l.key), by_name);
	for (size_t i = 0; i < l.n; i++) {
		if (rc == 0)
			rc = fn(ctx, l.key[i], err);
		free_key(l.key[i]);
	}
	free(l.key);
	return rc;
}
