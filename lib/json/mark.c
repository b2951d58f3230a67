#include "json/mark.h"

#include <string.h>

#include "json/text.h"

void
nq_mark_init(struct nq_mark *m)
{
	memset(m, 0, sizeof(*m));
	m->watermark = m->tool = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_mark_free(struct nq_mark *m)
{
	nq_buf_free(&m->watermark);
	nq_buf_free(&m->tool);
}

static uint32_t
member(const struct nq_doc *d, const char *name)
{
	return nq_doc_get(d, 0, nq_str(name));
}

static int
read_text(const struct nq_doc *d, const char *name, struct nq_buf *out)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t i = member(d, name);
	struct nq_str s;
	int rc = -1;

	nq_buf_reset(out);
	if (nq_doc_type(d, i) == NQ_STRING && nq_doc_string(d, i, &scratch, &s) == 0) {
		nq_buf_addstr(out, s);
		rc = 0;
	}
	nq_buf_free(&scratch);
	return rc;
}

static int
damaged(struct nq_err *err, const char *what)
{
	return nq_err_set(err, NQ_FAIL, "damaged control line: %s", what);
}

/* A text that may be absent or null, which leaves out empty. */
static int
read_optional(const struct nq_doc *d, const char *name, struct nq_buf *out, struct nq_err *err)
{
	uint32_t i = member(d, name);

	if (read_text(d, name, out) == 0 || i == NQ_NONE || nq_doc_type(d, i) == NQ_NULL)
		return 0;
	return nq_err_set(err, NQ_FAIL, "damaged control line: no text in %s", name);
}

static int
read_end(const struct nq_doc *d, struct nq_mark *m, struct nq_err *err)
{
	struct nq_buf type = NQ_BUF_INIT;
	int rc = 0;

	if (nq_doc_uint(d, member(d, "records"), &m->records) == -1)
		return damaged(err, "no count of records");
	m->has_pages = nq_doc_uint(d, member(d, "pages"), &m->pages) == 0;
	m->has_counts = nq_doc_uint(d, member(d, "read"), &m->read) == 0 &&
			nq_doc_uint(d, member(d, "skipped"), &m->skipped) == 0 &&
			nq_doc_uint(d, member(d, "rejected"), &m->rejected) == 0;
	m->cursor_type = NQ_CURSOR_NONE;
	if (read_optional(d, "cursor_type", &type, err) == -1 ||
	    read_optional(d, "watermark", &m->watermark, err) == -1)
		rc = -1;
	if (rc == 0 && type.len > 0)
		rc = nq_cursor_type_parse(nq_buf_str(&type), &m->cursor_type, err);
	nq_buf_free(&type);
	if (rc == 0 && m->watermark.len > 0)
		rc = nq_watermark_check(m->cursor_type, nq_buf_str(&m->watermark), err);
	if (rc == -1)
		err->status = NQ_FAIL;
	return rc;
}

int
nq_mark_read(const struct nq_doc *d, struct nq_mark *m, struct nq_err *err)
{
	struct nq_buf kind = NQ_BUF_INIT;
	int rc = -1;

	if (member(d, "_nq") == NQ_NONE)
		return 0;
	read_text(d, "_nq", &kind);
	if (nq_str_is(nq_buf_str(&kind), "end")) {
		m->kind = NQ_MARK_END;
		rc = read_end(d, m, err);
	} else if (nq_str_is(nq_buf_str(&kind), "fail")) {
		m->kind = NQ_MARK_FAIL;
		rc = read_text(d, "tool", &m->tool);
		if (rc == -1 || nq_doc_uint(d, member(d, "status"), &m->status) == -1 ||
		    m->status == 0 || m->status > 255)
			rc = damaged(err, "no tool or status");
	} else {
		nq_err_set(err, NQ_FAIL, "the member '_nq' is reserved for control lines");
	}
	nq_buf_free(&kind);
	return rc == 0 ? 1 : -1;
}

void
nq_mark_write(const struct nq_mark *m, struct nq_buf *b)
{
	nq_buf_adds(b, "{");
	nq_text_member(b, "_nq", m->kind == NQ_MARK_END ? "end" : "fail");
	if (m->kind == NQ_MARK_FAIL) {
		nq_text_member(b, "tool", m->tool.data);
		nq_text_number(b, "status", m->status);
		nq_buf_adds(b, "}\n");
		return;
	}
	nq_text_number(b, "records", m->records);
	if (m->has_pages)
		nq_text_number(b, "pages", m->pages);
	if (m->has_counts) {
		nq_text_number(b, "read", m->read);
		nq_text_number(b, "skipped", m->skipped);
		nq_text_number(b, "rejected", m->rejected);
	}
	if (m->cursor_type != NQ_CURSOR_NONE) {
		nq_text_member(b, "cursor_type", nq_cursor_type_name(m->cursor_type));
		nq_text_name(b, "watermark");
		if (m->watermark.len > 0)
			nq_text_quote(b, nq_buf_str(&m->watermark));
		else
			nq_buf_adds(b, "null");
	}
	nq_buf_adds(b, "}\n");
}

void
nq_tally_init(struct nq_tally *t)
{
	memset(t, 0, sizeof(*t));
	t->watermark = t->failed_tool = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_tally_free(struct nq_tally *t)
{
	nq_buf_free(&t->watermark);
	nq_buf_free(&t->failed_tool);
}

int
nq_tally_mark(struct nq_tally *t, const struct nq_mark *m, struct nq_err *err)
{
	if (m->kind == NQ_MARK_FAIL) {
		t->failed = m->status;
		nq_buf_reset(&t->failed_tool);
		nq_buf_addstr(&t->failed_tool, nq_buf_str(&m->tool));
		return 0;
	}
	if (m->records != t->open)
		return nq_err_set(err, NQ_FAIL,
		    "the end mark counts %llu record%s, but %llu came: "
		    "records were lost on the way (run other filters under 'nq-cursor track')",
		    (unsigned long long)m->records, nq_plural(m->records),
		    (unsigned long long)t->open);
	t->open = 0;
	t->segments++;
	t->pages += m->has_pages ? m->pages : 0;
	if (m->cursor_type == NQ_CURSOR_NONE)
		return 0;
	if (t->cursor_type != NQ_CURSOR_NONE && t->cursor_type != m->cursor_type)
		return nq_err_set(err, NQ_FAIL, "end marks with different cursor types");
	t->cursor_type = m->cursor_type;
	if (m->watermark.len > 0)
		nq_watermark_raise(t->cursor_type, &t->watermark, nq_buf_str(&m->watermark));
	return 0;
}

int
nq_tally_finish(const struct nq_tally *t, bool require, struct nq_err *err)
{
	/* 3 would mean that all is done but for some rejects */
	if (t->failed != 0)
		return nq_err_set(err,
		    t->failed == NQ_PARTIAL ? NQ_FAIL : (enum nq_status)t->failed,
		    "%s before this one failed with status %llu", t->failed_tool.data,
		    (unsigned long long)t->failed);
	if (t->segments == 0 && !require)
		return 0;
	if (t->segments == 0)
		return nq_err_set(err, NQ_FAIL,
		    "the stream has no end mark: it was cut, or the "
		    "producer was not asked for one (--end-mark)");
	if (t->open > 0)
		return nq_err_set(err, NQ_FAIL,
		    "%llu record%s after the last end mark: the stream was cut",
		    (unsigned long long)t->open, nq_plural(t->open));
	return 0;
}
