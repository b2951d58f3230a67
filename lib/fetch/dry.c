#include "fetch/dry.h"

#include "base/secret.h"

int
nq_dry_print(const struct nq_dry *d, struct nq_pull *p, const struct nq_http *http, const char *url,
    FILE *out, struct nq_err *err)
{
	struct nq_buf line = NQ_BUF_INIT, body = NQ_BUF_INIT;
	int rc = nq_pull_first(p, http, url, &line, &body, err);

	for (size_t i = 0; i < d->headers->n; i++)
		nq_buf_addf(&line, "%s\n", d->headers->v[i]);
	if (d->auth != NULL)
		nq_buf_addf(&line, "(--auth %s)\n", d->auth);
	if (d->user != NULL)
		nq_buf_addf(&line, "(--user %s)\n", d->user);
	if (body.len > 0)
		nq_buf_addf(&line, "\n%s\n", body.data);
	nq_secret_redact(&line);
	if (rc == 0)
		fputs(line.data, out);
	nq_buf_free(&line);
	nq_buf_free(&body);
	return rc;
}
