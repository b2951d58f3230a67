#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "json/doc.h"
#include "json/text.h"
#include "load/sink.h"

/*
 * nuntiq:BASE-URL, the Customer API: bulk upserts, POST BASE/v1/OBJECT, at most 1000 rows each.
 * What its documentation leaves open (envelope, where options go) follows the likeliest reading
 * and the options. An upsert may be sent twice, so every failure that can pass is tried again.
 *
 * full_load deletes everything before it inserts: sent in pieces, each piece would delete those
 * before it. So a replace is held back until the stream has ended, and must fit one request.
 */
enum { MAX_ROWS = 1000 };

/* What is known of an object: its path, and the key that the server upserts by. */
static const struct object {
	const char *name, *path;
	const char *key[3]; /* the parts from optional on may be absent */
	int optional;
} objects[] = {
    {"supplier", "supplier", {"supplier_number", "organization_code", NULL}, 1},
    {"organization", "organization", {"code", NULL, NULL}, 1},
    {"purchaseorder", "purchaseorder", {"source_document_id", NULL, NULL}, 1},
    {"receipt", "receipt", {"source_receipt_line_id", NULL, NULL}, 1},
    {"payment", "payments", {"external_payment_id", "external_source", NULL}, 1},
};

struct nuntiq {
	struct nq_http *http;
	struct nq_buf base, url;
	struct nq_buf body;
	struct nq_buf customer;
	struct nq_response answer;
	uint64_t held; /* rows of a replace */
};

static int
add_keys(struct nq_sink *s, const struct object *ob, struct nq_err *err)
{
	if (s->columns->nkeys > 0 || ob == NULL)
		return 0;
	for (int i = 0; ob->key[i] != NULL; i++)
		if (nq_columns_key(s->columns, nq_str(ob->key[i]), i >= ob->optional, err) == -1)
			return -1;
	return 0;
}

static int
add_url(struct nq_sink *s, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	const char *name = s->o->object, *path = name;
	const struct object *ob = NULL;

	if (name == NULL || *name == '\0' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(name))
		return nq_err_set(err, NQ_USAGE, "which object? add --object supplier");
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(objects[i].name, name) == 0)
			ob = &objects[i];
	if (ob != NULL)
		path = ob->path;
	if (strpbrk(n->base.data, "?#") != NULL)
		return nq_err_set(err, NQ_USAGE,
		    "option '--to': the base URL ends with its path, as in "
		    "nuntiq:https://api.example.com/api: leave out what follows '?' or '#'");
	while (n->base.len > 0 && n->base.data[n->base.len - 1] == '/')
		nq_buf_cut(&n->base, n->base.len - 1);
	nq_buf_addf(&n->url, "%s/v1/%s", n->base.data, path);
	if (s->o->mode == NQ_LOAD_REPLACE && s->o->envelope == NULL)
		nq_buf_adds(&n->url, "?full_load=true");
	return add_keys(s, ob, err);
}

/* The number of the customer: the option, else the settings file's, else none. */
static int
find_customer(struct nq_sink *s, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	struct nq_err none = NQ_ERR_INIT;
	const char *ref = s->o->customer_number;

	if (ref != NULL)
		return nq_ref_expand(s->o->refs, nq_str(ref), "--customer-number", NQ_REF_RAW,
		    &n->customer, NULL, err);
	if (nq_ref_expand(s->o->refs, nq_str("${settings.customer_number}"), "--settings",
		NQ_REF_RAW, &n->customer, NULL, &none) == -1)
		nq_buf_reset(&n->customer);
	return 0;
}

/* Its upsert has no such thing, so it is better not promised. */
static int
refuse_options(struct nq_sink *s, struct nq_err *err)
{
	const struct {
		const char *name;
		bool given;
	} options[] = {
	    {"delete-if", s->o->delete_if != NULL},
	    {"newer-by", s->o->newer_by != NULL},
	    {"meta", s->o->meta},
	    {"column", s->o->columns.n > 0},
	    {"schema-contract", s->o->contract != NQ_EVOLVE},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].given)
			return nq_err_set(err, NQ_USAGE,
			    "option '--%s' is not for nuntiq: its upsert has no such thing",
			    options[i].name);
	return 0;
}

static int
nuntiq_open(struct nq_sink *s, struct nq_err *err)
{
	struct nuntiq *n = nq_calloc(1, sizeof(*n));
	const char *base = s->o->to + strlen(s->ops->scheme);

	s->own = n;
	n->base = n->url = n->body = n->customer = (struct nq_buf)NQ_BUF_INIT;
	nq_response_init(&n->answer);
	if (nq_ref_expand(s->o->refs, nq_str(base), "--to", NQ_REF_URL, &n->base, NULL, err) == -1)
		return -1;
	if (strncmp(n->base.data, "https://", 8) != 0 && strncmp(n->base.data, "http://", 7) != 0)
		return nq_err_set(err, NQ_USAGE,
		    "option '--to': '%s' is no base URL: write nuntiq:https://api.example.com/api",
		    base);
	if (refuse_options(s, err) == -1)
		return -1;
	if (add_url(s, err) == -1 || find_customer(s, err) == -1)
		return -1;
	nq_buf_addf(&s->destination, "nuntiq:%s#%s", n->base.data, s->o->object);
	if (n->customer.len > 0)
		nq_buf_addf(&s->destination, "@%s", n->customer.data);
	return 0;
}

