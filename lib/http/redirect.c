#include "http/redirect.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static bool
is_redirect(const struct nq_response *r, struct nq_str *to)
{
	static const long codes[] = {301, 302, 303, 307, 308};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == r->status && r->rule == NQ_RULE_NONE)
			return nq_headers_get(&r->headers, "Location", 0, to);
	return false;
}

static int
follow(struct nq_response *r, struct nq_str to, struct nq_err *err)
{
	struct nq_buf next = NQ_BUF_INIT;
	char *target = nq_strndup(to.p, to.n);
	int rc = -1;

	if (nq_url_resolve(r->url.data, target, &next, err) == 0) {
		nq_buf_reset(&r->url);
		nq_buf_addstr(&r->url, nq_buf_str(&next));
		rc = 1;
	}
	free(target);
	nq_buf_free(&next);
	return rc;
}

int
nq_redirect_next(const struct nq_request *q, struct nq_response *r, uint64_t hops, uint64_t most,
    struct nq_err *err)
{
	struct nq_str to;

	if (!is_redirect(r, &to))
		return 0;
	if (hops == most)
		return nq_err_set(err, NQ_FAIL, "more than %llu redirect%s (--max-redirs)",
		    (unsigned long long)most, nq_plural(most));
	if (q->body.p != NULL && r->status < 307)
		return nq_err_set(
		    err, NQ_FAIL, "HTTP %ld would turn a %s into a GET", r->status, q->method);
	return follow(r, to, err);
}

int
nq_redirect_judge(const struct nq_origin *base, const struct nq_request *q, const char *url,
    bool *ours, struct nq_err *err)
{
	struct nq_origin to;
	int rc = 0;

	if (nq_origin_parse(&to, url, err) == -1) {
		err->status = NQ_FAIL;
		return nq_err_at(err, "redirect: ");
	}
	*ours = nq_origin_same(&to, base);
	if (!*ours && strcmp(to.scheme, "http") == 0 && strcmp(base->scheme, "https") == 0)
		rc = nq_err_set(err, NQ_FAIL, "a redirect from https to http is not followed");
	else if (!*ours && q->body.p != NULL)
		rc = nq_err_set(err, NQ_FAIL,
		    "a redirect of a %s to another origin is not followed", q->method);
	else if (!*ours && nq_url_has_secret(url))
		rc = nq_err_set(err, NQ_FAIL,
		    "the server would have a secret carried to another origin, in a URL");
	nq_origin_free(&to);
	return rc;
}
