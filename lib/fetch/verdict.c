#include "fetch/verdict.h"

#include "base/secret.h"
#include "fetch/follow.h"

enum { SHOWN = 200 }; /* bytes of what the page says */

/* The '=' behind the path, which may hold others in quotes; NULL for none. */
static const char *
find_value(const char *text)
{
	bool quoted = false;

	for (; *text != '\0'; text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (*text == '\\' && text[1] != '\0')
			text++;
		else if (*text == '=' && !quoted)
			return text;
	}
	return NULL;
}

int
nq_verdict_open(struct nq_page_spec *spec, const char *text, struct nq_err *err)
{
	const char *eq = find_value(text);
	struct nq_str path = nq_str(text);

	if (eq != NULL)
		path.n = (size_t)(eq - text);
	if (nq_follow_path(&spec->watch[NQ_PAGE_FAIL], path, err) == -1)
		return nq_err_at(err, "--fail-if: ");
	spec->watching |= 1u << NQ_PAGE_FAIL;
	return 0;
}

static bool
says_so(const struct nq_scalar *v, const char *eq)
{
	if (eq == NULL || v->type == NQ_ABSENT)
		return !nq_scalar_empty(v);
	return nq_str_is(nq_buf_str(&v->text), eq + 1);
}

int
nq_verdict(const struct nq_page *page, const char *text, int rc, struct nq_err *err)
{
	const struct nq_scalar *v = &page->watched[NQ_PAGE_FAIL];
	const char *eq = text != NULL ? find_value(text) : NULL;
	struct nq_buf said = NQ_BUF_INIT;

	if (text == NULL || (rc == -1 && err->status == NQ_TEMPFAIL) || !says_so(v, eq))
		return rc;
	nq_secret_excerpt(nq_buf_str(&v->text), SHOWN, &said);
	nq_err_set(err, NQ_FAIL, "the page says that it failed (--fail-if %s)%s%s", text,
	    said.len > 0 ? ": " : "", said.data);
	nq_buf_free(&said);
	return -1;
}