static int
nuntiq_probe(struct nq_sink *s, bool *exists, struct nq_err *err)
{
	(void)s;
	(void)err;
	*exists = true;
	return 0;
}

static int
nuntiq_start(struct nq_sink *s, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	n->http = nq_http_open(&s->o->http, n->url.data, err);
	if (n->http == NULL ||
	    nq_auth_apply(n->http, &s->o->http, s->o->refs, &s->o->auth, err) == -1 ||
	    nq_auth_headers(n->http, s->o->refs, &s->o->headers, err) == -1)
		return -1;
	if (n->customer.len == 0)
		return 0;
	return nq_http_header(n->http, "X-Customer-Number", n->customer.data, false, err);
}

static int
nuntiq_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	(void)s;
	(void)b;
	(void)err;
	return 0;
}

/* A record leaves as it came; only a row folded of several is written anew. */
static void
add_row(
    struct nq_sink *s, const struct nq_batch *b, const struct nq_batch_row *row, struct nq_buf *out)
{
	const struct nq_record *rec = &b->record[row->first];
	const struct nq_cell *c = &b->cell[row->cells];
	const struct nq_column *col;

	if (row->nrecords == 1) {
		nq_buf_addstr(out, nq_batch_slice(b, rec->raw, rec->rawlen));
		return;
	}
	for (uint32_t i = 0; i < row->ncells; i++) {
		col = &s->columns->v[c[i].col];
		nq_buf_addc(out, i == 0 ? '{' : ',');
		nq_text_quote(out, (struct nq_str){col->member, col->len});
		nq_buf_addc(out, ':');
		nq_buf_addstr(out, nq_batch_slice(b, c[i].raw, c[i].rawlen));
	}
	nq_buf_addc(out, '}');
}

static void
open_body(struct nq_sink *s)
{
	struct nuntiq *n = s->own;

	nq_buf_reset(&n->body);
	if (s->o->envelope != NULL) {
		nq_buf_addc(&n->body, '{');
		nq_text_name(&n->body, s->o->envelope);
	}
	nq_buf_addc(&n->body, '[');
}

static void
close_body(struct nq_sink *s)
{
	struct nuntiq *n = s->own;

	nq_buf_addc(&n->body, ']');
	if (s->o->envelope == NULL)
		return;
	if (s->o->mode == NQ_LOAD_REPLACE)
		nq_buf_adds(&n->body, ",\"full_load\":true");
	nq_buf_addc(&n->body, '}');
}

/* Whether the answer to a list names rows that did not go in (207 with "ok": false). */
static bool
names_failures(const struct nq_doc *d)
{
	uint32_t list = nq_doc_get(d, 0, nq_str("results"));

	if (nq_doc_type(d, list) != NQ_ARRAY)
		return false;
	for (uint32_t i = list + 1; i < d->tok[list].next; i = d->tok[i].next)
		if (nq_doc_type(d, nq_doc_get(d, i, nq_str("ok"))) == NQ_FALSE)
			return true;
	return false;
}

/* The counts of the answer, when it tells them; once one does not, the total is unknown. */
static void
count(struct nq_sink *s, const struct nq_doc *d, uint64_t rows)
{
	struct nq_counts *c = s->counts;
	uint64_t inserted, updated;

	if (nq_doc_uint(d, nq_doc_get(d, 0, nq_str("inserted")), &inserted) == -1 ||
	    nq_doc_uint(d, nq_doc_get(d, 0, nq_str("updated")), &updated) == -1 ||
	    inserted > rows || updated > rows - inserted || c->inserted == NQ_UNKNOWN) {
		c->inserted = c->updated = c->unchanged = NQ_UNKNOWN;
		return;
	}
	c->inserted += inserted;
	c->updated += updated;
	c->unchanged += rows - inserted - updated;
}

/* What the server says is wrong: error, code, message, whichever is there, else its first bytes. */
static void
explain(struct nuntiq *n, struct nq_err *err)
{
	static const char *const members[] = {"message", "error", "code"};
	struct nq_doc d;
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_str text = {NULL, 0};
	uint32_t i;

	nq_doc_init(&d);
	if (nq_doc_parse(&d, nq_buf_str(&n->answer.body), &ignored) == 0)
		for (size_t k = 0; text.p == NULL && k < sizeof(members) / sizeof(members[0]);
		     k++) {
			i = nq_doc_get(&d, 0, nq_str(members[k]));
			if (nq_doc_type(&d, i) == NQ_STRING)
				nq_doc_string(&d, i, &scratch, &text);
		}
	nq_err_set(err, NQ_FAIL, "the server refuses it with status %ld%s%.*s", n->answer.status,
	    text.n > 0 ? ": " : "", (int)(text.n < 300 ? text.n : 300), text.n > 0 ? text.p : "");
	nq_buf_free(&scratch);
	nq_doc_free(&d);
}

