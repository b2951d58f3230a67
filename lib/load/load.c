#define _GNU_SOURCE /* ppoll(2) */
#include "load/load.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "json/lines.h"
#include "json/text.h"
#include "load/record.h"
#include "json/rejects.h"

struct load {
	const struct nq_load_options *o;
	struct nq_lines lines;
	struct nq_doc doc;
	struct nq_mark mark;
	struct nq_tally tally;
	struct nq_columns columns;
	struct nq_recorder recorder;
	struct nq_batch batch;
	struct nq_sink sink;
	struct nq_rejects rejects;
	struct nq_counts counts;
	uint64_t written, committed; /* records of batches: handed over, and in for good */
	uint64_t held;		     /* of those written, the ones not committed yet */
	int64_t started, oldest;     /* milliseconds; of the run, of the first record held back */
	int64_t held_since;	     /* when the first batch of the transaction was written */
};

static bool
stopped(const struct load *l)
{
	return l->o->stop != NULL && *l->o->stop != 0;
}

static int
interrupted(const struct load *l, struct nq_err *err)
{
	uint64_t in = l->committed;

	return nq_err_set(err, NQ_FAIL,
	    "interrupted: what is not committed is rolled back, %llu of %llu records are in '%s'",
	    (unsigned long long)in, (unsigned long long)l->counts.records,
	    l->sink.destination.data);
}

/* A destination that was interrupted while it waited did not fail. */
static int
batch_failed(const struct load *l, struct nq_err *err)
{
	if (stopped(l))
		return interrupted(l, err);
	return nq_err_at(err, "batch %llu: ", (unsigned long long)l->counts.batches);
}

static int put_rows(struct load *, uint32_t from, uint32_t to, struct nq_err *);

/* A row of several records is tried again record by record: only the bad ones are rejected. */
static int
refused(struct load *l, uint32_t row, struct nq_err *why)
{
	const struct nq_batch_row *r = &l->batch.row[row];
	const struct nq_record *rec = &l->batch.record[r->first];
	uint32_t next, alone;

	if (r->nrecords == 1) {
		l->counts.rejected++;
		return nq_rejects_add(&l->rejects, rec->line,
		    nq_batch_slice(&l->batch, rec->raw, rec->rawlen), false, why);
	}
	l->counts.folded -= r->nrecords - 1;
	for (uint32_t i = r->first; i != UINT32_MAX; i = next) {
		next = l->batch.record[i].next;
		alone = nq_batch_unfold(&l->batch, i);
		if (put_rows(l, alone, alone + 1, why) == -1)
			return -1;
	}
	return 0;
}

/* Writes the rows, and closes in on those that the destination refuses. */
static int
put_rows(struct load *l, uint32_t from, uint32_t to, struct nq_err *err)
{
	const struct nq_sink_ops *ops = l->sink.ops;
	enum nq_write rc;

	while (from < to) {
		if (stopped(l))
			return interrupted(l, err);
		rc = ops->write(&l->sink, &l->batch, from, to, &from, err);
		if (rc == NQ_WRITE_OK)
			return 0;
		if (rc == NQ_WRITE_FAILED)
			return batch_failed(l, err);
		if (rc == NQ_WRITE_ROW || to - from == 1) {
			if (refused(l, from++, err) == -1)
				return -1;
			continue;
		}
		if (put_rows(l, from, from + (to - from) / 2, err) == -1)
			return -1;
		from += (to - from) / 2;
	}
	return 0;
}

static int
commit(struct load *l, struct nq_err *err)
{
	if (l->held == 0)
		return 0;
	if (l->sink.ops->commit(&l->sink, err) == -1)
		return batch_failed(l, err);
	if (l->o->mode == NQ_LOAD_MERGE || l->o->mode == NQ_LOAD_INSERT)
		l->committed = l->written;
	l->held = 0;
	return 0;
}

/* Whether the transaction takes another batch. */
static bool
has_room(const struct load *l)
{
	return l->held < l->o->together && nq_clock_ms() - l->held_since < NQ_MAX_HOLD;
}

static int
flush(struct load *l, struct nq_err *err)
{
	const struct nq_sink_ops *ops = l->sink.ops;
	uint64_t n = l->batch.nrecords;

	if (n == 0)
		return 0;
	l->counts.batches++;
	if (ops->begin(&l->sink, &l->batch, err) == -1)
		return batch_failed(l, err);
	if (l->held == 0)
		l->held_since = nq_clock_ms();
	if (put_rows(l, 0, l->batch.nrows, err) == -1)
		return -1;
	l->written = l->counts.records;
	l->held += n;
	if (!has_room(l) && commit(l, err) == -1)
		return -1;
	nq_log(NQ_LOG_INFO, "load", "batch %llu: %llu record%s",
	    (unsigned long long)l->counts.batches, (unsigned long long)n, nq_plural(n));
	nq_batch_reset(&l->batch);
	nq_columns_next_batch(&l->columns);
	return 0;
}

