#include "load/results.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "http/retry.h"
#include "load/reason.h"

enum { OK_FIRST = 200, OK_LAST = 299, MULTI_STATUS = 207 };

int
nq_results_init(struct nq_results *r, const char *spec, struct nq_err *err)
{
	struct nq_str path;

	memset(r, 0, sizeof(*r));
	nq_doc_init(&r->doc);
	if (spec == NULL)
		return 0;
	path = nq_str(spec);
	r->given = true;
	r->optional = path.n > 0 && path.p[path.n - 1] == '?';
	path.n -= r->optional;
	if (nq_path_parse(&r->path, path, err) == 0)
		return 0;
	return nq_err_at(err, "option '--results': ");
}

void
nq_results_free(struct nq_results *r)
{
	nq_path_free(&r->path);
	nq_doc_free(&r->doc);
	free(r->fate);
	free(r->item);
	r->fate = NULL;
	r->item = NULL;
}

/* Where the list stands, or NQ_NONE. */
static uint32_t
find_list(const struct nq_results *r)
{
	static const char *const usual[] = {"results", "items"};
	uint32_t i;

	if (r->given) {
		i = nq_path_find(&r->path, &r->doc, 0);
		return nq_doc_type(&r->doc, i) == NQ_ARRAY ? i : NQ_NONE;
	}
	if (nq_doc_type(&r->doc, 0) == NQ_ARRAY)
		return 0;
	for (size_t k = 0; k < sizeof(usual) / sizeof(usual[0]); k++) {
		i = nq_doc_get(&r->doc, 0, nq_str(usual[k]));
		if (nq_doc_type(&r->doc, i) == NQ_ARRAY)
			return i;
	}
	return NQ_NONE;
}

/* {"index":{...}}, {"create":{...}}: what is inside. */
static uint32_t
unwrap(const struct nq_doc *d, uint32_t item)
{
	if (nq_doc_type(d, item) == NQ_OBJECT && d->tok[item].n == 1 &&
	    nq_doc_type(d, item + 2) == NQ_OBJECT)
		return item + 2;
	return item;
}

static bool
has(const struct nq_doc *d, uint32_t item, const char *name)
{
	uint32_t i = nq_doc_get(d, item, nq_str(name));

	switch (nq_doc_type(d, i)) {
	case NQ_ABSENT:
	case NQ_NULL:
	case NQ_FALSE:
		return false;
	case NQ_STRING:
		return d->tok[i].len > 2;
	case NQ_ARRAY:
	case NQ_OBJECT:
		return d->tok[i].n > 0;
	default:
		return true;
	}
}

static bool
is_false(const struct nq_doc *d, uint32_t item, const char *name)
{
	return nq_doc_type(d, nq_doc_get(d, item, nq_str(name))) == NQ_FALSE;
}

/* To delete what is not there is done already. */
static bool
gone(const struct nq_doc *d, uint32_t item)
{
	uint32_t i = nq_doc_get(d, item, nq_str("result"));

	return nq_doc_type(d, i) == NQ_STRING && nq_str_is(nq_doc_raw(d, i), "\"not_found\"");
}

static enum nq_fate
fate_of(const struct nq_doc *d, uint32_t item)
{
	uint64_t status = 0;

	if (nq_doc_uint(d, nq_doc_get(d, item, nq_str("status")), &status) == 0) {
		if (nq_retry_status((long)status))
			return NQ_FATE_AGAIN;
		if ((status < OK_FIRST || status > OK_LAST) && !gone(d, item))
			return NQ_FATE_REFUSED;
	}
	if (is_false(d, item, "ok") || is_false(d, item, "success") || has(d, item, "error") ||
	    has(d, item, "errors") || has(d, item, "ErrorCode"))
		return NQ_FATE_REFUSED;
	return NQ_FATE_IN;
}

static void
count(struct nq_results *r, uint32_t item)
{
	const struct {
		const char *word;
		uint64_t *n;
	} words[] = {
	    {"\"created\"", &r->inserted},
	    {"\"updated\"", &r->updated},
	    {"\"deleted\"", &r->deleted},
	    {"\"noop\"", &r->unchanged},
	    {"\"not_found\"", &r->unchanged},
	};
	uint32_t i = nq_doc_get(&r->doc, item, nq_str("result"));

	if (nq_doc_type(&r->doc, i) != NQ_STRING)
		return;
	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		if (!nq_str_is(nq_doc_raw(&r->doc, i), words[k].word))
			continue;
		++*words[k].n;
		r->said++;
	}
}

static void
reset(struct nq_results *r, uint32_t n)
{
	if (n > r->cap) {
		r->cap = n;
		r->fate = nq_reallocarray(r->fate, n, sizeof(*r->fate));
		r->item = nq_reallocarray(r->item, n, sizeof(*r->item));
	}
	r->n = n;
	r->inserted = r->updated = r->deleted = r->unchanged = r->said = 0;
	if (n > 0)
		memset(r->fate, NQ_FATE_IN, n);
}

/* All items of the list. Without indices there must be as many as rows, else they tell nothing. */
static int
read_items(struct nq_results *r, uint32_t list, struct nq_err *err)
{
	const struct nq_doc *d = &r->doc;
	uint32_t place = 0, indexed = 0, item;
	uint64_t at;

	for (uint32_t i = list + 1; i < d->tok[list].next; i = d->tok[i].next, place++) {
		item = unwrap(d, i);
		at = place;
		if (nq_doc_uint(d, nq_doc_get(d, item, nq_str("index")), &at) == 0)
			indexed++;
		if (at >= r->n)
			return nq_err_set(err, NQ_FAIL,
			    "the answer tells the fate of row %llu, and %u were sent",
			    (unsigned long long)at + 1, r->n);
		r->item[at] = item;
		r->fate[at] = (uint8_t)fate_of(d, item);
		if (r->fate[at] == NQ_FATE_IN)
			count(r, item);
	}
	if (indexed != place || (place == 0 && r->n > 0 && !r->optional)) {
		if (place != r->n)
			return nq_err_set(err, NQ_FAIL,
			    "the answer tells the fate of %u row%s, and %u were sent", place,
			    nq_plural(place), r->n);
	}
	return 1;
}

static int
missing(const struct nq_results *r, const struct nq_response *resp, struct nq_err *err)
{
	if (r->given && r->optional && resp->status != MULTI_STATUS)
		return 0;
	if (r->given)
		return nq_err_set(
		    err, NQ_FAIL, "the answer has no list where --results says that it has one");
	return nq_err_set(err, NQ_FAIL,
	    "status 207 says that rows may be refused, and the answer does not show where it "
	    "tells which: add --results PATH");
}

int
nq_results_read(
    struct nq_results *r, const struct nq_response *resp, uint32_t n, struct nq_err *err)
{
	struct nq_err ignored = NQ_ERR_INIT;
	uint32_t list = NQ_NONE;

	reset(r, n);
	if (!r->given && resp->status != MULTI_STATUS)
		return 0;
	if (nq_doc_parse(&r->doc, nq_buf_str(&resp->body), &ignored) == 0)
		list = find_list(r);
	return list == NQ_NONE ? missing(r, resp, err) : read_items(r, list, err);
}

void
nq_results_reason(const struct nq_results *r, uint32_t place, struct nq_buf *out)
{
	size_t before = out->len;
	uint64_t status;

	nq_reason_add(out, &r->doc, r->item[place]);
	if (out->len == before &&
	    nq_doc_uint(&r->doc, nq_doc_get(&r->doc, r->item[place], nq_str("status")), &status) ==
		0)
		nq_buf_addf(out, "status %llu", (unsigned long long)status);
}
