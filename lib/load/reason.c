#include "load/reason.h"

#include "base/secret.h"

enum { LONGEST = 300, DEPTH = 4 };

static bool
add_text(struct nq_buf *out, const struct nq_doc *d, uint32_t i)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str text = {NULL, 0};
	size_t before = out->len;

	if (nq_doc_string(d, i, &scratch, &text) == 0)
		nq_secret_excerpt(text, LONGEST, out);
	nq_buf_free(&scratch);
	return out->len > before;
}

static bool
find(struct nq_buf *out, const struct nq_doc *d, uint32_t i, int depth)
{
	static const char *const members[] = {"message", "reason", "error", "errors", "detail",
	    "details", "title", "ErrorMessage", "code", "ErrorCode", "statusCode"};

	if (depth == 0)
		return false;
	if (nq_doc_type(d, i) == NQ_STRING)
		return add_text(out, d, i);
	if (nq_doc_type(d, i) == NQ_ARRAY && d->tok[i].n > 0)
		return find(out, d, i + 1, depth - 1);
	if (nq_doc_type(d, i) != NQ_OBJECT)
		return false;
	for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
		if (find(out, d, nq_doc_get(d, i, nq_str(members[k])), depth - 1))
			return true;
	return false;
}

void
nq_reason_add(struct nq_buf *out, const struct nq_doc *d, uint32_t value)
{
	find(out, d, value, DEPTH);
}

void
nq_reason_answer(struct nq_buf *out, const struct nq_response *r)
{
	struct nq_err ignored = NQ_ERR_INIT;
	size_t before = out->len;
	struct nq_doc d;

	nq_doc_init(&d);
	if (nq_doc_parse(&d, nq_buf_str(&r->body), &ignored) == 0)
		nq_reason_add(out, &d, 0);
	if (out->len == before)
		nq_secret_excerpt(nq_buf_str(&r->body), LONGEST, out);
	nq_doc_free(&d);
}
