#include "state/nuntiq_api.h"

#include <string.h>

static int
find_base(struct nq_nuntiq_api *a, const char *where, struct nq_err *err)
{
	const char *base = where + strlen("nuntiq:");

	if (nq_ref_expand(
		&a->outside.refs, nq_str(base), "--state", NQ_REF_URL, &a->base, NULL, err) == -1)
		return -1;
	if ((strncmp(a->base.data, "https://", 8) != 0 &&
		strncmp(a->base.data, "http://", 7) != 0) ||
	    strpbrk(a->base.data, "?#") != NULL)
		return nq_err_set(err, NQ_USAGE,
		    "--state: '%s' is no base URL: write nuntiq:https://api.example.com/api", base);
	while (a->base.data[a->base.len - 1] == '/')
		nq_buf_cut(&a->base, a->base.len - 1);
	return 0;
}

/* The option's, else that of the settings, else none. */
static int
find_customer(struct nq_nuntiq_api *a, const struct nq_store_options *opt, struct nq_err *err)
{
	const char *ref = nq_outside_option(opt->customer_number, "NQ_STATE_CUSTOMER_NUMBER");
	struct nq_err none = NQ_ERR_INIT;

	if (ref != NULL)
		return nq_ref_expand(&a->outside.refs, nq_str(ref), "--customer-number", NQ_REF_RAW,
		    &a->customer, NULL, err);
	if (nq_ref_expand(&a->outside.refs, nq_str("${settings.customer_number}"), "--settings",
		NQ_REF_RAW, &a->customer, NULL, &none) == -1)
		nq_buf_reset(&a->customer);
	return 0;
}

static int
open_client(struct nq_nuntiq_api *a, const struct nq_store_options *opt, struct nq_err *err)
{
	struct nq_auth auth = opt->auth;

	auth.spec = nq_outside_option(auth.spec, "NQ_STATE_AUTH");
	a->http = nq_http_open(&opt->http, a->base.data, err);
	if (a->http == NULL ||
	    nq_auth_apply(a->http, &opt->http, &a->outside.refs, &auth, err) == -1 ||
	    nq_auth_headers(a->http, &a->outside.refs, &opt->headers, err) == -1)
		return -1;
	if (a->customer.len == 0)
		return 0;
	return nq_http_header(a->http, "X-Customer-Number", a->customer.data, false, err);
}

int
nq_nuntiq_api_open(struct nq_nuntiq_api *a, const char *where, const struct nq_store_options *opt,
    struct nq_err *err)
{
	a->http = NULL;
	a->base = a->customer = (struct nq_buf)NQ_BUF_INIT;
	nq_response_init(&a->answer);
	nq_doc_init(&a->doc);
	if (nq_outside_open(&a->outside, opt, err) == -1 || find_base(a, where, err) == -1 ||
	    find_customer(a, opt, err) == -1)
		return -1;
	return open_client(a, opt, err);
}

void
nq_nuntiq_api_close(struct nq_nuntiq_api *a)
{
	nq_http_free(a->http);
	nq_doc_free(&a->doc);
	nq_response_free(&a->answer);
	nq_buf_free(&a->customer);
	nq_buf_free(&a->base);
	nq_outside_close(&a->outside);
}

/* Which member tells the code is not documented, so all likely ones are quoted. */
static void
explain(struct nq_nuntiq_api *a, struct nq_err *err)
{
	static const char *const members[] = {"code", "error", "message"};
	struct nq_buf text = NQ_BUF_INIT, scratch = NQ_BUF_INIT;
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_str s;
	uint32_t m;

	if (nq_doc_parse(&a->doc, nq_buf_str(&a->answer.body), &ignored) == 0)
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
			m = nq_doc_get(&a->doc, 0, nq_str(members[i]));
			if (nq_doc_type(&a->doc, m) == NQ_STRING &&
			    nq_doc_string(&a->doc, m, &scratch, &s) == 0)
				nq_buf_addf(&text, ": %.*s", (int)(s.n < 300 ? s.n : 300), s.p);
		}
	nq_err_set(
	    err, NQ_FAIL, "the platform refuses it with status %ld%s", a->answer.status, text.data);
	nq_buf_free(&scratch);
	nq_buf_free(&text);
}

/* The row, bare or in an envelope. */
static uint32_t
find_row(const struct nq_doc *d)
{
	uint32_t in;

	if (nq_doc_type(d, 0) != NQ_OBJECT)
		return NQ_NONE;
	in = nq_doc_get(d, 0, nq_str("data"));
	return nq_doc_type(d, in) == NQ_OBJECT ? in : 0;
}

static bool
is_refusal(long status)
{
	return status == 400 || status == 403 || status == 404 || status == 409 || status == 422;
}

static int
ask(struct nq_nuntiq_api *a, struct nq_request *rq, struct nq_err *err)
{
	struct nq_buf why = NQ_BUF_INIT;

	if (nq_http_do(a->http, rq, NULL, &a->answer, err) == 0)
		return 0;
	if (is_refusal(a->answer.status))
		explain(a, err);
	nq_buf_adds(&why, rq->what);
	nq_err_at(err, "%s: ", why.data);
	nq_buf_free(&why);
	return -1;
}

int
nq_nuntiq_call(struct nq_nuntiq_api *a, struct nq_key k, const char *verb, struct nq_str body,
    uint32_t *row, struct nq_err *err)
{
	struct nq_buf url = NQ_BUF_INIT;
	struct nq_request rq = {.method = verb == NULL ? "GET" : "POST",
	    .what = verb == NULL ? "delta state" : verb,
	    .body = body,
	    .content_type = verb == NULL ? NULL : "application/json"};
	struct nq_err why = NQ_ERR_INIT;
	int rc;

	nq_buf_addf(&url, "%s/v1/delta/streams/", a->base.data);
	nq_name_encode(&url, k.connector);
	nq_buf_addc(&url, '/');
	nq_name_encode(&url, k.stream);
	if (verb != NULL)
		nq_buf_addf(&url, "/%s", verb);
	rq.url = url.data;
	rc = ask(a, &rq, err);
	nq_buf_free(&url);
	if (rc == -1)
		return -1;
	*row = NQ_NONE;
	if (nq_doc_parse(&a->doc, nq_buf_str(&a->answer.body), &why) == 0)
		*row = find_row(&a->doc);
	if (*row == NQ_NONE && verb == NULL)
		return nq_err_set(err, NQ_FAIL, "delta state: the platform's answer is no row%s%s",
		    why.msg[0] != '\0' ? ": " : "", why.msg);
	return 0;
}
