#include "load/post.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "http/origin.h"
#include "load/reason.h"

void
nq_post_init(struct nq_post *p, const struct nq_load_options *o)
{
	memset(p, 0, sizeof(*p));
	p->o = o;
	p->url = p->payload.body = p->payload.more = (struct nq_buf)NQ_BUF_INIT;
	p->method = o->method != NULL ? o->method : "POST";
	nq_response_init(&p->answer);
}

void
nq_post_free(struct nq_post *p)
{
	nq_http_free(p->http);
	nq_response_free(&p->answer);
	nq_results_free(&p->results);
	nq_payload_free(&p->payload);
	nq_buf_free(&p->url);
}

void
nq_post_query(struct nq_post *p, struct nq_str name, struct nq_str value)
{
	nq_buf_addc(&p->url, strchr(p->url.data, '?') == NULL ? '?' : '&');
	nq_buf_add_percent(&p->url, name);
	nq_buf_addc(&p->url, '=');
	nq_buf_add_percent(&p->url, value);
}

static int
add_query(struct nq_post *p, const char *text, struct nq_err *err)
{
	const char *eq = strchr(text, '=');
	struct nq_buf value = NQ_BUF_INIT;
	int rc;

	if (eq == NULL || eq == text)
		return nq_err_set(
		    err, NQ_USAGE, "option '--query': write NAME=VALUE, not '%s'", text);
	rc = nq_ref_expand(
	    p->o->refs, nq_str(eq + 1), "--query", NQ_REF_RAW, &value, &p->secret, err);
	if (rc == 0)
		nq_post_query(p, (struct nq_str){text, (size_t)(eq - text)}, nq_buf_str(&value));
	nq_buf_free(&value);
	return rc;
}

int
nq_post_queries(struct nq_post *p, struct nq_err *err)
{
	for (size_t i = 0; i < p->o->query.n; i++)
		if (add_query(p, p->o->query.v[i], err) == -1)
			return -1;
	return 0;
}

int
nq_post_url(struct nq_post *p, struct nq_str text, const char *form, struct nq_err *err)
{
	struct nq_origin origin = {NULL, NULL, NULL};

	if (nq_ref_expand(p->o->refs, text, "--to", NQ_REF_URL, &p->url, &p->secret, err) == -1)
		return -1;
	if (strncmp(p->url.data, "https://", 8) != 0 && strncmp(p->url.data, "http://", 7) != 0)
		return nq_err_set(err, NQ_USAGE, "option '--to': '%.*s' is no URL: write %s",
		    (int)text.n, text.p, form);
	if (nq_origin_parse(&origin, p->url.data, err) == -1) {
		err->status = NQ_USAGE;
		return nq_err_at(err, "option '--to': ");
	}
	nq_origin_free(&origin);
	nq_buf_cut(&p->url, strcspn(p->url.data, "#"));
	return 0;
}

int
nq_post_base(struct nq_post *p, struct nq_str text, const char *form, struct nq_err *err)
{
	if (nq_post_url(p, text, form, err) == -1)
		return -1;
	if (strchr(p->url.data, '?') != NULL || memchr(text.p, '#', text.n) != NULL)
		return nq_err_set(err, NQ_USAGE,
		    "option '--to': the base URL ends with its path, as in %s: leave out what "
		    "follows '?' or '#'",
		    form);
	while (p->url.len > 0 && p->url.data[p->url.len - 1] == '/')
		nq_buf_cut(&p->url, p->url.len - 1);
	return 0;
}

void
nq_post_path(struct nq_post *p, const char *path)
{
	nq_buf_adds(&p->url, path);
}

void
nq_post_place(const struct nq_post *p, struct nq_buf *out)
{
	struct nq_buf text = NQ_BUF_INIT;

	nq_buf_addstr(&text, nq_buf_str(&p->url));
	nq_secret_redact(&text);
	nq_buf_addstr(out, nq_buf_str(&text));
	nq_buf_free(&text);
}

