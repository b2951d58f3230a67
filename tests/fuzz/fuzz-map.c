/*
 * libFuzzer target for nq-map: the input is a mapping, a line feed of its own kind (byte 0x1e),
 * and a record. Whatever they are, the compiler and the evaluator end with a result or an error.
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined -Ilib ... tests/fuzz/fuzz-map.c
 */

#include <stdint.h>
#include <string.h>

#include "map/compile.h"
#include "map/eval.h"
#include "map/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
map_record(const struct nq_prog *prog, struct nq_str record)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf out = NQ_BUF_INIT;
	struct nq_doc doc;
	struct nq_eval e;
	uint64_t written;

	nq_doc_init(&doc);
	nq_eval_init(&e, prog, 1 << 20);
	if (nq_doc_parse(&doc, record, &err) == 0)
		for (int i = 0; i < 2; i++)
			nq_eval_record(&e, &doc, 0, &out, &written, &err);
	nq_eval_free(&e);
	nq_doc_free(&doc);
	nq_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data, *cut = n > 0 ? memchr(p, 0x1e, n) : NULL;
	size_t len = cut != NULL ? (size_t)(cut - p) : n;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_list none = {NULL, 0};
	struct nq_prog prog;

	nq_prog_init(&prog);
	nq_buf_add(&prog.source, p, len);
	if (nq_compile(&prog, "fuzz", &none, &err) == 0 && cut != NULL)
		map_record(&prog, (struct nq_str){cut + 1, n - len - 1});
	nq_prog_free(&prog);
	return 0;
}
