#include "load/delivery.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "http/retry.h"

enum { MS_PER_S = 1000, NS_PER_MS = 1000000, TOO_LARGE = 413 };

struct nq_refused {
	uint32_t row;
	size_t why, len; /* in d->why */
};

void
nq_delivery_init(struct nq_delivery *d, struct nq_post *post, struct nq_counts *counts)
{
	*d = (struct nq_delivery){.post = post,
	    .counts = counts,
	    .max_rows = UINT32_MAX,
	    .max_bytes = post->o->batch_bytes,
	    .why = NQ_BUF_INIT};
}

void
nq_delivery_free(struct nq_delivery *d)
{
	nq_buf_free(&d->why);
	free(d->refused);
	free(d->list);
	d->refused = NULL;
	d->list = NULL;
}

void
nq_delivery_begin(struct nq_delivery *d)
{
	d->from = d->to = d->n = d->at = 0;
	nq_buf_reset(&d->why);
}

/* The rows from from on that fit one request; returns the one behind them. */
static uint32_t
fill(struct nq_delivery *d, const struct nq_batch *b, uint32_t from, uint32_t to)
{
	struct nq_payload *p = &d->post->payload;

	nq_payload_begin(p);
	d->nlist = 0;
	while (from < to && d->nlist < d->max_rows && nq_payload_add(p, b, from, d->max_bytes)) {
		if (d->nlist == d->caplist) {
			d->caplist = d->caplist == 0 ? NQ_MAX_BATCH : d->caplist * 2;
			d->list = nq_reallocarray(d->list, d->caplist, sizeof(*d->list));
		}
		d->list[d->nlist++] = from++;
	}
	return from;
}

/* The same for the rows that are to be sent again. */
static void
refill(struct nq_delivery *d, const struct nq_batch *b)
{
	nq_payload_begin(&d->post->payload);
	for (uint32_t i = 0; i < d->nlist; i++)
		nq_payload_add(&d->post->payload, b, d->list[i], UINT64_MAX);
}

static enum nq_posted
send_list(struct nq_delivery *d, struct nq_err *err)
{
	struct nq_buf what = NQ_BUF_INIT;
	enum nq_posted rc;

	nq_buf_addf(&what, "batch %llu", (unsigned long long)d->counts->batches);
	rc = nq_post_send(d->post, what.data, err);
	nq_buf_free(&what);
	return rc;
}

static void
add_refused(struct nq_delivery *d, uint32_t place)
{
	struct nq_refused *r;

	if (d->n == d->cap) {
		d->cap = d->cap == 0 ? 64 : d->cap * 2;
		d->refused = nq_reallocarray(d->refused, d->cap, sizeof(*d->refused));
	}
	r = &d->refused[d->n++];
	r->row = d->list[place];
	r->why = d->why.len;
	nq_results_reason(&d->post->results, place, &d->why);
	r->len = d->why.len - r->why;
}

/* Notes the refused rows, and keeps those in the list that are to be sent again. */
static void
take_verdicts(struct nq_delivery *d)
{
	const struct nq_results *r = &d->post->results;
	uint32_t again = 0;

	for (uint32_t i = 0; i < d->nlist; i++) {
		if (r->fate[i] == NQ_FATE_REFUSED)
			add_refused(d, i);
		if (r->fate[i] == NQ_FATE_AGAIN)
			d->list[again++] = d->list[i];
	}
	d->nlist = again;
}

static void
unknown(const struct nq_load_options *o, struct nq_counts *c)
{
	c->inserted = c->updated = c->unchanged = NQ_UNKNOWN;
	if (o->delete_if != NULL)
		c->deleted = NQ_UNKNOWN;
}

/* Once one answer does not tell, the total is unknown. */
static void
count(struct nq_delivery *d, enum nq_posted rc, uint32_t rows, uint32_t in)
{
	const struct nq_results *r = &d->post->results;
	struct nq_counts *c = d->counts;

	if (c->inserted == NQ_UNKNOWN || in == 0)
		return;
	if (rc == NQ_POSTED_TOLD && r->said == in) {
		c->inserted += r->inserted;
		c->updated += r->updated;
		c->deleted += r->deleted;
		c->unchanged += r->unchanged;
	} else if (rc == NQ_POSTED_TOLD || d->count == NULL || !d->count(d, rows)) {
		unknown(d->post->o, c);
	}
}

/* -1: interrupted. */
static int
pause_before(struct nq_delivery *d, unsigned attempt, uint32_t rows, struct nq_err *err)
{
	const struct nq_load_options *o = d->post->o;
	int64_t ms = nq_retry_backoff(attempt, o->http.retry_min_ms, o->http.retry_max_ms);
	struct timespec ts;

	ms += nq_retry_jitter(ms);
	ts = (struct timespec){ms / MS_PER_S, ms % MS_PER_S * NS_PER_MS};
	nq_log(NQ_LOG_WARN, "load",
	    "batch %llu: the server was too busy for %u row%s, attempt %u of %llu, waiting %.3g s",
	    (unsigned long long)d->counts->batches, rows, nq_plural(rows), attempt,
	    (unsigned long long)o->http.attempts, (double)ms / MS_PER_S);
	if ((o->stop == NULL || *o->stop == 0) && nanosleep(&ts, NULL) == 0)
		return 0;
	return nq_err_set(err, NQ_FAIL, "interrupted while waiting to send %u row%s again", rows,
	    nq_plural(rows));
}

