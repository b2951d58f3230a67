#include "fetch/body.h"

#include "base/io.h"
#include "json/doc.h"
#include "json/text.h"

static int
put_string(const struct nq_doc *d, uint32_t i, const struct nq_refs *refs, struct nq_buf *out,
    bool *secret, struct nq_err *err)
{
	struct nq_buf scratch = NQ_BUF_INIT, filled = NQ_BUF_INIT;
	struct nq_str text;
	int rc = nq_doc_string(d, i, &scratch, &text);

	if (rc == -1)
		nq_err_set(err, NQ_USAGE, "--json: a lone surrogate in a string");
	else
		rc = nq_ref_expand(refs, text, "--json", NQ_REF_RAW, &filled, secret, err);
	nq_text_quote(out, nq_buf_str(&filled));
	nq_buf_free(&scratch);
	nq_buf_free(&filled);
	return rc;
}

static int
fill_in(const struct nq_doc *d, const struct nq_refs *refs, struct nq_buf *out, bool *secret,
    struct nq_err *err)
{
	size_t at = 0;

	for (uint32_t i = 0; i < d->ntok; i++) {
		const struct nq_tok *t = &d->tok[i];

		if (t->type != NQ_STRING || !nq_ref_present(nq_doc_raw(d, i)))
			continue;
		nq_buf_add(out, d->text + at, t->off - at);
		if (put_string(d, i, refs, out, secret, err) == -1)
			return -1;
		at = t->off + t->len;
	}
	nq_buf_add(out, d->text + at, d->len - at);
	return 0;
}

int
nq_body_read(const char *arg, const struct nq_refs *refs, struct nq_buf *out, bool *secret,
    struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_doc doc;
	int rc = 0;

	nq_doc_init(&doc);
	if (*arg == '@')
		rc = nq_io_read_file(arg + 1, NQ_MAX_CONFIG, &text, err);
	else
		nq_buf_adds(&text, arg);
	if (rc == 0 && nq_doc_parse(&doc, nq_buf_str(&text), err) == -1) {
		err->status = NQ_USAGE;
		rc = nq_err_at(err, "--json: ");
	}
	if (rc == 0)
		rc = fill_in(&doc, refs, out, secret, err);
	nq_doc_free(&doc);
	nq_buf_free(&text);
	return rc;
}
