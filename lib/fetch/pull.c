#include "fetch/pull.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/progress.h"
#include "fetch/follow.h"
#include "fetch/verdict.h"
#include "fetch/adopt.h"
#include "fetch/ask.h"
#include "fetch/cap.h"
#include "fetch/csv.h"
#include "fetch/input.h"
#include "fetch/stream.h"
#include "json/text.h"

static int
open_watermark(struct nq_pull *p, const char *spec, struct nq_err *err)
{
	const char *colon = strrchr(spec, ':');
	struct nq_str path = nq_str(spec);

	p->spec.cursor_type = NQ_CURSOR_TIMESTAMP;
	if (colon != NULL && strpbrk(colon, "\"]") == NULL) {
		path.n = (size_t)(colon - spec);
		if (nq_cursor_type_parse(nq_str(colon + 1), &p->spec.cursor_type, err) == -1)
			return nq_err_at(err, "--watermark: ");
	}
	if (nq_follow_path(&p->spec.watermark, path, err) == -1)
		return nq_err_at(err, "--watermark: ");
	if (p->spec.watermark.n == 0)
		return nq_err_set(err, NQ_USAGE, "--watermark: write the path of a member");
	p->spec.has_watermark = true;
	return 0;
}

static int
open_choices(struct nq_pull *p, const struct nq_pull_options *o, struct nq_err *err)
{
	if (o->watermark_null != NULL && strcmp(o->watermark_null, "fail") != 0 &&
	    strcmp(o->watermark_null, "skip") != 0)
		return nq_err_set(err, NQ_USAGE, "--watermark-null: write fail or skip, not '%s'",
		    o->watermark_null);
	if (nq_format_parse(o->format, &p->format, err) == -1 ||
	    nq_csv_delimiter(o->csv_delimiter, &p->spec.delimiter, err) == -1)
		return -1;
	if (nq_stream_check(o, err) == -1)
		return -1;
	p->spec.watermark_null_ok = o->watermark_null != NULL &&
				    strcmp(o->watermark_null, "skip") == 0;
	p->spec.allow_missing = o->allow_missing;
	p->spec.max_line = o->max_line;
	p->spec.has_id = o->id != NULL;
	if (o->id != NULL && nq_follow_path(&p->spec.id, nq_str(o->id), err) == -1)
		return nq_err_at(err, "--id: ");
	return nq_ask_origins(&o->allow_origins, err);
}

int
nq_pull_open(struct nq_pull *p, const struct nq_pull_options *o, FILE *out, struct nq_err *err)
{
	memset(p, 0, sizeof(*p));
	p->opt = *o;
	p->out = out;
	p->watermark = (struct nq_buf)NQ_BUF_INIT;
	p->suspects = (struct nq_suspects)NQ_SUSPECTS_INIT;
	p->raw = (struct nq_spool)NQ_SPOOL_INIT;
	p->started = nq_time_now();
	nq_page_init(&p->page, &p->spec);
	if (open_choices(p, o, err) == -1)
		return -1;
	if (o->watermark != NULL && open_watermark(p, o->watermark, err) == -1)
		return -1;
	if (o->fail_if != NULL && nq_verdict_open(&p->spec, o->fail_if, err) == -1)
		return -1;
	p->find_records = o->records == NULL;
	if (o->records != NULL && nq_follow_path(&p->spec.records, nq_str(o->records), err) == -1)
		return nq_err_at(err, "--records: ");
	if (nq_pager_parse(&p->pager, o->paginate, err) == -1)
		return -1;
	p->find_pager = p->pager.kind == NULL;
	return nq_pager_watch(&p->pager, &p->spec, err);
}

static void
stop_probing(struct nq_pull *p)
{
	if (p->probing)
		nq_probe_free(&p->probe);
	p->probing = false;
}

void
nq_pull_free(struct nq_pull *p)
{
	stop_probing(p);
	nq_doubt_free(&p->doubt);
	nq_page_free(&p->page);
	nq_pager_free(&p->pager);
	nq_path_free(&p->spec.records);
	nq_path_free(&p->spec.watermark);
	nq_path_free(&p->spec.field);
	nq_path_free(&p->spec.id);
	nq_suspects_free(&p->suspects);
	for (size_t i = 0; i < NQ_PAGE_WATCHES; i++)
		nq_path_free(&p->spec.watch[i]);
	nq_spool_free(&p->raw);
	nq_buf_free(&p->watermark);
	nq_seen_free(&p->asked);
	nq_seen_free(&p->pages_seen);
}

