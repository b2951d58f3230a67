#include "state/nuntiq_row.h"

#include <string.h>

#include "json/text.h"

static const char own[] = "nq";

/* === from the platform ===================================================================== */

static void
take_text(struct nq_row *row, enum nq_field f, const struct nq_doc *d, uint32_t i)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str s;

	nq_buf_reset(&row->value[f]);
	if (nq_doc_type(d, i) == NQ_NUMBER)
		nq_row_set(row, f, nq_doc_raw(d, i));
	else if (nq_doc_type(d, i) == NQ_STRING && nq_doc_string(d, i, &scratch, &s) == 0)
		nq_row_set(row, f, s);
	nq_buf_free(&scratch);
}

static uint32_t
member(const struct nq_doc *d, uint32_t object, const char *name)
{
	return nq_doc_type(d, object) == NQ_OBJECT ? nq_doc_get(d, object, nq_str(name)) : NQ_NONE;
}

/* The metadata without our member; nothing when there is no other. */
static void
take_metadata(struct nq_row *row, const struct nq_doc *d, uint32_t object)
{
	struct nq_buf *out = &row->value[NQ_F_METADATA];
	uint32_t i = object + 1;

	nq_buf_reset(out);
	if (nq_doc_type(d, object) != NQ_OBJECT)
		return;
	while (i < d->tok[object].next) {
		if (!nq_doc_key_is(d, i, nq_str(own))) {
			nq_buf_addc(out, out->len == 0 ? '{' : ',');
			nq_buf_addstr(out, nq_doc_raw(d, i));
			nq_buf_addc(out, ':');
			nq_row_compact(d, d->tok[i].next, out);
		}
		i = d->tok[d->tok[i].next].next;
	}
	if (out->len > 0)
		nq_buf_addc(out, '}');
}

/* A placeholder is no cursor, and its type may be one as well. */
static void
take_none(struct nq_row *row, const struct nq_doc *d, uint32_t nq)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t none = member(d, nq, "none");
	struct nq_str s;

	if (nq_doc_type(d, none) == NQ_STRING && nq_doc_string(d, none, &scratch, &s) == 0 &&
	    nq_str_eq(s, nq_row_get(row, NQ_F_CURSOR))) {
		nq_buf_reset(&row->value[NQ_F_CURSOR]);
		if (nq_row_cursor_type(row) == NQ_CURSOR_OPAQUE)
			nq_buf_reset(&row->value[NQ_F_CURSOR_TYPE]);
	}
	nq_buf_free(&scratch);
}

static int
check(struct nq_row *row, struct nq_err *err)
{
	if (strspn(row->value[NQ_F_RECORDS].data, "0123456789") != row->value[NQ_F_RECORDS].len)
		nq_buf_reset(&row->value[NQ_F_RECORDS]);
	if (nq_row_check(row, err) == 0)
		return 0;
	err->status = NQ_FAIL;
	return nq_err_at(err, "the platform's row: ");
}

int
nq_nuntiq_row_read(struct nq_row *row, const struct nq_doc *d, uint32_t object, struct nq_err *err)
{
	uint32_t metadata = member(d, object, nq_row_field_name(NQ_F_METADATA)),
		 nq = member(d, metadata, own);

	for (int f = NQ_F_CURSOR_TYPE; f <= NQ_F_UPDATED_BY; f++)
		take_text(row, (enum nq_field)f, d,
		    member(d, object, nq_row_field_name((enum nq_field)f)));
	if (!nq_row_has(row, NQ_F_CURSOR))
		take_text(row, NQ_F_CURSOR, d, member(d, object, "lower_bound_cursor"));
	take_metadata(row, d, metadata);
	take_none(row, d, nq);
	take_text(row, NQ_F_RUN_ID, d, member(d, nq, "run_id"));
	take_text(row, NQ_F_LOWER_BOUND, d, member(d, nq, "lower_bound"));
	take_text(row, NQ_F_DESTINATION, d, member(d, nq, "destination"));
	return check(row, err);
}

void
nq_nuntiq_row_start(struct nq_row *row, const struct nq_doc *d, uint32_t object)
{
	take_text(row, NQ_F_STARTED_AT, d, member(d, object, nq_row_field_name(NQ_F_STARTED_AT)));
}

/* === to the platform ======================================================================= */

const char *
nq_nuntiq_row_type(const struct nq_row *row)
{
	enum nq_cursor_type type = nq_row_cursor_type(row);

	return nq_cursor_type_name(type == NQ_CURSOR_NONE ? NQ_CURSOR_OPAQUE : type);
}

/* What stands for no cursor: nothing is before it. */
static const char *
placeholder(const struct nq_row *row)
{
	switch (nq_row_cursor_type(row)) {
	case NQ_CURSOR_TIMESTAMP:
		return "1970-01-01T00:00:00Z";
	case NQ_CURSOR_NUMERIC:
		return "0";
	default:
		return row->value[NQ_F_RUN_ID].data;
	}
}

void
nq_nuntiq_row_cursor(const struct nq_row *row, struct nq_buf *out)
{
	if (nq_row_has(row, NQ_F_CURSOR))
		nq_buf_addstr(out, nq_row_get(row, NQ_F_CURSOR));
	else
		nq_buf_adds(out, placeholder(row));
}

static void
add_member(struct nq_buf *out, const char *name, const struct nq_row *row, enum nq_field f)
{
	nq_text_member(out, name, nq_row_has(row, f) ? row->value[f].data : NULL);
}

static int
refuse_own(struct nq_str metadata, struct nq_err *err)
{
	struct nq_doc d;
	int rc;

	nq_doc_init(&d);
	rc = nq_doc_parse(&d, metadata, err);
	if (rc == 0 && member(&d, 0, own) != NQ_NONE)
		rc = nq_err_set(err, NQ_USAGE,
		    "--metadata: the member '%s' is what nq itself keeps there", own);
	nq_doc_free(&d);
	return rc;
}

int
nq_nuntiq_row_metadata(const struct nq_row *row, struct nq_buf *out, struct nq_err *err)
{
	struct nq_str user = nq_row_get(row, NQ_F_METADATA);

	if (user.n > 0 && refuse_own(user, err) == -1)
		return -1;
	if (user.n > 2)
		nq_buf_add(out, user.p, user.n - 1);
	else
		nq_buf_addc(out, '{');
	nq_text_name(out, own);
	nq_buf_addc(out, '{');
	add_member(out, "run_id", row, NQ_F_RUN_ID);
	add_member(out, "lower_bound", row, NQ_F_LOWER_BOUND);
	add_member(out, "destination", row, NQ_F_DESTINATION);
	nq_text_member(out, "none", nq_row_has(row, NQ_F_CURSOR) ? NULL : placeholder(row));
	nq_buf_adds(out, "}}");
	return 0;
}
