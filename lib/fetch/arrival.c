#include "fetch/arrival.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/progress.h"
#include "fetch/adopt.h"
#include "fetch/pull.h"
#include "fetch/stream.h"
#include "fetch/verdict.h"

/* === a body ================================================================================= */

static void
stop_probing(struct nq_pull *p)
{
	if (p->probing)
		nq_probe_free(&p->probe);
	p->probing = false;
}

/* NDJSON has no list to look for, and says nothing about further pages. */
static bool
must_probe(const struct nq_arrival *a)
{
	const struct nq_pull *p = a->pull;

	return !a->spec.lines && !p->opt.stream && (p->find_records || p->find_pager);
}

static void
take_spec(struct nq_arrival *a, bool lines, bool csv)
{
	a->spec = a->pull->spec;
	a->spec.lines = lines;
	a->spec.csv = csv;
}

int
nq_arrival_begin(struct nq_arrival *a, enum nq_format format, struct nq_err *err)
{
	struct nq_pull *p = a->pull;

	take_spec(a, format != NQ_FORMAT_JSON, format == NQ_FORMAT_CSV);
	if (nq_stream_begin(p, a->spec.lines, err) == -1)
		return -1;
	if (p->find_pager && (a->spec.lines || p->opt.stream) &&
	    nq_pager_parse(&p->pager, "none", err) == -1)
		return -1;
	nq_spool_reset(&a->raw);
	if (!must_probe(a))
		return nq_page_begin(&a->page, err);
	if (a != p->now) /* lines came before: when this page is wanted, it can be looked at */
		return nq_err_set(err, NQ_TEMPFAIL, "a page of another format than the first");
	stop_probing(p);
	nq_probe_init(&p->probe);
	p->probing = true;
	return 0;
}

static bool
is_probed(const struct nq_arrival *a)
{
	return a->pull->probing && a == a->pull->now;
}

int
nq_arrival_data(void *ctx, const char *piece, size_t n, struct nq_err *err)
{
	struct nq_arrival *a = ctx;
	struct nq_pull *p = a->pull;

	nq_progress_bytes(n);
	if (a == p->now)
		nq_doubt_data(&p->doubt, piece, n);
	if (p->opt.stream)
		return nq_stream_data(p, piece, n, err);
	if (is_probed(a) || p->opt.raw)
		nq_buf_add(&a->raw.mem, piece, n);
	if (nq_spool_settle(&a->raw, err) == -1)
		return -1;
	if (!is_probed(a))
		return nq_page_data(&a->page, piece, n, err);
	nq_probe_data(&p->probe, piece, n, err);
	return 0;
}

static int
page_piece(void *page, const char *piece, size_t n, struct nq_err *err)
{
	return nq_page_data(page, piece, n, err);
}

static int
read_kept(struct nq_arrival *a, struct nq_err *err)
{
	take_spec(a, a->spec.lines, a->spec.csv);
	if (nq_page_begin(&a->page, err) == -1 ||
	    nq_spool_each(&a->raw, page_piece, &a->page, err) == -1)
		return -1;
	return nq_page_end(&a->page, err);
}

/* What was found out stays for the pages that follow; then the kept body is read as a page. */
static int
read_probed(struct nq_arrival *a, struct nq_err *err)
{
	struct nq_pull *p = a->pull;

	if (p->find_records && nq_adopt_records(&p->probe, &p->spec, err) == -1)
		return -1;
	if (nq_adopt_total(&p->probe, &p->spec, err) == -1 || read_kept(a, err) == -1)
		return -1;
	if (!p->find_pager)
		return 0;
	if (nq_adopt_pager(
		&p->probe, &a->answer.headers, a->page.records, &p->pager, &p->spec, err) == -1)
		return -1;
	return read_kept(a, err); /* once more, for the values that the pager now watches */
}

int
nq_arrival_end(struct nq_arrival *a, struct nq_err *err)
{
	struct nq_pull *p = a->pull;
	bool probed = is_probed(a);
	int rc = probed ? read_probed(a, err) : nq_page_end(&a->page, err);

	if (probed)
		stop_probing(p);
	return nq_verdict(&p->opt.verdicts, &a->page, rc, err);
}

/* === an answer ============================================================================== */

/* The first page of all, and the user has said how it goes on. */
static bool
to_be_doubted(const struct nq_arrival *a)
{
	const struct nq_pull *p = a->pull;

	return p->pages == 0 && !p->earlier.any && !p->find_pager && !a->spec.lines &&
	       p->pager.kind != &nq_pager_none;
}