static bool
is_refusal(long status)
{
	return status == 400 || status == 409 || status == 413 || status == 422;
}

static enum nq_write
judge_answer(struct nq_sink *s, uint64_t rows, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_doc d;
	enum nq_write rc = NQ_WRITE_OK;
	bool told;

	nq_doc_init(&d);
	told = n->answer.body.len > 0 &&
	       nq_doc_parse(&d, nq_buf_str(&n->answer.body), &ignored) == 0;
	if (told && names_failures(&d)) {
		explain(n, err);
		rc = NQ_WRITE_SOME;
	} else if (told) {
		count(s, &d, rows);
	} else {
		s->counts->inserted = s->counts->updated = s->counts->unchanged = NQ_UNKNOWN;
	}
	nq_doc_free(&d);
	return rc;
}

static enum nq_write
post(struct nq_sink *s, uint64_t rows, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	struct nq_buf what = NQ_BUF_INIT;
	struct nq_request rq = {
	    .method = "POST", .url = n->url.data, .content_type = "application/json"};
	int rc;

	close_body(s);
	nq_buf_addf(&what, "batch %llu", (unsigned long long)s->counts->batches);
	rq.body = nq_buf_str(&n->body);
	rq.what = what.data;
	rc = nq_http_do(n->http, &rq, NULL, &n->answer, err);
	nq_buf_free(&what);
	if (rc == 0)
		return judge_answer(s, rows, err);
	if (!is_refusal(n->answer.status))
		return NQ_WRITE_FAILED;
	explain(n, err);
	return NQ_WRITE_SOME;
}

static enum nq_write
hold(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	if (n->held == 0)
		open_body(s);
	for (uint32_t i = from; i < to; i++) {
		if (++n->held > MAX_ROWS) {
			nq_err_set(err, NQ_FAIL,
			    "replace needs more than one request of %d rows, and a full_load in "
			    "pieces would delete its own earlier rows: nothing was sent (--mode "
			    "merge)",
			    MAX_ROWS);
			return NQ_WRITE_FAILED;
		}
		nq_buf_adds(&n->body, n->held > 1 ? "," : "");
		add_row(s, b, &b->row[i], &n->body);
	}
	return NQ_WRITE_OK;
}

static enum nq_write
nuntiq_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    uint32_t *done, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	enum nq_write rc = NQ_WRITE_OK;
	uint32_t next;

	if (s->o->mode == NQ_LOAD_REPLACE)
		return hold(s, b, from, to, err);
	for (; from < to && rc == NQ_WRITE_OK; from = next) {
		next = to - from > MAX_ROWS ? from + MAX_ROWS : to;
		*done = from;
		open_body(s);
		for (uint32_t i = from; i < next; i++) {
			nq_buf_adds(&n->body, i > from ? "," : "");
			add_row(s, b, &b->row[i], &n->body);
		}
		rc = post(s, next - from, err);
	}
	return rc;
}

static int
nuntiq_commit(struct nq_sink *s, struct nq_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static int
nuntiq_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	(void)tally;
	if (s->o->mode != NQ_LOAD_REPLACE)
		return 0;
	if (n->held == 0 && !s->o->allow_empty)
		return nq_err_set(err, NQ_FAIL,
		    "refusing to replace '%s' by nothing (--allow-empty allows it)", s->o->object);
	if (n->held == 0)
		open_body(s);
	return post(s, n->held, err) == NQ_WRITE_OK ? 0 : -1;
}

static void
nuntiq_close(struct nq_sink *s)
{
	struct nuntiq *n = s->own;

	if (n == NULL)
		return;
	nq_http_free(n->http);
	nq_response_free(&n->answer);
	nq_buf_free(&n->base);
	nq_buf_free(&n->url);
	nq_buf_free(&n->body);
	nq_buf_free(&n->customer);
	free(n);
	s->own = NULL;
}

const struct nq_sink_ops nq_sink_nuntiq = {
    .scheme = "nuntiq:",
    .form = "nuntiq:URL",
    .receipt = true,
    .modes = {[NQ_LOAD_MERGE] = true, [NQ_LOAD_REPLACE] = true},
    .open = nuntiq_open,
    .probe = nuntiq_probe,
    .start = nuntiq_start,
    .begin = nuntiq_begin,
    .write = nuntiq_write,
    .commit = nuntiq_commit,
    .finish = nuntiq_finish,
    .close = nuntiq_close,
};
