#include "fetch/pull.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/progress.h"
#include "fetch/follow.h"
#include "fetch/ask.h"
#include "fetch/cap.h"
#include "fetch/csv.h"
#include "fetch/feed.h"
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
	p->started = nq_time_now();
	if (open_choices(p, o, err) == -1)
		return -1;
	if (o->watermark != NULL && open_watermark(p, o->watermark, err) == -1)
		return -1;
	if (o->until != NULL && nq_cap_until_check(o->until, p->spec.cursor_type, err) == -1)
		return -1;
	if (nq_feed_open(p, err) == -1)
		return -1;
	if (nq_verdict_open(&p->opt.verdicts, &p->spec, err) == -1)
		return -1;
	p->find_records = o->records == NULL;
	if (o->records != NULL && nq_follow_path(&p->spec.records, nq_str(o->records), err) == -1)
		return nq_err_at(err, "--records: ");
	if (nq_pager_parse(&p->pager, o->paginate, err) == -1)
		return -1;
	p->find_pager = p->pager.kind == NULL;
	p->more = 1;
	return nq_pager_watch(&p->pager, &p->spec, err);
}

void
nq_pull_free(struct nq_pull *p)
{
	nq_window_free(&p->window);
	nq_doubt_free(&p->doubt);
	nq_pager_free(&p->pager);
	nq_path_free(&p->spec.records);
	nq_path_free(&p->spec.watermark);
	nq_path_free(&p->spec.field);
	nq_path_free(&p->spec.id);
	nq_suspects_free(&p->suspects);
	for (size_t i = 0; i < NQ_PAGE_WATCHES; i++)
		nq_path_free(&p->spec.watch[i]);
	nq_buf_free(&p->watermark);
	nq_seen_free(&p->asked);
	nq_seen_free(&p->pages_seen);
}

/* The page is good: out with it, and only now does it count. */
static int
accept_page(struct nq_pull *p, struct nq_err *err)
{
	const struct nq_page *page = &p->now->page;
	uint64_t other = 0;

	p->pages++;
	p->bytes += page->bytes;
	if (page->records > 0 && p->pager.kind != NULL)
		other = nq_seen_before(&p->pages_seen, page->digest, p->pages);
	if (other != 0)
		return nq_err_set(err, NQ_FAIL,
		    "pagination loop: page %" PRIu64 " has the same records as page %" PRIu64,
		    p->pages, other);
	if (nq_stream_write(p, err) == -1)
		return -1;
	if (page->watermark.len > 0)
		nq_watermark_raise(
		    p->spec.cursor_type, &p->watermark, nq_buf_str(&page->watermark));
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

const char *
nq_pull_method(const struct nq_pull *p)
{
	return p->opt.method != NULL ? p->opt.method : p->opt.body.n > 0 ? "POST" : "GET";
}

/* Whether the page at hand may be asked for. */
static int
check(struct nq_pull *p, const struct nq_http *http, struct nq_err *err)
{
	const struct nq_ask *a = &p->now->ask;
	uint64_t other;

	if (nq_ask_check(a, http, &p->opt.allow_origins, err) == -1)
		return -1;
	other = nq_seen_before(&p->asked, nq_ask_digest(a), p->pages + 1);
	if (other == 0 || p->pager.repeat)
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "pagination loop: page %" PRIu64 " would be asked for like page %" PRIu64, p->pages + 1,
	    other);
}