static int
answer_begin(void *ctx, const struct nq_response *r, struct nq_err *err)
{
	struct nq_arrival *a = ctx;
	struct nq_pull *p = a->pull;
	const char *before;
	int rc;

	nq_spool_reset(&a->raw);
	if (r->rule != NQ_RULE_NONE) {
		take_spec(a, false, false);
		return nq_page_begin(&a->page, err);
	}
	before = nq_log_place(p->place);
	rc = nq_arrival_begin(
	    a, p->opt.format != NULL ? p->format : nq_format_of_type(r->content_type.data), err);
	nq_log_place(before);
	if (rc == 0 && to_be_doubted(a))
		nq_doubt_begin(&p->doubt);
	return rc;
}

/* Whether the page before named this one; where an empty page ends the walk, none does. */
static bool
was_promised(const struct nq_pull *p)
{
	if (p->pages == 0)
		return false;
	return (p->spec.watching & ~(uint32_t)NQ_PAGE_KEPT) != 0 ||
	       (p->pager.token.len > 0 && p->pager.kind != &nq_pager_keyset);
}

/*
 * A JSON text shows by itself that it is whole; lines do not. Nor does nothing: where the page
 * before told how to go on, an empty body is one that got lost.
 */
static int
answer_end(void *ctx, struct nq_err *err)
{
	struct nq_arrival *a = ctx;
	const char *before;
	int rc;

	if (a->answer.rule != NQ_RULE_NONE)
		return nq_page_end(&a->page, err);
	if (a->answer.bytes == 0 && a->answer.status != 204 && was_promised(a->pull))
		return nq_err_set(err, NQ_TEMPFAIL, "the body is empty, where a page was promised");
	if (a->spec.lines && !a->answer.framed)
		return nq_err_set(err, NQ_TEMPFAIL,
		    "the end of the lines cannot be told from a cut: the server gave no length");
	before = nq_log_place(a->pull->place);
	rc = nq_arrival_end(a, err);
	nq_log_place(before);
	if (rc == 0 && a == a->pull->now)
		nq_doubt_end(&a->pull->doubt, &a->answer.headers, a->page.records);
	return rc;
}

/* === from outside =========================================================================== */

void
nq_arrival_init(struct nq_arrival *a, struct nq_pull *p)
{
	memset(a, 0, sizeof(*a));
	a->pull = p;
	a->ask = (struct nq_ask)NQ_ASK_INIT;
	a->raw = (struct nq_spool)NQ_SPOOL_INIT;
	a->recv = (struct nq_receiver){
	    answer_begin, nq_arrival_data, answer_end, a, p->opt.stream ? &p->committed : NULL};
	nq_response_init(&a->answer);
	nq_page_init(&a->page, &a->spec);
}

void
nq_arrival_free(struct nq_arrival *a)
{
	nq_arrival_drop(a);
	if (a == a->pull->now)
		stop_probing(a->pull);
	nq_ask_free(&a->ask);
	nq_spool_free(&a->raw);
	nq_response_free(&a->answer);
	nq_page_free(&a->page);
}

void
nq_arrival_send(struct nq_arrival *a, struct nq_http *http, uint64_t number)
{
	const struct nq_pull *p = a->pull;
	struct nq_request q = {.method = nq_pull_method(p), .url = a->ask.url.text.data};

	snprintf(a->what, sizeof(a->what), "page %" PRIu64, number);
	q.what = a->what;
	if (a->ask.body.len > 0)
		q.body = nq_buf_str(&a->ask.body);
	q.header = a->ask.header.len > 0 ? a->ask.header.data : NULL;
	nq_log(NQ_LOG_DEBUG, "fetch", "%s: %s %s", a->what, q.method, q.url);
	a->flight = nq_flight_send(http, &q, &a->recv, &a->answer);
}

void
nq_arrival_drop(struct nq_arrival *a)
{
	nq_flight_drop(a->flight);
	a->flight = NULL;
}

bool
nq_arrival_good(const struct nq_arrival *a)
{
	return a->flight != NULL && nq_flight_landed(a->flight) && !nq_flight_failed(a->flight);
}

bool
nq_arrival_ends(const struct nq_arrival *a)
{
	if (a->flight == NULL || !nq_flight_landed(a->flight))
		return false;
	return nq_flight_failed(a->flight) || a->page.records == 0;
}
