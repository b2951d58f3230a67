#define _GNU_SOURCE /* memmem(3) */
#include "fuzz.h"

#include "base/ref.h"
#include "base/secret.h"

static int
get(void *ctx, struct nq_str name, struct nq_buf *out)
{
	(void)ctx;
	nq_buf_addstr(out, name);
	return name.n == 0 ? -1 : 0;
}

/* Text without a reference is itself; no input makes a file be opened but by its whole path. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *vars[] = {"x=1", "long=some value", "e="};
	struct nq_refs refs = {NQ_BUF_INIT, {vars, 3}, {{"config", false, get, NULL}}, 1};
	struct nq_str text = fuzz_str(data, n);
	struct nq_buf out = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	if (n >= 5 && memmem(data, n, "file:", 5) != NULL)
		return 0;
	nq_buf_adds(&refs.env_file, "A=1\nexport B='two'\n");
	nq_buf_addstr(&refs.env_file, text);
	if (nq_ref_expand(&refs, text, "fuzz", NQ_REF_RAW, &out, NULL, &err) == 0)
		must(nq_ref_present(text) || nq_str_eq(nq_buf_str(&out), text));
	nq_buf_reset(&out);
	nq_ref_expand(&refs, text, "fuzz", NQ_REF_URL, &out, NULL, &err);
	nq_secret_add(text);
	nq_secret_redact(&out);
	nq_secret_redact_cut(&out);
	must(n < NQ_MIN_SECRET || out.len < n || memmem(out.data, out.len, data, n) == NULL);
	nq_secret_forget();
	nq_buf_free(&refs.env_file);
	nq_buf_free(&out);
	return 0;
}
