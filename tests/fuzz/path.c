#include "fuzz.h"

#include "json/path.h"

/* A path, a line feed, and the text to walk in: never a step outside of the text. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct nq_doc doc;
	struct nq_str text = fuzz_str(data, n), path = text;
	const char *nl = n > 0 ? memchr(data, '\n', n) : NULL;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_path p;
	uint32_t i;

	if (nl != NULL) {
		path.n = (size_t)(nl - path.p);
		text = (struct nq_str){nl + 1, text.n - path.n - 1};
	}
	if (nq_path_parse(&p, path, &err) == -1)
		return 0;
	must(p.n <= NQ_MAX_PATH_STEPS);
	if (nl != NULL && nq_doc_parse(&doc, text, &err) == 0) {
		i = nq_path_find(&p, &doc, 0);
		must(i == NQ_NONE || i < doc.ntok);
		must(p.n > 0 || i == 0);
	}
	nq_path_free(&p);
	return 0;
}