/* NDJSON has no list to look for, and says nothing about further pages. */
static bool
must_probe(const struct nq_pull *p)
{
	return !p->spec.lines && !p->opt.stream && (p->find_records || p->find_pager);
}

static int
body_begin(struct nq_pull *p, enum nq_format format, struct nq_err *err)
{
	p->spec.lines = format != NQ_FORMAT_JSON;
	p->spec.csv = format == NQ_FORMAT_CSV;
	stop_probing(p);
	if (nq_stream_begin(p, err) == -1)
		return -1;
	if (p->find_pager && (p->spec.lines || p->opt.stream) &&
	    nq_pager_parse(&p->pager, "none", err) == -1)
		return -1;
	nq_spool_reset(&p->raw);
	if (!must_probe(p))
		return nq_page_begin(&p->page, err);
	nq_probe_init(&p->probe);
	p->probing = true;
	return 0;
}

static int
body_data(void *ctx, const char *piece, size_t n, struct nq_err *err)
{
	struct nq_pull *p = ctx;

	nq_progress_bytes(n);
	nq_doubt_data(&p->doubt, piece, n);
	if (p->opt.stream)
		return nq_stream_data(p, piece, n, err);
	if (p->probing || p->opt.raw)
		nq_buf_add(&p->raw.mem, piece, n);
	if (nq_spool_settle(&p->raw, err) == -1)
		return -1;
	if (!p->probing)
		return nq_page_data(&p->page, piece, n, err);
	nq_probe_data(&p->probe, piece, n, err);
	return 0;
}

static int
page_piece(void *page, const char *piece, size_t n, struct nq_err *err)
{
	return nq_page_data(page, piece, n, err);
}

/* What was found out stays for the pages that follow; then the kept body is read as a page. */
static int
read_probed(struct nq_pull *p, struct nq_err *err)
{
	if (p->find_records && nq_adopt_records(&p->probe, &p->spec, err) == -1)
		return -1;
	if (nq_adopt_total(&p->probe, &p->spec, err) == -1)
		return -1;
	if (nq_page_begin(&p->page, err) == -1 ||
	    nq_spool_each(&p->raw, page_piece, &p->page, err) == -1 ||
	    nq_page_end(&p->page, err) == -1)
		return -1;
	if (!p->find_pager)
		return 0;
	if (nq_adopt_pager(
		&p->probe, &p->answer->headers, p->page.records, &p->pager, &p->spec, err) == -1)
		return -1;
	/* once more, for the values that the pager now watches */
	if (nq_page_begin(&p->page, err) == -1 ||
	    nq_spool_each(&p->raw, page_piece, &p->page, err) == -1)
		return -1;
	return nq_page_end(&p->page, err);
}

static int
body_end(struct nq_pull *p, struct nq_err *err)
{
	int rc = p->probing ? read_probed(p, err) : nq_page_end(&p->page, err);

	stop_probing(p);
	return nq_verdict(&p->page, p->opt.fail_if, rc, err);
}

/* The first page of all, and the user has said how it goes on. */
static bool
to_be_doubted(const struct nq_pull *p)
{
	return p->pages == 0 && !p->earlier.any && !p->find_pager && !p->spec.lines &&
	       p->pager.kind != &nq_pager_none;
}

static int
answer_begin(void *ctx, const struct nq_response *r, struct nq_err *err)
{
	struct nq_pull *p = ctx;

	p->answer = r;
	stop_probing(p);
	nq_spool_reset(&p->raw);
	p->written = 0;
	if (r->rule != NQ_RULE_NONE)
		return nq_page_begin(&p->page, err);
	if (body_begin(p,
		p->opt.format != NULL ? p->format : nq_format_of_type(r->content_type.data),
		err) == -1)
		return -1;
	if (to_be_doubted(p))
		nq_doubt_begin(&p->doubt);
	return 0;
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
	struct nq_pull *p = ctx;

	if (p->answer->rule != NQ_RULE_NONE)
		return nq_page_end(&p->page, err);
	if (p->answer->bytes == 0 && p->answer->status != 204 && was_promised(p))
		return nq_err_set(err, NQ_TEMPFAIL, "the body is empty, where a page was promised");
	if (p->spec.lines && !p->answer->framed)
		return nq_err_set(err, NQ_TEMPFAIL,
		    "the end of the lines cannot be told from a cut: the server gave no length");
	if (body_end(p, err) == -1)
		return -1;
	nq_doubt_end(&p->doubt, &p->answer->headers, p->page.records);
	return 0;
}

