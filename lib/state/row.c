#include "state/row.h"

#include "json/text.h"

enum kind { TEXT, COUNT, OBJECT };

static const struct {
	const char *name;
	enum kind kind;
} fields[NQ_ROW_FIELDS] = {
    [NQ_F_CONNECTOR] = {"connector_name", TEXT},
    [NQ_F_STREAM] = {"stream_name", TEXT},
    [NQ_F_CURSOR_TYPE] = {"cursor_type", TEXT},
    [NQ_F_CURSOR] = {"committed_cursor_value", TEXT},
    [NQ_F_COMMITTED_AT] = {"committed_at_utc", TEXT},
    [NQ_F_STATUS] = {"status", TEXT},
    [NQ_F_STARTED_AT] = {"started_at_utc", TEXT},
    [NQ_F_COMPLETED_AT] = {"completed_at_utc", TEXT},
    [NQ_F_RECORDS] = {"records_processed", COUNT},
    [NQ_F_ERROR] = {"error_summary", TEXT},
    [NQ_F_METADATA] = {"metadata", OBJECT},
    [NQ_F_UPDATED_AT] = {"updated_at_utc", TEXT},
    [NQ_F_UPDATED_BY] = {"updated_by", TEXT},
    [NQ_F_RUN_ID] = {"run_id", TEXT},
    [NQ_F_LOWER_BOUND] = {"lower_bound", TEXT},
    [NQ_F_DESTINATION] = {"destination", TEXT},
};

void
nq_row_init(struct nq_row *r)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++)
		r->value[f] = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_row_free(struct nq_row *r)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++)
		nq_buf_free(&r->value[f]);
}

void
nq_row_set(struct nq_row *r, enum nq_field f, struct nq_str s)
{
	nq_buf_reset(&r->value[f]);
	nq_buf_addstr(&r->value[f], s);
}

void
nq_row_copy(struct nq_row *r, const struct nq_row *from)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++)
		nq_row_set(r, (enum nq_field)f, nq_row_get(from, (enum nq_field)f));
}

enum nq_cursor_type
nq_row_cursor_type(const struct nq_row *r)
{
	enum nq_cursor_type type = NQ_CURSOR_NONE;
	struct nq_err ignored;

	if (nq_row_has(r, NQ_F_CURSOR_TYPE))
		(void)nq_cursor_type_parse(nq_row_get(r, NQ_F_CURSOR_TYPE), &type, &ignored);
	return type;
}

void
nq_row_idle(struct nq_row *r, const char *connector, const char *stream)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++)
		nq_buf_reset(&r->value[f]);
	nq_row_set(r, NQ_F_CONNECTOR, nq_str(connector));
	nq_row_set(r, NQ_F_STREAM, nq_str(stream));
	nq_row_set(r, NQ_F_STATUS, nq_str("idle"));
}

const char *
nq_row_field_name(enum nq_field f)
{
	return fields[f].name;
}

int
nq_row_field(const char *name)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++)
		if (strcmp(fields[f].name, name) == 0)
			return f;
	return -1;
}

void
nq_row_write_value(const struct nq_row *r, enum nq_field f, struct nq_buf *b)
{
	if (!nq_row_has(r, f))
		nq_buf_adds(b, "null");
	else if (fields[f].kind == TEXT)
		nq_text_quote(b, nq_row_get(r, f));
	else
		nq_buf_addstr(b, nq_row_get(r, f));
}

void
nq_row_write(const struct nq_row *r, struct nq_buf *b)
{
	for (int f = 0; f < NQ_ROW_FIELDS; f++) {
		nq_text_name(b, fields[f].name);
		nq_row_write_value(r, (enum nq_field)f, b);
	}
}

void
nq_row_compact(const struct nq_doc *d, uint32_t value, struct nq_buf *b)
{
	const struct nq_tok *t = &d->tok[value];
	uint32_t i = value + 1;

	if (t->type != NQ_OBJECT && t->type != NQ_ARRAY) {
		nq_buf_addstr(b, nq_doc_raw(d, value));
		return;
	}
	nq_buf_addc(b, t->type == NQ_OBJECT ? '{' : '[');
	while (i < t->next) {
		if (i > value + 1)
			nq_buf_addc(b, ',');
		if (t->type == NQ_OBJECT) {
			nq_buf_addstr(b, nq_doc_raw(d, i));
			nq_buf_addc(b, ':');
			i = d->tok[i].next;
		}
		nq_row_compact(d, i, b);
		i = d->tok[i].next;
	}
	nq_buf_addc(b, t->type == NQ_OBJECT ? '}' : ']');
}

static int
read_value(struct nq_row *r, enum nq_field f, const struct nq_doc *d, uint32_t i)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	enum nq_type type = nq_doc_type(d, i);
	struct nq_str s;
	uint64_t n;
	int rc = -1;

	nq_buf_reset(&r->value[f]);
	if (type == NQ_NULL) {
		rc = 0;
	} else if (fields[f].kind == TEXT && type == NQ_STRING) {
		rc = nq_doc_string(d, i, &scratch, &s);
		if (rc == 0)
			nq_row_set(r, f, s);
	} else if (fields[f].kind == COUNT && nq_doc_uint(d, i, &n) == 0) {
		nq_row_set(r, f, nq_doc_raw(d, i));
		rc = 0;
	} else if (fields[f].kind == OBJECT && type == NQ_OBJECT) {
		nq_row_compact(d, i, &r->value[f]);
		rc = 0;
	}
	nq_buf_free(&scratch);
	return rc;
}

int
nq_row_check(const struct nq_row *r, struct nq_err *err)
{
	static const char *const statuses[] = {"idle", "running", "succeeded", "failed"};
	enum nq_cursor_type type = NQ_CURSOR_NONE;
	size_t i = 0;

	while (i < 4 && !nq_row_is(r, NQ_F_STATUS, statuses[i]))
		i++;
	if (i == 4)
		return nq_err_set(err, NQ_FAIL, "unknown status '%s'", r->value[NQ_F_STATUS].data);
	if (nq_row_has(r, NQ_F_CURSOR_TYPE) &&
	    nq_cursor_type_parse(nq_row_get(r, NQ_F_CURSOR_TYPE), &type, err) == -1)
		return err->status = NQ_FAIL, -1;
	if (!nq_row_has(r, NQ_F_CURSOR))
		return 0;
	if (type == NQ_CURSOR_NONE)
		return nq_err_set(err, NQ_FAIL, "a cursor without a type");
	return nq_watermark_check(type, nq_row_get(r, NQ_F_CURSOR), err);
}

int
nq_row_read(struct nq_row *r, const struct nq_doc *d, struct nq_err *err)
{
	uint32_t i;

	if (nq_doc_type(d, 0) != NQ_OBJECT)
		return nq_err_set(err, NQ_FAIL, "not a JSON object");
	for (int f = 0; f < NQ_ROW_FIELDS; f++) {
		i = nq_doc_get(d, 0, nq_str(fields[f].name));
		if (i == NQ_NONE)
			return nq_err_set(err, NQ_FAIL, "no member '%s'", fields[f].name);
		if (read_value(r, (enum nq_field)f, d, i) == -1)
			return nq_err_set(
			    err, NQ_FAIL, "member '%s' has the wrong type", fields[f].name);
	}
	return nq_row_check(r, err);
}