int
nq_post_start(struct nq_post *p, struct nq_err *err)
{
	const struct nq_load_options *o = p->o;

	p->http = nq_http_open(&o->http, p->url.data, err);
	if (p->http == NULL || (p->secret && nq_http_secret(p->http, "the URL", err) == -1) ||
	    nq_auth_apply(p->http, &o->http, o->refs, &o->auth, err) == -1)
		return -1;
	if (p->header != NULL && nq_http_header(p->http, p->header, p->value, false, err) == -1)
		return -1;
	return nq_auth_headers(p->http, o->refs, &o->headers, err);
}

static bool
is_refusal(const struct nq_response *r)
{
	if (r->rule != NQ_RULE_NONE)
		return r->rule == NQ_RULE_FAIL;
	return r->status == 400 || r->status == 409 || r->status == 413 || r->status == 422;
}

static enum nq_posted
refused(const struct nq_post *p, struct nq_err *err)
{
	struct nq_buf why = NQ_BUF_INIT;

	nq_reason_answer(&why, &p->answer);
	nq_err_set(err, NQ_FAIL, "the server refuses it with status %ld%s%s", p->answer.status,
	    why.len > 0 ? ": " : "", why.data);
	nq_buf_free(&why);
	return NQ_POSTED_REFUSED;
}

/* A page for people under a good status is a login or a proxy that speaks, not the API. */
static enum nq_posted
judge(struct nq_post *p, const char *what, struct nq_err *err)
{
	int rc;

	if (strcmp(p->answer.content_type.data, "text/html") == 0) {
		nq_err_set(err, NQ_FAIL,
		    "%s: HTTP %ld with a web page (text/html): this is not an API that has taken "
		    "the rows",
		    what, p->answer.status);
		return NQ_POSTED_FAILED;
	}
	rc = nq_results_read(&p->results, &p->answer, p->payload.rows, err);
	if (rc == -1)
		nq_err_at(err, "%s: HTTP %ld: ", what, p->answer.status);
	return rc == -1 ? NQ_POSTED_FAILED : rc == 0 ? NQ_POSTED_IN : NQ_POSTED_TOLD;
}

enum nq_posted
nq_post_send(struct nq_post *p, const char *what, struct nq_err *err)
{
	struct nq_request rq = {.method = p->method,
	    .url = p->url.data,
	    .content_type = nq_payload_type(&p->payload),
	    .what = what};
	int rc;

	nq_payload_end(&p->payload);
	rq.body = nq_buf_str(&p->payload.body);
	rc = nq_http_do(p->http, &rq, NULL, &p->answer, err);
	if (rc == 0)
		return judge(p, what, err);
	return is_refusal(&p->answer) ? refused(p, err) : NQ_POSTED_FAILED;
}

void
nq_post_show(struct nq_post *p, struct nq_buf *out)
{
	struct nq_buf head = NQ_BUF_INIT;

	nq_payload_end(&p->payload);
	nq_buf_addf(&head, "%s %s\nContent-Type: %s\n", p->method, p->url.data,
	    nq_payload_type(&p->payload));
	if (p->header != NULL)
		nq_buf_addf(&head, "%s: %s\n", p->header, p->value);
	for (size_t i = 0; i < p->o->headers.n; i++)
		nq_buf_addf(&head, "%s\n", p->o->headers.v[i]);
	if (p->o->auth.spec != NULL)
		nq_buf_addf(&head, "(--auth %s)\n", p->o->auth.spec);
	if (p->o->auth.user != NULL)
		nq_buf_addf(&head, "(--user %s)\n", p->o->auth.user);
	nq_secret_redact(&head);
	nq_buf_addstr(out, nq_buf_str(&head));
	nq_buf_addc(out, '\n');
	nq_buf_addstr(out, nq_buf_str(&p->payload.body));
	if (out->data[out->len - 1] != '\n')
		nq_buf_addc(out, '\n');
	nq_buf_free(&head);
}
