#include "fuzz.h"

#include "json/doc.h"
#include "json/dup.h"
#include "json/text.h"

/*
 * A value written again from its tokens, slice by slice and without white space, parses to the
 * same text once more; strings that decode come back the same from quoting.
 */
static uint32_t
emit(const struct nq_doc *d, uint32_t i, struct nq_buf *out)
{
	enum nq_type type = nq_doc_type(d, i);
	uint32_t k = i + 1, n = 0;

	if (type != NQ_ARRAY && type != NQ_OBJECT) {
		nq_buf_addstr(out, nq_doc_raw(d, i));
		return k;
	}
	nq_buf_addc(out, type == NQ_ARRAY ? '[' : '{');
	for (; k < d->tok[i].next; n++) {
		nq_buf_adds(out, n > 0 ? "," : "");
		if (type == NQ_OBJECT) {
			nq_buf_addstr(out, nq_doc_raw(d, k++));
			nq_buf_addc(out, ':');
		}
		k = emit(d, k, out);
	}
	must(n == d->tok[i].n && k == d->tok[i].next);
	nq_buf_addc(out, type == NQ_ARRAY ? ']' : '}');
	return k;
}

static void
check_string(const struct nq_doc *d, uint32_t i)
{
	struct nq_buf scratch = NQ_BUF_INIT, quoted = NQ_BUF_INIT, back = NQ_BUF_INIT;
	struct nq_str s;

	if (nq_doc_string(d, i, &scratch, &s) == 0) {
		nq_text_quote(&quoted, s);
		must(nq_text_decode((struct nq_str){quoted.data + 1, quoted.len - 2}, &back) == 0);
		must(nq_str_eq(nq_buf_str(&back), s));
	}
	nq_buf_free(&scratch);
	nq_buf_free(&quoted);
	nq_buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct nq_doc doc, again;
	struct nq_buf once = NQ_BUF_INIT, twice = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	if (nq_doc_parse(&doc, fuzz_str(data, n), &err) == 0) {
		must(emit(&doc, 0, &once) == doc.ntok);
		must(nq_doc_parse(&again, nq_buf_str(&once), &err) == 0);
		must(emit(&again, 0, &twice) == again.ntok && again.ntok == doc.ntok);
		must(nq_str_eq(nq_buf_str(&once), nq_buf_str(&twice)));
		must((nq_dup_find(&doc, 0) == NQ_NONE) == (nq_dup_find(&again, 0) == NQ_NONE));
		for (uint32_t i = 0; i < doc.ntok; i++)
			if (nq_doc_type(&doc, i) == NQ_STRING)
				check_string(&doc, i);
	}
	nq_buf_free(&once);
	nq_buf_free(&twice);
	return 0;
}
