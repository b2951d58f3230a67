#include "fuzz.h"

#include "json/mark.h"

/* A control line that is understood is understood the same when it is written anew. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct nq_doc doc;
	struct nq_buf once = NQ_BUF_INIT, twice = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_tally tally;
	struct nq_mark m;

	nq_mark_init(&m);
	nq_tally_init(&tally);
	if (nq_doc_parse(&doc, fuzz_str(data, n), &err) == 0 && nq_mark_read(&doc, &m, &err) == 1) {
		nq_mark_write(&m, &once);
		tally.open = m.records;
		nq_tally_mark(&tally, &m, &err);
		must(nq_tally_finish(&tally, true, &err) == (m.kind == NQ_MARK_END ? 0 : -1));
		must(nq_doc_parse(&doc, (struct nq_str){once.data, once.len - 1}, &err) == 0);
		must(nq_mark_read(&doc, &m, &err) == 1);
		nq_mark_write(&m, &twice);
		must(nq_str_eq(nq_buf_str(&once), nq_buf_str(&twice)));
	}
	nq_mark_free(&m);
	nq_tally_free(&tally);
	nq_buf_free(&once);
	nq_buf_free(&twice);
	return 0;
}
