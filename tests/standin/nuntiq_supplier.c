#include "nuntiq_supplier.h"

#include <stdlib.h>
#include <string.h>

#include "conf.h"

#define MAX_ROWS    1000
#define MAX_LIMIT   1000
#define LIMIT	    100
#define DEFAULT_ORG "DEFAULT"
#define MIN_BUCKETS 4096

struct row {
	char *key; /* number, NUL, organization */
	size_t keylen;
	struct slice json; /* owned */
	uint64_t hash;
	size_t chain; /* index + 1 of the next row in the bucket; 0 ends */
};

static struct row *rows;
static size_t nrows, room;
static size_t *buckets, nbuckets;

static uint64_t
hash_of(const char *p, size_t n)
{
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 1099511628211u;
	return h;
}

static void
link_row(size_t i)
{
	size_t *b = &buckets[rows[i].hash % nbuckets];

	rows[i].chain = *b;
	*b = i + 1;
}

static void
make_room(void)
{
	if (nrows < room)
		return;
	room = room != 0 ? room * 2 : MIN_BUCKETS;
	rows = sb_realloc(rows, room * sizeof(*rows));
	free(buckets);
	nbuckets = room;
	buckets = sb_alloc(nbuckets * sizeof(*buckets));
	for (size_t i = 0; i < nrows; i++)
		link_row(i);
}

static void
delete_all(void)
{
	for (size_t i = 0; i < nrows; i++) {
		free(rows[i].key);
		free((void *)(uintptr_t)rows[i].json.p);
	}
	free(rows);
	free(buckets);
	rows = NULL;
	buckets = NULL;
	nrows = room = nbuckets = 0;
}

void
supplier_close(void)
{
	delete_all();
}

void
supplier_clear(struct req *r)
{
	delete_all();
	sb_str(&r->out, "{\"ok\":true}");
}

/* Required text: a string or a number, and not empty. */
static bool
given(struct slice row, const char *member)
{
	struct slice v = js_get(row, member);

	return (js_kind(v) == '"' && v.n > 2) || js_kind(v) == '0';
}

static void
put_text(struct sb *b, struct slice v)
{
	if (js_kind(v) == '"')
		js_decode(b, v);
	else
		sb_add(b, v.p, v.n);
}

static void
key_of(struct slice row, struct sb *key)
{
	sb_reset(key);
	put_text(key, js_get(row, "supplier_number"));
	sb_ch(key, '\0');
	if (given(row, "organization_code"))
		put_text(key, js_get(row, "organization_code"));
	else
		sb_str(key, DEFAULT_ORG);
}

static void
put_member(struct sb *out, struct slice k, struct slice v)
{
	if (out->len > 1)
		sb_ch(out, ',');
	sb_add(out, k.p, k.n);
	sb_ch(out, ':');
	sb_add(out, v.p, v.n);
}

static struct slice
get_by_slice(struct slice object, struct slice key)
{
	char *name = sb_dup(key.p + 1, key.n - 2);
	struct slice v = js_get(object, name);

	free(name);
	return v;
}

/* The old row with the members of the new one; old may be absent. */
static struct slice
merge(struct slice old, struct slice new)
{
	struct sb out = {NULL, 0, 0};
	struct slice k, v, n;
	struct js_iter it;

	sb_ch(&out, '{');
	js_begin(&it, old);
	while (js_next(&it, &k, &v)) {
		n = get_by_slice(new, k);
		put_member(&out, k, n.p != NULL ? n : v);
	}
	js_begin(&it, new);
	while (js_next(&it, &k, &v))
		if (get_by_slice(old, k).p == NULL)
			put_member(&out, k, v);
	if (!given(old, "organization_code") && !given(new, "organization_code") &&
	    js_get(old, "organization_code").p == NULL &&
	    js_get(new, "organization_code").p == NULL)
		sb_str(&out, ",\"organization_code\":\"" DEFAULT_ORG "\"");
	sb_ch(&out, '}');
	return (struct slice){out.p, out.len};
}

