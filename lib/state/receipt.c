#include "state/receipt.h"

#include "json/doc.h"
#include "json/dup.h"

void
nq_receipt_init(struct nq_receipt *r)
{
	*r = (struct nq_receipt){0, NQ_CURSOR_NONE, NQ_BUF_INIT, NQ_BUF_INIT};
}

void
nq_receipt_free(struct nq_receipt *r)
{
	nq_buf_free(&r->watermark);
	nq_buf_free(&r->destination);
}

/* A member that is a string, or null or absent: then the buffer stays empty. */
static int
read_text(const struct nq_doc *d, const char *name, struct nq_buf *out, struct nq_err *err)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t i = nq_doc_get(d, 0, nq_str(name));
	enum nq_type type = nq_doc_type(d, i);
	struct nq_str s;
	int rc = 0;

	nq_buf_reset(out);
	if (type == NQ_STRING && nq_doc_string(d, i, &scratch, &s) == 0)
		nq_buf_addstr(out, s);
	else if (type != NQ_ABSENT && type != NQ_NULL)
		rc = nq_err_set(err, NQ_FAIL, "receipt: '%s' is not a text", name);
	nq_buf_free(&scratch);
	return rc;
}

static int
read_mark(struct nq_receipt *r, const struct nq_doc *d, struct nq_err *err)
{
	struct nq_buf type = NQ_BUF_INIT;
	int rc = read_text(d, "cursor_type", &type, err);

	r->cursor_type = NQ_CURSOR_NONE;
	if (rc == 0 && type.len > 0)
		rc = nq_cursor_type_parse(nq_buf_str(&type), &r->cursor_type, err);
	if (rc == 0)
		rc = read_text(d, "watermark", &r->watermark, err);
	if (rc == 0 && r->watermark.len > 0 && r->cursor_type == NQ_CURSOR_NONE)
		rc = nq_err_set(err, NQ_FAIL, "a watermark without a cursor type");
	else if (rc == 0 && r->watermark.len > 0)
		rc = nq_watermark_check(r->cursor_type, nq_buf_str(&r->watermark), err);
	nq_buf_free(&type);
	if (rc == -1 && strncmp(err->msg, "receipt: ", 9) != 0)
		nq_err_at(err, "receipt: ");
	if (rc == -1)
		err->status = NQ_FAIL;
	return rc;
}

int
nq_receipt_read(struct nq_receipt *r, struct nq_str text, struct nq_err *err)
{
	struct nq_doc d;
	int rc = -1;

	nq_doc_init(&d);
	if (strspn(text.p, " \t\r\n") == text.n)
		nq_err_set(err, NQ_FAIL, "no receipt: the load did not succeed, the cursor stays");
	else if (nq_doc_parse(&d, text, err) == -1)
		nq_err_at(err, "receipt: ");
	else if (nq_doc_type(&d, 0) != NQ_OBJECT)
		nq_err_set(err, NQ_FAIL, "receipt: not an object");
	else if (nq_dup_find(&d, 0) != NQ_NONE)
		nq_err_set(err, NQ_FAIL, "receipt: a member stands twice");
	else if (nq_doc_uint(&d, nq_doc_get(&d, 0, nq_str("records")), &r->records) == -1)
		nq_err_set(err, NQ_FAIL, "receipt: no count of records");
	else if (read_text(&d, "destination", &r->destination, err) == 0 && r->destination.len == 0)
		nq_err_set(err, NQ_FAIL, "receipt: no destination");
	else if (r->destination.len > 0)
		rc = read_mark(r, &d, err);
	nq_doc_free(&d);
	return rc;
}
