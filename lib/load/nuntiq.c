#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "load/delivery.h"
#include "load/sink.h"

/*
 * nuntiq:BASE-URL, the Customer API: bulk upserts, POST BASE/v1/OBJECT, at most 1000 rows each.
 * What its documentation leaves open (envelope, where options go, what they are called) follows
 * the likeliest reading and the options. An upsert may be sent twice, so every failure that can
 * pass is tried again.
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
	struct nq_post post;
	struct nq_delivery delivery;
	struct nq_buf customer;
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

static const struct object *
find_object(const char *name)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (strcmp(objects[i].name, name) == 0)
			return &objects[i];
	return NULL;
}

static int
set_url(struct nq_sink *s, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	const char *name = s->o->object, *to = s->o->to;
	const struct object *ob;

	if (name == NULL || *name == '\0' || *name == '/' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-/") != strlen(name))
		return nq_err_set(err, NQ_USAGE, "which object? add --object supplier");
	if (nq_post_base(&n->post, nq_str(to + strlen(s->ops->scheme)),
		"nuntiq:https://api.example.com/api", err) == -1)
		return -1;
	nq_buf_adds(&s->destination, s->ops->scheme);
	nq_buf_addstr(&s->destination, nq_buf_str(&n->post.url));
	nq_buf_addf(&s->destination, "#%s", name);
	ob = find_object(name);
	nq_post_path(&n->post, "/v1/");
	nq_post_path(&n->post, ob != NULL ? ob->path : name);
	if (nq_post_queries(&n->post, err) == -1)
		return -1;
	return add_keys(s, ob, err);
}

/* full_load=true beside the rows of an envelope, else in the query. */
static void
add_full_load(struct nq_sink *s)
{
	struct nuntiq *n = s->own;
	struct nq_str name = nq_str(s->o->full_load != NULL ? s->o->full_load : "full_load");

	if (s->o->mode != NQ_LOAD_REPLACE)
		return;
	if (s->o->envelope != NULL)
		nq_payload_member(&n->post.payload, name, nq_str("true"));
	else
		nq_post_query(&n->post, name, nq_str("true"));
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
	    {"body", s->o->body != NULL},
	    {"request", s->o->method != NULL},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].given)
			return nq_err_set(err, NQ_USAGE,
			    "option '--%s' is not for nuntiq: its upsert has no such thing",
			    options[i].name);
	return 0;
}

/* The counts of the answer, when it tells them. */
static bool
count(struct nq_delivery *d, uint32_t rows)
{
	struct nq_str body = nq_buf_str(&d->post->answer.body);
	struct nq_err ignored = NQ_ERR_INIT;
	uint64_t inserted = 0, updated = 0;
	struct nq_doc doc;
	bool told;

	nq_doc_init(&doc);
	told = nq_doc_parse(&doc, body, &ignored) == 0 &&
	       nq_doc_uint(&doc, nq_doc_get(&doc, 0, nq_str("inserted")), &inserted) == 0 &&
	       nq_doc_uint(&doc, nq_doc_get(&doc, 0, nq_str("updated")), &updated) == 0 &&
	       inserted <= rows && updated <= rows - inserted;
	nq_doc_free(&doc);
	if (!told)
		return false;
	d->counts->inserted += inserted;
	d->counts->updated += updated;
	d->counts->unchanged += rows - inserted - updated;
	return true;
}

static int
nuntiq_open(struct nq_sink *s, struct nq_err *err)
{
	struct nuntiq *n = nq_calloc(1, sizeof(*n));

	s->own = n;
	n->customer = (struct nq_buf)NQ_BUF_INIT;
	nq_post_init(&n->post, s->o);
	nq_delivery_init(&n->delivery, &n->post, s->counts);
	n->delivery.max_rows = MAX_ROWS;
	n->delivery.count = count;
	if (refuse_options(s, err) == -1 ||
	    nq_payload_init(
		&n->post.payload, s->columns, NULL, s->o->envelope, &s->o->members, err) == -1 ||
	    nq_results_init(&n->post.results, s->o->results, err) == -1 || set_url(s, err) == -1 ||
	    find_customer(s, err) == -1)
		return -1;
	add_full_load(s);
	nq_payload_begin(&n->post.payload);
	if (n->customer.len == 0)
		return 0;
	nq_buf_addf(&s->destination, "@%s", n->customer.data);
	n->post.header = "X-Customer-Number";
	n->post.value = n->customer.data;
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

	return nq_post_start(&n->post, err);
}

static int
nuntiq_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	(void)b;
	(void)err;
	nq_delivery_begin(&n->delivery);
	return 0;
}

static int
check_empty(const struct nq_sink *s, struct nq_err *err)
{
	const struct nuntiq *n = s->own;

	if (n->post.payload.rows > 0 || s->o->allow_empty)
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "refusing to replace '%s' by nothing (--allow-empty allows it)", s->o->object);
}

static enum nq_write
hold(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	for (uint32_t i = from; i < to; i++) {
		if (n->post.payload.rows < MAX_ROWS &&
		    nq_payload_add(&n->post.payload, b, i, s->o->batch_bytes))
			continue;
		nq_err_set(err, NQ_FAIL,
		    "replace needs more than one request of %d rows and %llu bytes "
		    "(--batch-bytes), and a full_load in pieces would delete its own earlier "
		    "rows: nothing was sent (--mode merge)",
		    MAX_ROWS, (unsigned long long)s->o->batch_bytes);
		return NQ_WRITE_FAILED;
	}
	return NQ_WRITE_OK;
}

static enum nq_write
nuntiq_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    uint32_t *done, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	if (s->o->mode == NQ_LOAD_REPLACE)
		return hold(s, b, from, to, err);
	return nq_delivery_write(&n->delivery, b, from, to, done, err);
}

static int
nuntiq_show(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    struct nq_buf *out, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	if (s->o->mode != NQ_LOAD_REPLACE)
		nq_delivery_show(&n->delivery, b, from, to, out);
	else if (from < to)
		return hold(s, b, from, to, err) == NQ_WRITE_OK ? 0 : -1;
	else if (check_empty(s, err) == -1)
		return -1;
	else
		nq_post_show(&n->post, out);
	return 0;
}

static int
nuntiq_commit(struct nq_sink *s, struct nq_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

/* All rows of a replace, in their one request. */
static int
nuntiq_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	struct nuntiq *n = s->own;

	(void)tally;
	if (s->o->mode != NQ_LOAD_REPLACE)
		return 0;
	if (check_empty(s, err) == -1)
		return -1;
	return nq_delivery_whole(&n->delivery, nq_post_send(&n->post, "the replace", err), err);
}

static void
nuntiq_close(struct nq_sink *s)
{
	struct nuntiq *n = s->own;

	if (n == NULL)
		return;
	nq_delivery_free(&n->delivery);
	nq_post_free(&n->post);
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
    .show = nuntiq_show,
};
