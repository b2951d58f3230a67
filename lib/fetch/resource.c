#include "fetch/resource.h"

#include <string.h>

static int
add_pair(const char *pair, const struct nq_refs *refs, struct nq_url *url, bool *secret,
    struct nq_err *err)
{
	const char *eq = strchr(pair, '=');
	struct nq_buf value = NQ_BUF_INIT;
	int rc;

	if (eq == NULL || eq == pair)
		return nq_err_set(err, NQ_USAGE, "--query: write NAME=VALUE, not '%s'", pair);
	rc = nq_ref_expand(refs, nq_str(eq + 1), "--query", NQ_REF_RAW, &value, secret, err);
	if (rc == 0)
		nq_url_add_query(
		    url, (struct nq_str){pair, (size_t)(eq - pair)}, nq_buf_str(&value));
	nq_buf_free(&value);
	return rc;
}

int
nq_resource_url(const char *operand, const struct nq_list *query, const struct nq_refs *refs,
    struct nq_url *url, bool *secret, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	size_t base = strncmp(operand, "${", 2) == 0 ? strcspn(operand, "}") + 1 : 0;
	int rc = nq_ref_expand(
	    refs, (struct nq_str){operand, base}, "URL", NQ_REF_URL, &text, NULL, err);

	while (operand[base] == '/' && text.len > 0 && text.data[text.len - 1] == '/')
		nq_buf_cut(&text, text.len - 1);
	if (rc == 0)
		rc = nq_ref_expand(
		    refs, nq_str(operand + base), "URL", NQ_REF_URL, &text, secret, err);
	if (rc == 0)
		nq_url_set(url, nq_buf_str(&text));
	for (size_t i = 0; i < query->n && rc == 0; i++)
		rc = add_pair(query->v[i], refs, url, secret, err);
	nq_buf_free(&text);
	return rc;
}
