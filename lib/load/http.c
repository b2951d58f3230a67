#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "load/delivery.h"
#include "load/sink.h"

/*
 * https://…: any API that takes many records in one request. What the server does with them is
 * its own affair: merge is for one that upserts by key, append for one that adds. A request may
 * arrive twice, for nobody knows what became of one whose answer was lost.
 */
struct http {
	struct nq_post post;
	struct nq_delivery delivery;
};

static int
refuse_modes(const struct nq_load_options *o, struct nq_err *err)
{
	if (o->mode == NQ_LOAD_REPLACE)
		return nq_err_set(err, NQ_USAGE,
		    "option '--mode': an API has no way to put a stream of requests in the place "
		    "of what it has, all at once: write merge or append");
	if (o->mode == NQ_LOAD_INSERT)
		return nq_err_set(err, NQ_USAGE,
		    "option '--mode': whether known keys are left alone is the server's decision: "
		    "write merge or append");
	return 0;
}

/* What only a database, or only another body, can do. */
static int
refuse_options(const struct nq_sink *s, const struct nq_payload *p, struct nq_err *err)
{
	const struct {
		const char *name, *why;
		bool given;
	} options[] = {
	    {"delete-if", "only '--body bulk' can say that a row is to be deleted",
		s->o->delete_if != NULL && !nq_payload_deletes(p)},
	    {"newer-by", "a request cannot say which row is newer", s->o->newer_by != NULL},
	    {"meta", "records are sent as they are; add members with nq-map", s->o->meta},
	    {"column", "an API has no columns", s->o->columns.n > 0},
	    {"schema-contract", "an API has no columns", s->o->contract != NQ_EVOLVE},
	    {"object", "it is nuntiq's", s->o->object != NULL},
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].given)
			return nq_err_set(err, NQ_USAGE, "option '--%s' is not for https: %s",
			    options[i].name, options[i].why);
	return 0;
}

static int
http_open(struct nq_sink *s, struct nq_err *err)
{
	struct http *h = nq_calloc(1, sizeof(*h));

	s->own = h;
	nq_post_init(&h->post, s->o);
	if (refuse_modes(s->o, err) == -1 ||
	    nq_payload_init(&h->post.payload, s->columns, s->o->body, s->o->envelope,
		&s->o->members, err) == -1 ||
	    nq_results_init(&h->post.results,
		s->o->results == NULL ? nq_payload_results(&h->post.payload) : s->o->results,
		err) == -1 ||
	    refuse_options(s, &h->post.payload, err) == -1 ||
	    nq_post_url(&h->post, nq_str(s->o->to), "https://api.example.com/items", err) == -1 ||
	    nq_post_queries(&h->post, err) == -1)
		return -1;
	h->post.payload.append = s->o->mode == NQ_LOAD_APPEND;
	nq_delivery_init(&h->delivery, &h->post, s->counts);
	nq_post_place(&h->post, &s->destination);
	return 0;
}

static int
http_probe(struct nq_sink *s, bool *exists, struct nq_err *err)
{
	(void)s;
	(void)err;
	*exists = true;
	return 0;
}

static int
http_start(struct nq_sink *s, struct nq_err *err)
{
	struct http *h = s->own;

	return nq_post_start(&h->post, err);
}

static int
http_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	struct http *h = s->own;

	(void)b;
	(void)err;
	nq_delivery_begin(&h->delivery);
	return 0;
}

static enum nq_write
http_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to, uint32_t *done,
    struct nq_err *err)
{
	struct http *h = s->own;

	return nq_delivery_write(&h->delivery, b, from, to, done, err);
}

static int
http_show(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to,
    struct nq_buf *out, struct nq_err *err)
{
	struct http *h = s->own;

	(void)err;
	nq_delivery_show(&h->delivery, b, from, to, out);
	return 0;
}

static int
http_commit(struct nq_sink *s, struct nq_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static int
http_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	(void)s;
	(void)tally;
	(void)err;
	return 0;
}

static void
http_close(struct nq_sink *s)
{
	struct http *h = s->own;

	if (h == NULL)
		return;
	nq_delivery_free(&h->delivery);
	nq_post_free(&h->post);
	free(h);
	s->own = NULL;
}

#define HTTP_SINK(prefix)                                                                  \
	{                                                                                  \
		.scheme = (prefix), .form = "https://URL", .receipt = true,                \
		.modes = {true, true, true, true}, .open = http_open, .probe = http_probe, \
		.start = http_start, .begin = http_begin, .write = http_write,             \
		.commit = http_commit, .finish = http_finish, .close = http_close,         \
		.show = http_show                                                          \
	}

const struct nq_sink_ops nq_sink_https = HTTP_SINK("https:");
const struct nq_sink_ops nq_sink_http = HTTP_SINK("http:");