/* The page is good: out with it, and only now does it count. */
static int
accept_page(struct nq_pull *p, struct nq_err *err)
{
	uint64_t other = 0;

	p->pages++;
	p->bytes += p->page.bytes;
	if (p->page.records > 0 && p->pager.kind != NULL)
		other = nq_seen_before(&p->pages_seen, p->page.digest, p->pages);
	if (other != 0)
		return nq_err_set(err, NQ_FAIL,
		    "pagination loop: page %" PRIu64 " has the same records as page %" PRIu64,
		    p->pages, other);
	if (nq_stream_write(p, err) == -1)
		return -1;
	if (p->page.watermark.len > 0)
		nq_watermark_raise(
		    p->spec.cursor_type, &p->watermark, nq_buf_str(&p->page.watermark));
	if (p->opt.max_pages > 0 && p->pages >= p->opt.max_pages)
		p->limited = true;
	return 0;
}

static void
note_cap(struct nq_pull *p, const struct nq_response *r)
{
	if (p->has_cap)
		return;
	p->cap = nq_cap_of(&r->headers, p->started);
	p->has_cap = true;
}

static const char *
method(const struct nq_pull *p)
{
	return p->opt.method != NULL ? p->opt.method : p->opt.body.n > 0 ? "POST" : "GET";
}

static int
ask(struct nq_pull *p, const struct nq_http *http, const char *base, struct nq_ask *a,
    struct nq_err *err)
{
	uint64_t other;

	if (nq_ask_set(a, &p->pager, base, p->opt.body, err) == -1 ||
	    nq_ask_check(a, http, &p->opt.allow_origins, err) == -1)
		return -1;
	other = nq_seen_before(&p->asked, nq_ask_digest(a), p->pages + 1);
	if (other == 0 || p->pager.repeat)
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "pagination loop: page %" PRIu64 " would be asked for like page %" PRIu64, p->pages + 1,
	    other);
}

/* No page to go on from: what came before it is all. */
static int
end_by_rule(struct nq_pull *p, const struct nq_response *r)
{
	snprintf(p->stopped, sizeof(p->stopped), "--on %ld=%s", r->status, nq_rules_name(r->rule));
	p->pager.reason = p->stopped;
	p->pages += r->rule == NQ_RULE_EMPTY;
	return 0;
}

/* 1: more to come. */
static int
one_page(struct nq_pull *p, struct nq_http *http, const struct nq_ask *a, struct nq_response *r,
    struct nq_err *err)
{
	const struct nq_receiver recv = {
	    answer_begin, body_data, answer_end, p, p->opt.stream ? &p->committed : NULL};
	struct nq_request q = {.method = method(p), .url = a->url.text.data};
	char what[32];
	int more;

	snprintf(what, sizeof(what), "page %" PRIu64, p->pages + 1);
	q.what = what;
	q.body = a->body.len > 0 ? nq_buf_str(&a->body) : q.body;
	q.header = a->header.len > 0 ? a->header.data : NULL;
	nq_log(NQ_LOG_DEBUG, "fetch", "%s: %s %s", what, q.method, q.url);
	if (nq_http_do(http, &q, &recv, r, err) == -1 && !nq_stream_enough(p, err))
		return -1;
	note_cap(p, r);
	if (r->rule == NQ_RULE_STOP || (r->rule == NQ_RULE_EMPTY && p->find_pager))
		return end_by_rule(p, r);
	p->find_records = p->find_records && (p->spec.lines || r->rule != NQ_RULE_NONE);
	p->find_pager = false;
	more = nq_pager_next(
	    &p->pager, &(struct nq_answer){&p->page, &r->headers, r->url.data}, err);
	if (more == -1 || accept_page(p, err) == -1)
		return nq_err_at(err, "%s: ", what);
	nq_suspects_page(&p->suspects, &p->page, &p->pager, p->pages);
	nq_progress_page(p->earlier.pages + p->pages, p->earlier.records + p->records,
	    p->suspects.has_total && !p->earlier.any ? p->suspects.total : 0);
	nq_log(NQ_LOG_INFO, "fetch", "%s: %" PRIu64 " record%s, %" PRIu64 " so far", what,
	    p->page.records, nq_plural(p->page.records), p->records);
	return more;
}

static void
lower_watermark(struct nq_pull *p)
{
	if (p->spec.cursor_type != NQ_CURSOR_TIMESTAMP || !p->has_cap || p->opt.no_cap ||
	    !nq_cap_apply(&p->watermark, p->cap))
		return;
	p->capped = true;
	nq_log(NQ_LOG_WARN, "fetch",
	    "the newest record is dated after the pull began: the watermark stops at %s",
	    p->watermark.data);
}

