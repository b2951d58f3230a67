#include "fuzz.h"

#include "map/check.h"
#include "map/compile.h"

/* What --check finds in a mapping that is the value itself must be what the schema refuses. */
static void
check_mapping(const struct nq_schema *s, struct nq_str value, int kept)
{
	struct nq_faults faults = {NULL, 0, 0};
	struct nq_list none = {NULL, 0};
	struct nq_prog prog;

	nq_prog_init(&prog);
	nq_buf_addstr(&prog.source, value);
	if (nq_compile(&prog, "fuzz", &none, &faults) == 0)
		must(nq_map_check(&prog, s, &faults) == 0 || !kept);
	nq_faults_free(&faults);
	nq_prog_free(&prog);
}

static void
check_value(const struct nq_schema *s, struct nq_str value)
{
	struct nq_err err[2] = {NQ_ERR_INIT, NQ_ERR_INIT};
	struct nq_doc doc;
	int rc[2];

	nq_doc_init(&doc);
	if (nq_doc_parse(&doc, value, &err[0]) == 0) {
		for (int i = 0; i < 2; i++)
			rc[i] = nq_schema_check(s, &doc, 0, &err[i]);
		must(rc[0] == rc[1] && (rc[0] == 0 || strcmp(err[0].msg, err[1].msg) == 0));
		check_mapping(s, value, rc[0] == 0);
	}
	nq_doc_free(&doc);
}

/* A schema, the byte 0x1e, and a value: a schema is kept or refused with a reason. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct nq_str text = fuzz_str(data, n);
	const char *cut = n > 0 ? memchr(data, 0x1e, n) : NULL;
	size_t len = cut != NULL ? (size_t)(cut - text.p) : n;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_schema s;

	nq_schema_init(&s);
	if (nq_schema_read(&s, "fuzz", (struct nq_str){text.p, len}, &err) == -1)
		must(err.msg[0] != '\0');
	else if (cut != NULL)
		check_value(&s, (struct nq_str){cut + 1, n - len - 1});
	nq_schema_free(&s);
	return 0;
}
