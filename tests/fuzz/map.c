#include "fuzz.h"

#include "map/compile.h"
#include "map/eval.h"

static void
map_record(const struct nq_prog *prog, struct nq_str record)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf out[2] = {NQ_BUF_INIT, NQ_BUF_INIT};
	struct nq_doc doc;
	struct nq_eval e;
	uint64_t written[2];
	int rc[2] = {0, 0};

	nq_doc_init(&doc);
	nq_eval_init(&e, prog, 1 << 20);
	if (nq_doc_parse(&doc, record, &err) == 0)
		for (int i = 0; i < 2; i++)
			rc[i] = nq_eval_record(&e, &doc, 0, &out[i], &written[i], &err);
	must(rc[0] == rc[1] && nq_str_eq(nq_buf_str(&out[0]), nq_buf_str(&out[1])));
	must(out[0].len == 0 || (rc[0] == 1 && out[0].data[out[0].len - 1] == '\n'));
	nq_eval_free(&e);
	nq_doc_free(&doc);
	nq_buf_free(&out[0]);
	nq_buf_free(&out[1]);
}

/* A mapping, the byte 0x1e, and a record: mapped twice it gives the same, whole lines or none. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct nq_str text = fuzz_str(data, n);
	const char *cut = n > 0 ? memchr(data, 0x1e, n) : NULL;
	size_t len = cut != NULL ? (size_t)(cut - text.p) : n;
	struct nq_faults faults = {NULL, 0, 0};
	struct nq_list none = {NULL, 0};
	struct nq_prog prog;

	nq_prog_init(&prog);
	nq_buf_add(&prog.source, text.p, len);
	if (nq_compile(&prog, "fuzz", &none, &faults) == 0 && cut != NULL)
		map_record(&prog, (struct nq_str){cut + 1, n - len - 1});
	nq_faults_free(&faults);
	nq_prog_free(&prog);
	return 0;
}
