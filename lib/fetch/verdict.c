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

static int
open_one(
    struct nq_page_spec *spec, int watch, const char *option, const char *text, struct nq_err *err)
{
	const char *eq;
	struct nq_str path;

	if (text == NULL)
		return 0;
	eq = find_value(text);
	path = nq_str(text);
	if (eq != NULL)
		path.n = (size_t)(eq - text);
	if (nq_follow_path(&spec->watch[watch], path, err) == -1)
		return nq_err_at(err, "%s: ", option);
	spec->watching |= 1u << watch;
	return 0;
}

int
nq_verdict_open(const struct nq_verdicts *v, struct nq_page_spec *spec, struct nq_err *err)
{
	if (open_one(spec, NQ_PAGE_FAIL, "--fail-if", v->fail_if, err) == -1)
		return -1;
	return open_one(spec, NQ_PAGE_RETRY, "--retry-if", v->retry_if, err);
}

static bool
says_so(const struct nq_scalar *v, const char *text)
{
	const char *eq;

	if (text == NULL)
		return false;
	eq = find_value(text);
	if (eq == NULL || v->type == NQ_ABSENT)
		return !nq_scalar_empty(v);
	return nq_str_is(nq_buf_str(&v->text), eq + 1);
}

static void
add_saying(const struct nq_scalar *v, struct nq_err *err)
{
	struct nq_buf said = NQ_BUF_INIT;

	nq_secret_excerpt(nq_buf_str(&v->text), SHOWN, &said);
	if (said.len > 0)
		nq_err_add(err, ": %s", said.data);
	nq_buf_free(&said);
}

int
nq_verdict(const struct nq_verdicts *v, const struct nq_page *page, int rc, struct nq_err *err)
{
	const struct nq_scalar *fail = &page->watched[NQ_PAGE_FAIL];
	const struct nq_scalar *retry = &page->watched[NQ_PAGE_RETRY];

	if (rc == -1 && err->status == NQ_TEMPFAIL)
		return rc;
	if (says_so(fail, v->fail_if)) {
		nq_err_set(err, NQ_FAIL, "the page says that it failed (--fail-if %s)", v->fail_if);
		add_saying(fail, err);
		return -1;
	}
	if (says_so(retry, v->retry_if)) {
		nq_err_set(
		    err, NQ_TEMPFAIL, "the page says to try again (--retry-if %s)", v->retry_if);
		add_saying(retry, err);
		return -1;
	}
	return rc;
}