/* True if the row was new. */
static bool
upsert(struct slice row, struct sb *key)
{
	struct slice merged;
	uint64_t h;

	key_of(row, key);
	make_room();
	h = hash_of(key->p, key->len);
	for (size_t i = buckets[h % nbuckets]; i != 0; i = rows[i - 1].chain) {
		struct row *old = &rows[i - 1];

		if (old->keylen == key->len && memcmp(old->key, key->p, key->len) == 0) {
			merged = merge(old->json, row);
			free((void *)(uintptr_t)old->json.p);
			old->json = merged;
			return false;
		}
	}
	merged = merge((struct slice){NULL, 0}, row);
	rows[nrows] = (struct row){sb_dup(key->p, key->len), key->len, merged, h, 0};
	link_row(nrows++);
	return true;
}

static bool
enveloped(struct slice root, const char *name, struct slice *list)
{
	*list = js_get(root, name);
	return js_kind(*list) == '[';
}

static bool
find_rows(struct req *r, struct slice root, struct slice *list)
{
	const char *want = conf.nuntiq_envelope;

	*list = root;
	if (js_kind(root) == '[' && (want == NULL || strcmp(want, "array") == 0))
		return true;
	if (want == NULL && (enveloped(root, "suppliers", list) || enveloped(root, "data", list)))
		return true;
	if (want != NULL && enveloped(root, want, list))
		return true;
	reply_error(r, 400, "message", "the body must be %s%s%s",
	    want == NULL || strcmp(want, "array") == 0 ? "an array of suppliers" : "{\"",
	    want == NULL || strcmp(want, "array") == 0 ? "" : want,
	    want == NULL || strcmp(want, "array") == 0 ? "" : "\": [...]}");
	return false;
}

static bool
check_rows(struct req *r, struct slice list)
{
	static const char *const required[] = {"supplier_number", "supplier_name"};
	struct slice k, row;
	struct js_iter it;
	int n = 0;

	js_begin(&it, list);
	while (js_next(&it, &k, &row)) {
		if (++n > MAX_ROWS) {
			reply_error(r, 400, "message", "more than %d rows", MAX_ROWS);
			return false;
		}
		for (int i = 0; i < 2; i++) {
			if (given(row, required[i]))
				continue;
			reply_error(r, 400, "message", "row %d: %s is required", n, required[i]);
			return false;
		}
	}
	return true;
}

static bool
full_load(const struct req *r, struct slice root)
{
	const char *q = req_query(r, "full_load");

	return (q != NULL && strcmp(q, "true") == 0) || js_is(js_get(root, "full_load"), "true");
}

void
supplier_post(struct req *r)
{
	struct slice root, list, k, row;
	struct sb key = {NULL, 0, 0};
	int inserted = 0, updated = 0;
	struct js_iter it;

	if (!req_json(r, &root) || !find_rows(r, root, &list) || !check_rows(r, list))
		return;
	if (full_load(r, root))
		delete_all();
	js_begin(&it, list);
	while (js_next(&it, &k, &row)) {
		if (upsert(row, &key))
			inserted++;
		else
			updated++;
	}
	sb_free(&key);
	sb_fmt(&r->out, "{\"inserted\":%d,\"updated\":%d}", inserted, updated);
}

static size_t
whole(const struct req *r, const char *name, size_t fallback)
{
	const char *text = req_query(r, name);

	return text != NULL ? (size_t)strtoul(text, NULL, 10) : fallback;
}

void
supplier_get(struct req *r)
{
	size_t page = whole(r, "page", 1), limit = whole(r, "limit", LIMIT), from;

	if (page < 1 || page > 1000000000 || limit < 1) {
		reply_error(
		    r, 400, "message", "page and limit must be whole numbers of at least 1");
		return;
	}
	limit = limit > MAX_LIMIT ? MAX_LIMIT : limit;
	from = (page - 1) * limit;
	sb_str(&r->out, "{\"items\":[");
	for (size_t i = from; i < nrows && i < from + limit; i++) {
		sb_add(&r->out, ",", i > from);
		sb_add(&r->out, rows[i].json.p, rows[i].json.n);
	}
	sb_fmt(&r->out, "],\"count\":%zu,\"page\":%zu}", nrows, page);
}