static bool
is_full(const struct load *l)
{
	return l->batch.nrecords >= l->o->batch || l->batch.text.len >= l->o->batch_bytes;
}

static int
take_record(struct load *l, struct nq_err *err)
{
	unsigned long long line = l->lines.number;
	enum nq_take rc;

	l->counts.records++;
	l->tally.open++;
	if (l->batch.nrecords == 0)
		l->oldest = nq_clock_ms();
	rc = nq_recorder_take(&l->recorder, &l->doc, line, &l->batch, err);
	if (rc == NQ_TAKE_FAILED)
		return nq_err_at(err, "line %llu: ", line);
	if (rc == NQ_TAKE_REJECTED || rc == NQ_TAKE_DISCARDED) {
		l->counts.rejected++;
		return nq_rejects_add(
		    &l->rejects, line, nq_doc_raw(&l->doc, 0), rc == NQ_TAKE_DISCARDED, err);
	}
	l->counts.folded += rc == NQ_TAKE_FOLDED;
	return is_full(l) ? flush(l, err) : 0;
}

static int
take_line(struct load *l, struct nq_str line, struct nq_err *err)
{
	int rc = nq_doc_parse(&l->doc, line, err);

	if (rc == 0 && nq_doc_type(&l->doc, 0) != NQ_OBJECT)
		rc = nq_err_set(err, NQ_FAIL, "a record must be an object");
	if (rc == 0)
		rc = nq_mark_read(&l->doc, &l->mark, err);
	if (rc == 0)
		return take_record(l, err);
	if (rc == 1)
		rc = nq_tally_mark(&l->tally, &l->mark, err);
	return rc == -1 ? nq_err_at(err, "line %llu: ", (unsigned long long)l->lines.number) : 0;
}

/* When the batch in hand is to be written though it is small: never, or by the clock. */
static int64_t
flush_at(const struct load *l)
{
	return l->o->flush_ms > 0 && l->batch.nrecords > 0 ? l->oldest + l->o->flush_ms : INT64_MAX;
}

static int64_t
commit_at(const struct load *l)
{
	return l->held > 0 ? l->held_since + NQ_MAX_HOLD : INT64_MAX;
}

