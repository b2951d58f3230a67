#include "map/run.h"

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"

enum { FLUSH_AT = 64 << 10 };

static int
flush(struct nq_run *r, struct nq_err *err)
{
	int rc = 0;

	if (!r->broken)
		rc = nq_io_write_all(STDOUT_FILENO, r->out.data, r->out.len);
	nq_buf_reset(&r->out);
	if (rc == 0)
		return 0;
	r->broken = true;
	return nq_err_set(err, NQ_FAIL, "cannot write standard output:");
}

/* === rejects ================================================================================ */

static int
at_line(const struct nq_run *r, struct nq_err *err)
{
	return nq_err_at(err, "line %llu: ", (unsigned long long)r->lines.number);
}

/* err tells why; it stays filled when this was one reject too many. */
static int
reject(struct nq_run *r, uint32_t tok, struct nq_err *err)
{
	struct nq_str record = nq_doc_raw(&r->doc, tok);

	r->rejected++;
	nq_log(NQ_LOG_DEBUG, "map", "line %llu: rejected: %s", (unsigned long long)r->lines.number,
	    err->msg);
	if (nq_rejects_add(r->rejects, r->lines.number, record, false, err) == -1)
		return -1;
	*err = (struct nq_err)NQ_ERR_INIT;
	return 0;
}

/* === records ================================================================================ */

static int
map_record(struct nq_run *r, uint32_t tok, struct nq_err *err)
{
	uint64_t written = 0;
	int rc = nq_mapper_record(&r->mapper, &r->doc, tok, &r->out, &written, err);

	r->read++;
	r->read_in_all++;
	r->tally.open++;
	if (rc == -1)
		return reject(r, tok, err);
	r->skipped += rc == 0;
	r->written += written;
	return r->out.len < FLUSH_AT ? 0 : flush(r, err);
}

/* The record in a line of a rejects file. */
static int
find_reject(struct nq_run *r, uint32_t *tok, struct nq_err *err)
{
	*tok = nq_doc_get(&r->doc, 0, nq_str("record"));
	if (nq_doc_type(&r->doc, *tok) == NQ_OBJECT)
		return 0;
	nq_err_set(
	    err, NQ_FAIL, "not a line of a rejects file: no member 'record' (--from-rejects)");
	return at_line(r, err);
}

/* === marks ================================================================================== */

/* A segment has ended: says what became of it, and counts anew. */
static void
end_segment(struct nq_run *r)
{
	nq_log(NQ_LOG_INFO, "map", "read %llu record%s: wrote %llu, skipped %llu, rejected %llu",
	    (unsigned long long)r->read, nq_plural(r->read), (unsigned long long)r->written,
	    (unsigned long long)r->skipped, (unsigned long long)r->rejected);
	r->read = r->skipped = r->written = r->rejected = 0;
}

static int
write_mark(struct nq_run *r, struct nq_mark *m, struct nq_err *err)
{
	if (nq_rejects_finish(r->rejects, r->read_in_all, err) == -1)
		return -1;
	m->records = r->written;
	m->has_counts = true;
	m->read = r->read;
	m->skipped = r->skipped;
	m->rejected = r->rejected;
	nq_mark_write(m, &r->out);
	end_segment(r);
	return 0;
}

/* 1 when the line is no mark. */
static int
take_mark(struct nq_run *r, struct nq_err *err)
{
	struct nq_mark m;
	int rc;

	if (nq_doc_get(&r->doc, 0, nq_str("_nq")) == NQ_NONE)
		return 1;
	nq_mark_init(&m);
	rc = nq_mark_read(&r->doc, &m, err);
	if (rc == 1)
		rc = nq_tally_mark(&r->tally, &m, err);
	if (rc == -1)
		at_line(r, err);
	if (rc == 0 && m.kind == NQ_MARK_END)
		rc = write_mark(r, &m, err);
	nq_mark_free(&m);
	return rc;
}

static void
write_fail_mark(struct nq_run *r, enum nq_status status)
{
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_mark m;

	nq_mark_init(&m);
	m.kind = NQ_MARK_FAIL;
	m.status = status;
	nq_buf_adds(&m.tool, "nq-map");
	if (r->tally.failed != 0) {
		m.status = r->tally.failed;
		nq_buf_reset(&m.tool);
		nq_buf_addstr(&m.tool, nq_buf_str(&r->tally.failed_tool));
	}
	nq_mark_write(&m, &r->out);
	nq_mark_free(&m);
	flush(r, &ignored);
}

/* === the stream ============================================================================= */

static int
take_line(struct nq_run *r, struct nq_str line, struct nq_err *err)
{
	uint32_t tok = 0;
	int rc;

	if (nq_doc_parse(&r->doc, line, err) == -1)
		return at_line(r, err);
	if (nq_doc_type(&r->doc, 0) != NQ_OBJECT) {
		nq_err_set(err, NQ_FAIL, "a record must be an object");
		return at_line(r, err);
	}
	rc = take_mark(r, err);
	if (rc != 1)
		return rc;
	if (r->from_rejects && find_reject(r, &tok, err) == -1)
		return -1;
	return map_record(r, tok, err);
}

static int
take_all(struct nq_run *r, struct nq_err *err)
{
	struct nq_str line;
	int rc;

	for (;;) {
		if (r->out.len > 0 && !nq_lines_ready(&r->lines) && flush(r, err) == -1)
			return -1;
		rc = nq_lines_next(&r->lines, &line, err);
		if (rc != 1)
			return rc;
		if (take_line(r, line, err) == -1)
			return -1;
	}
}

/* At the end of the input: was it whole, and were the rejects few enough. */
static int
finish(struct nq_run *r, struct nq_err *err)
{
	if (nq_tally_finish(&r->tally, false, err) == -1)
		return -1;
	if (nq_rejects_finish(r->rejects, r->read_in_all, err) == -1)
		return -1;
	if (r->read > 0)
		end_segment(r);
	return flush(r, err);
}

static void
free_all(struct nq_run *r)
{
	nq_lines_free(&r->lines);
	nq_doc_free(&r->doc);
	nq_mapper_free(&r->mapper);
	nq_tally_free(&r->tally);
	nq_buf_free(&r->out);
}

enum nq_status
nq_run(struct nq_run *r, struct nq_err *err)
{
	enum nq_status status = NQ_OK;

	nq_lines_init(&r->lines, STDIN_FILENO, r->max_line);
	nq_doc_init(&r->doc);
	nq_mapper_init(&r->mapper, r->prog, r->schema, r->max_line);
	nq_tally_init(&r->tally);
	r->out = (struct nq_buf)NQ_BUF_INIT;
	if (take_all(r, err) == -1 || finish(r, err) == -1) {
		status = err->status;
		if (r->lines.bytes > 0)
			write_fail_mark(r, status);
	} else if (r->rejects->n > 0) {
		status = NQ_PARTIAL;
	}
	free_all(r);
	return status;
}