/* The answers to the rows that were too busy for, until none is left; -1 when that does not end. */
static int
send_again(struct nq_delivery *d, const struct nq_batch *b, struct nq_err *err)
{
	const struct nq_load_options *o = d->post->o;
	enum nq_posted rc;
	uint32_t rows, bad;

	for (unsigned attempt = 1; d->nlist > 0; attempt++) {
		rows = d->nlist;
		if (attempt >= o->http.attempts)
			return nq_err_set(err, NQ_TEMPFAIL,
			    "the server was too busy for %u row%s, after %u attempts", rows,
			    nq_plural(rows), attempt);
		if (pause_before(d, attempt, rows, err) == -1)
			return -1;
		refill(d, b);
		rc = send_list(d, err);
		if (rc != NQ_POSTED_TOLD && rc != NQ_POSTED_IN)
			return -1;
		bad = d->n;
		if (rc == NQ_POSTED_TOLD)
			take_verdicts(d);
		else
			d->nlist = 0;
		count(d, rc, rows, rows - d->nlist - (d->n - bad));
	}
	return 0;
}

static enum nq_write
tell(const struct nq_delivery *d, const struct nq_refused *r, uint32_t *done, struct nq_err *err)
{
	*done = r->row;
	nq_err_set(err, NQ_FAIL, "the server refuses it%s%.*s", r->len > 0 ? ": " : "", (int)r->len,
	    d->why.data + r->why);
	return NQ_WRITE_ROW;
}

/* The request was answered: counts what is in, and sees to it that each row gets its verdict. */
static int
settle(struct nq_delivery *d, const struct nq_batch *b, enum nq_posted rc, struct nq_err *err)
{
	uint32_t rows = d->nlist, before = d->n;

	if (rc == NQ_POSTED_TOLD)
		take_verdicts(d);
	else
		d->nlist = 0;
	count(d, rc, rows, rows - d->nlist - (d->n - before));
	return send_again(d, b, err);
}

/*
 * The request for one row. What is remembered of a larger one stays: the loader sends the records
 * of a folded row one by one, and then goes on where it was.
 */
static enum nq_write
deliver_one(struct nq_delivery *d, const struct nq_batch *b, enum nq_posted sent, uint32_t *done,
    struct nq_err *err)
{
	uint32_t n = d->n;
	size_t why = d->why.len;
	enum nq_write rc = NQ_WRITE_OK;

	if (settle(d, b, sent, err) == -1)
		return NQ_WRITE_FAILED;
	if (d->n > n)
		rc = tell(d, &d->refused[n], done, err);
	d->n = n;
	nq_buf_cut(&d->why, why);
	return rc;
}

static int
by_row(const void *a, const void *b)
{
	uint32_t x = ((const struct nq_refused *)a)->row, y = ((const struct nq_refused *)b)->row;

	return (x > y) - (x < y);
}

/* The request for the rows [from, to), and whatever it takes to know about each. */
static enum nq_write
deliver(struct nq_delivery *d, const struct nq_batch *b, uint32_t from, uint32_t to, uint32_t *done,
    struct nq_err *err)
{
	enum nq_posted rc = send_list(d, err);

	if (rc == NQ_POSTED_FAILED)
		return NQ_WRITE_FAILED;
	if (rc == NQ_POSTED_REFUSED)
		return NQ_WRITE_SOME;
	if (to - from == 1)
		return deliver_one(d, b, rc, done, err);
	nq_delivery_begin(d);
	if (settle(d, b, rc, err) == -1)
		return NQ_WRITE_FAILED;
	d->from = from;
	d->to = to;
	if (d->n > 0)
		qsort(d->refused, d->n, sizeof(*d->refused), by_row);
	return NQ_WRITE_OK;
}

/* The first refused row from row on, of those that were answered one by one. */
static const struct nq_refused *
next_refused(struct nq_delivery *d, uint32_t row)
{
	while (d->at < d->n && d->refused[d->at].row < row)
		d->at++;
	return d->at < d->n ? &d->refused[d->at] : NULL;
}

enum nq_write
nq_delivery_write(struct nq_delivery *d, const struct nq_batch *b, uint32_t from, uint32_t to,
    uint32_t *done, struct nq_err *err)
{
	const struct nq_refused *r;
	enum nq_write rc;
	uint32_t next;

	while (from < to) {
		if (from >= d->from && from < d->to) {
			r = next_refused(d, from);
			if (r != NULL)
				return tell(d, r, done, err);
			from = d->to;
			continue;
		}
		*done = from;
		next = fill(d, b, from, to);
		rc = deliver(d, b, from, next, done, err);
		if (rc == NQ_WRITE_SOME && next - from > 1 && d->post->answer.status == TOO_LARGE)
			d->max_bytes = d->post->payload.body.len / 2;
		else if (rc != NQ_WRITE_OK)
			return rc;
		else if (next - from == 1)
			from = next;
	}
	return NQ_WRITE_OK;
}

int
nq_delivery_whole(struct nq_delivery *d, enum nq_posted rc, struct nq_err *err)
{
	const struct nq_results *r = &d->post->results;
	uint32_t rows = d->post->payload.rows;
	struct nq_buf why = NQ_BUF_INIT;

	if (rc != NQ_POSTED_IN && rc != NQ_POSTED_TOLD)
		return -1;
	for (uint32_t i = 0; rc == NQ_POSTED_TOLD && i < rows; i++) {
		if (r->fate[i] == NQ_FATE_IN)
			continue;
		nq_results_reason(r, i, &why);
		nq_err_set(
		    err, NQ_FAIL, "the server refuses row %u of %u: %s", i + 1, rows, why.data);
		nq_buf_free(&why);
		return -1;
	}
	count(d, rc, rows, rows);
	return 0;
}

void
nq_delivery_show(
    struct nq_delivery *d, const struct nq_batch *b, uint32_t from, uint32_t to, struct nq_buf *out)
{
	while (from < to) {
		from = fill(d, b, from, to);
		nq_post_show(d->post, out);
	}
}