/* 1: there is something to read, 0: something is due, -1: a signal. */
static int
wait_for_input(const struct load *l)
{
	struct pollfd p = {l->lines.fd, POLLIN, 0};
	int64_t at = flush_at(l) < commit_at(l) ? flush_at(l) : commit_at(l);
	int64_t left = at - nq_clock_ms();
	struct timespec ts = {0, 0};
	bool timed = at < INT64_MAX;
	sigset_t block, before;
	int rc = -1;

	if (left > 0)
		ts = (struct timespec){left / 1000, left % 1000 * 1000000};
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	/* So that a signal between the look at the flag and the wait is not missed. */
	sigprocmask(SIG_BLOCK, &block, &before);
	if (!stopped(l))
		rc = ppoll(&p, 1, timed ? &ts : NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (rc == -1 && errno == EINTR && !stopped(l))
		return wait_for_input(l);
	return rc == -1 && !stopped(l) ? 1 : rc;
}

/* No input came in time: nobody waits longer for what is here. */
static int
do_what_is_due(struct load *l, struct nq_err *err)
{
	if (flush_at(l) <= nq_clock_ms() && flush(l, err) == -1)
		return -1;
	return commit(l, err);
}

static int
read_all(struct load *l, struct nq_err *err)
{
	struct nq_str line;
	int rc = 1;

	while (rc == 1) {
		if (!nq_lines_ready(&l->lines))
			rc = wait_for_input(l);
		if (rc == -1 || stopped(l))
			return interrupted(l, err);
		if (rc == 0 && do_what_is_due(l, err) == -1)
			return -1;
		if (rc == 0) {
			rc = 1;
			continue;
		}
		rc = nq_lines_next(&l->lines, &line, err);
		if (rc == -1 && stopped(l))
			return interrupted(l, err);
		if (rc == 1 && take_line(l, line, err) == -1)
			return -1;
	}
	return rc;
}

static void
add_count(struct nq_buf *b, const char *name, uint64_t n)
{
	if (n == NQ_UNKNOWN)
		nq_text_member(b, name, NULL);
	else
		nq_text_number(b, name, n);
}

static void
add_receipt(const struct load *l, struct nq_buf *b)
{
	const struct nq_counts *c = &l->counts;
	int64_t ms = nq_clock_ms() - l->started;

	nq_buf_addc(b, '{');
	nq_text_number(b, "records", c->records);
	add_count(b, "inserted", c->inserted);
	add_count(b, "updated", c->updated);
	add_count(b, "unchanged", c->unchanged);
	add_count(b, "deleted", c->deleted);
	nq_text_number(b, "folded", c->folded);
	nq_text_number(b, "rejected", c->rejected);
	nq_text_number(b, "batches", c->batches);
	nq_text_number(b, "bytes", l->lines.bytes);
	nq_text_member(b, "watermark", l->tally.watermark.len > 0 ? l->tally.watermark.data : NULL);
	nq_text_member(b, "cursor_type", nq_cursor_type_name(l->tally.cursor_type));
	nq_text_name(b, "destination");
	nq_text_quote(b, nq_buf_str(&l->sink.destination));
	nq_text_name(b, "seconds");
	nq_buf_addf(b, "%lld.%03lld}\n", (long long)ms / 1000, (long long)ms % 1000);
}

/* Nothing is published before the stream has proved to be whole and the rejects are on disk. */
static int
finish(struct load *l, struct nq_buf *receipt, struct nq_err *err)
{
	if (nq_tally_finish(&l->tally, l->o->require_end, err) == -1 || flush(l, err) == -1 ||
	    nq_rejects_finish(&l->rejects, l->counts.records, err) == -1 ||
	    l->sink.ops->finish(&l->sink, &l->tally, err) == -1)
		return -1;
	if (l->sink.ops->receipt)
		add_receipt(l, receipt);
	return 0;
}

static int
open_all(struct load *l, struct nq_err *err)
{
	if (nq_sink_open(&l->sink, l->o, &l->columns, &l->counts, err) == -1 ||
	    nq_recorder_init(&l->recorder, l->o, &l->columns, err) == -1 ||
	    nq_rejects_open(&l->rejects, l->o->rejects, l->o->max_rejects, err) == -1)
		return -1;
	return l->sink.ops->start(&l->sink, err);
}

static void
init(struct load *l, const struct nq_load_options *o, int fd)
{
	memset(l, 0, sizeof(*l));
	l->o = o;
	l->started = nq_clock_ms();
	l->rejects.fd = -1;
	l->rejects.held = l->sink.destination = l->recorder.scratch = (struct nq_buf)NQ_BUF_INIT;
	nq_lines_init(&l->lines, fd, o->max_line);
	l->lines.stop = o->stop;
	nq_doc_init(&l->doc);
	nq_mark_init(&l->mark);
	nq_tally_init(&l->tally);
	nq_columns_init(&l->columns);
	nq_batch_init(&l->batch);
}

static void
release(struct load *l)
{
	nq_sink_close(&l->sink);
	nq_rejects_close(&l->rejects);
	nq_recorder_free(&l->recorder);
	nq_batch_free(&l->batch);
	nq_columns_free(&l->columns);
	nq_tally_free(&l->tally);
	nq_mark_free(&l->mark);
	nq_doc_free(&l->doc);
	nq_lines_free(&l->lines);
}

enum nq_status
nq_load_run(const struct nq_load_options *o, int fd, struct nq_buf *receipt, struct nq_err *err)
{
	struct load l;
	enum nq_status status;

	init(&l, o, fd);
	if (open_all(&l, err) == 0 && read_all(&l, err) == 0 && finish(&l, receipt, err) == 0)
		status = l.counts.rejected > 0 ? NQ_PARTIAL : NQ_OK;
	else
		status = err->status;
	if (status != NQ_OK && status != NQ_PARTIAL && l.committed > 0 && !stopped(&l))
		nq_log(NQ_LOG_WARN, "load", "%llu record%s of earlier batches stay in '%s'",
		    (unsigned long long)l.committed, nq_plural(l.committed),
		    l.sink.destination.data);
	release(&l);
	return status;
}

int
nq_load_probe(const struct nq_load_options *o, struct nq_buf *out, struct nq_err *err)
{
	struct load l;
	bool exists = false;
	int rc;

	init(&l, o, -1);
	rc = nq_sink_open(&l.sink, o, &l.columns, &l.counts, err);
	if (rc == 0)
		rc = l.sink.ops->probe(&l.sink, &exists, err);
	if (rc == 0) {
		nq_buf_addc(out, '{');
		nq_text_name(out, "destination");
		nq_text_quote(out, nq_buf_str(&l.sink.destination));
		nq_text_name(out, "table_exists");
		nq_buf_adds(out, exists ? "true}\n" : "false}\n");
	}
	release(&l);
	return rc;
}