int
nq_pull_conclude(struct nq_pull *p, struct nq_err *err)
{
	if (!p->limited)
		lower_watermark(p);
	nq_suspects_end(&p->suspects, &p->pager, p->records, p->limited);
	nq_log(NQ_LOG_INFO, "fetch", "done: %" PRIu64 " record%s on %" PRIu64 " page%s (%s)",
	    p->records, nq_plural(p->records), p->pages, nq_plural(p->pages), p->reason);
	if (!p->opt.strict || p->suspects.n == 0)
		return 0;
	return nq_err_set(
	    err, NQ_TEMPFAIL, "the pull looks incomplete (--strict): see the warnings above");
}

int
nq_pull_url(struct nq_pull *p, struct nq_http *http, const char *base, struct nq_err *err)
{
	struct nq_ask a = NQ_ASK_INIT;
	struct nq_response r;
	int more = 1;

	nq_response_init(&r);
	while (more == 1 && !p->limited) {
		more = ask(p, http, base, &a, err);
		if (more == 0)
			more = one_page(p, http, &a, &r, err);
	}
	p->reason = p->limited ? "the limit that was asked for" : p->pager.reason;
	nq_response_free(&r);
	nq_ask_free(&a);
	if (more == -1)
		return -1;
	if (!p->limited && p->reason != p->stopped && p->pager.doubt == NULL)
		nq_doubt_tell(&p->doubt, p->pages, &p->suspects);
	return nq_pull_conclude(p, err);
}

int
nq_pull_first(struct nq_pull *p, const struct nq_http *http, const char *base, struct nq_buf *head,
    struct nq_buf *body, struct nq_err *err)
{
	struct nq_ask a = NQ_ASK_INIT;
	int rc = ask(p, http, base, &a, err);

	nq_buf_addf(head, "%s %s\n", method(p), a.url.text.data);
	if (a.header.len > 0)
		nq_buf_addf(head, "%s\n", a.header.data);
	nq_buf_addstr(body, nq_buf_str(&a.body));
	nq_ask_free(&a);
	return rc;
}

/* Each file is looked at by itself: a folder may hold lists of several shapes. */
static int
one_file(struct nq_pull *p, struct nq_input *in, const char *name, enum nq_format format,
    struct nq_err *err)
{
	bool find_records = p->opt.records == NULL;

	if (p->opt.format != NULL)
		format = p->format;
	p->find_records = find_records;
	p->find_pager = false;
	if ((body_begin(p, format, err) == -1 || nq_input_read(in, body_data, p, err) == -1 ||
		body_end(p, err) == -1) &&
	    !nq_stream_enough(p, err)) {
		err->status = err->status == NQ_TEMPFAIL ? NQ_FAIL : err->status;
		return nq_err_at(err, "%s: ", name);
	}
	if (p->page.bytes == 0 && !p->spec.lines)
		return nq_err_set(err, NQ_FAIL, "%s: the file is empty, not JSON", name);
	if (accept_page(p, err) == -1)
		return nq_err_at(err, "%s: ", name);
	nq_suspects_ids(&p->suspects, &p->page, p->pages);
	nq_progress_page(p->pages, p->records, 0);
	nq_log(NQ_LOG_INFO, "fetch", "%s: %" PRIu64 " record%s, %" PRIu64 " so far", name,
	    p->page.records, nq_plural(p->page.records), p->records);
	return 0;
}

int
nq_pull_file(struct nq_pull *p, const char *path, struct nq_err *err)
{
	struct nq_input *in = nq_input_open(path, err);
	const char *name;
	enum nq_format format;
	int rc = 1;

	if (in == NULL)
		return -1;
	while (rc == 1 && !p->limited) {
		rc = nq_input_next(in, &name, &format, err);
		if (rc == 1 && one_file(p, in, name, format, err) == -1)
			rc = -1;
	}
	p->reason = p->limited ? "the limit that was asked for" : "all files read";
	nq_input_free(in);
	return rc == -1 ? -1 : 0;
}

bool
nq_pull_mark(const struct nq_pull *p, struct nq_mark *m)
{
	if (p->limited)
		return false;
	nq_mark_init(m);
	m->kind = NQ_MARK_END;
	m->records = p->records;
	m->has_pages = true;
	m->pages = p->pages;
	m->cursor_type = p->spec.cursor_type;
	nq_buf_addstr(&m->watermark, nq_buf_str(&p->watermark));
	return true;
}