static int
ask(struct nq_pull *p, const struct nq_http *http, const char *base, struct nq_err *err)
{
	return nq_window_next(&p->window, p, base, err) != NULL ? check(p, http, err) : -1;
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

/* What the page at hand gave goes out, and counts. 1: more to come. */
static int
take_page(struct nq_pull *p, struct nq_err *err)
{
	struct nq_arrival *a = p->now;
	const struct nq_answer answer = {&a->page, &a->answer.headers, a->answer.url.data};
	int more = nq_pager_next(&p->pager, &answer, err);

	if (more == -1 || accept_page(p, err) == -1)
		return nq_err_at(err, "%s: ", a->what);
	nq_suspects_page(&p->suspects, &a->page, &p->pager, p->pages);
	if (more == 1 && nq_feed_ends(p))
		more = 0;
	nq_window_note(&p->window, p, more == 1);
	if (!p->waits)
		nq_progress_page(p->earlier.pages + p->pages, p->earlier.records + p->records,
		    p->suspects.has_total && !p->earlier.any ? p->suspects.total : 0);
	nq_log(NQ_LOG_INFO, "fetch", "%s: %" PRIu64 " record%s, %" PRIu64 " so far", a->what,
	    a->page.records, nq_plural(a->page.records), p->records);
	return more;
}

/* 1: more to come. */
static int
one_page(struct nq_pull *p, struct nq_http *http, const char *base, struct nq_err *err)
{
	struct nq_arrival *a = p->now;
	const struct nq_response *r = &a->answer;
	struct nq_flight *f;

	if (a->flight == NULL)
		nq_arrival_send(a, http, p->pages + 1);
	nq_window_fill(&p->window, p, http, base);
	f = a->flight;
	a->flight = NULL;
	if (nq_flight_finish(f, err) == -1 && !nq_stream_enough(p, err))
		return -1;
	note_cap(p, r);
	if (r->rule == NQ_RULE_STOP || (r->rule == NQ_RULE_EMPTY && p->find_pager))
		return end_by_rule(p, r);
	p->find_records = p->find_records && (a->spec.lines || r->rule != NQ_RULE_NONE);
	p->find_pager = false;
	return take_page(p, err);
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

static void
set_end(struct nq_pull *p)
{
	if (p->opt.until == NULL ||
	    !nq_cap_until(&p->watermark, p->opt.until, p->has_cap ? p->cap : p->started))
		return;
	nq_log(NQ_LOG_WARN, "fetch",
	    "there are records of after --until: the watermark stops at %s", p->watermark.data);
}

int
nq_pull_conclude(struct nq_pull *p, struct nq_err *err)
{
	if (!p->limited) {
		lower_watermark(p);
		set_end(p);
	}
	nq_suspects_end(&p->suspects, &p->pager, p->records, p->limited || p->bounded);
	nq_log(NQ_LOG_INFO, "fetch", "done: %" PRIu64 " record%s on %" PRIu64 " page%s (%s)",
	    p->records, nq_plural(p->records), p->pages, nq_plural(p->pages), p->reason);
	if (!p->opt.strict || p->suspects.n == 0)
		return 0;
	return nq_err_set(
	    err, NQ_TEMPFAIL, "the pull looks incomplete (--strict): see the warnings above");
}

int
nq_pull_page(struct nq_pull *p, struct nq_http *http, const char *base, struct nq_err *err)
{
	p->more = ask(p, http, base, err);
	if (p->more == 0)
		p->more = one_page(p, http, base, err);
	return p->more == -1 ? -1 : 0;
}

int
nq_pull_end(struct nq_pull *p, struct nq_err *err)
{
	nq_window_drop(&p->window);
	p->reason = p->limited ? "the limit that was asked for" : p->pager.reason;
	if (p->more == -1)
		return -1;
	if (!p->limited && p->reason != p->stopped && p->pager.doubt == NULL)
		nq_doubt_tell(&p->doubt, &p->pager, &p->suspects);
	return nq_pull_conclude(p, err);
}

int
nq_pull_url(struct nq_pull *p, struct nq_http *http, const char *base, struct nq_err *err)
{
	while (p->more == 1 && !p->limited)
		nq_pull_page(p, http, base, err);
	return nq_pull_end(p, err);
}

/* What cannot be asked for is told when the page is wanted. */
static void
ask_ahead(struct nq_pull *p, struct nq_http *http, const char *base)
{
	struct nq_err later = NQ_ERR_INIT;

	if (nq_window_next(&p->window, p, base, &later) != NULL && p->now->flight == NULL &&
	    nq_ask_check(&p->now->ask, http, &p->opt.allow_origins, &later) == 0)
		nq_arrival_send(p->now, http, p->pages + 1);
}

int
nq_pull_ahead(struct nq_pull *p, struct nq_http *http, const char *base, struct nq_err *err)
{
	while (p->more == 1 && !p->limited) {
		if (p->now == NULL || p->now->flight == NULL) {
			ask_ahead(p, http, base);
			return 0;
		}
		if (!nq_arrival_good(p->now))
			return 0;
		if (nq_pull_page(p, http, base, err) == -1)
			return -1;
	}
	return 0;
}

int
nq_pull_first(struct nq_pull *p, const struct nq_http *http, const char *base, struct nq_buf *head,
    struct nq_buf *body, struct nq_err *err)
{
	int rc = ask(p, http, base, err);
	const struct nq_ask *a = &p->now->ask;

	nq_buf_addf(head, "%s %s\n", nq_pull_method(p), a->url.text.data);
	if (a->header.len > 0)
		nq_buf_addf(head, "%s\n", a->header.data);
	nq_buf_addstr(body, nq_buf_str(&a->body));
	return rc;
}

/* Each file is looked at by itself: a folder may hold lists of several shapes. */
static int
one_file(struct nq_pull *p, struct nq_input *in, const char *name, enum nq_format format,
    struct nq_err *err)
{
	struct nq_arrival *a = p->now;

	if (p->opt.format != NULL)
		format = p->format;
	p->find_records = p->opt.records == NULL;
	p->find_pager = false;
	if ((nq_arrival_begin(a, format, err) == -1 ||
		nq_input_read(in, nq_arrival_data, a, err) == -1 || nq_arrival_end(a, err) == -1) &&
	    !nq_stream_enough(p, err)) {
		err->status = err->status == NQ_TEMPFAIL ? NQ_FAIL : err->status;
		return nq_err_at(err, "%s: ", name);
	}
	if (a->page.bytes == 0 && !a->spec.lines)
		return nq_err_set(err, NQ_FAIL, "%s: the file is empty, not JSON", name);
	if (accept_page(p, err) == -1)
		return nq_err_at(err, "%s: ", name);
	nq_suspects_ids(&p->suspects, &a->page, p->pages);
	nq_progress_page(p->pages, p->records, 0);
	nq_log(NQ_LOG_INFO, "fetch", "%s: %" PRIu64 " record%s, %" PRIu64 " so far", name,
	    a->page.records, nq_plural(a->page.records), p->records);
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
	nq_window_first(&p->window, p);
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
