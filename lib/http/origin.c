#include "http/origin.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/secret.h"

static char *
part(CURLU *u, CURLUPart what)
{
	char *got = NULL, *copy = NULL;

	if (curl_url_get(u, what, &got, CURLU_DEFAULT_PORT) == CURLUE_OK)
		copy = nq_strdup(got);
	curl_free(got);
	return copy;
}

static int
check_text(const char *url, struct nq_err *err)
{
	for (const unsigned char *p = (const unsigned char *)url; *p != '\0'; p++)
		if (*p <= 0x20 || *p == 0x7f)
			return nq_err_set(err, NQ_USAGE,
			    "the URL holds a blank or control character at byte %zu: "
			    "percent-encode it",
			    (size_t)(p - (const unsigned char *)url) + 1);
	return 0;
}

static int
check_parts(CURLU *u, const struct nq_origin *o, struct nq_err *err)
{
	char *user = part(u, CURLUPART_USER), *password = part(u, CURLUPART_PASSWORD);
	int rc = 0;

	if (o->scheme == NULL || o->host == NULL || o->port == NULL ||
	    (strcmp(o->scheme, "http") != 0 && strcmp(o->scheme, "https") != 0))
		rc = nq_err_set(err, NQ_USAGE, "only http:// and https:// URLs can be asked");
	else if (user != NULL || password != NULL)
		rc = nq_err_set(err, NQ_USAGE,
		    "the URL holds a user or password: write --auth basic='${NAME}' instead");
	free(user);
	free(password);
	return rc;
}

int
nq_origin_parse(struct nq_origin *o, const char *url, struct nq_err *err)
{
	CURLU *u;
	CURLUcode bad;
	int rc = -1;

	*o = (struct nq_origin){NULL, NULL, NULL};
	if (check_text(url, err) == -1)
		return -1;
	u = curl_url();
	if (u == NULL)
		return nq_err_set(err, NQ_TEMPFAIL, "out of memory");
	bad = curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
	if (bad != CURLUE_OK) {
		nq_err_set(err, NQ_USAGE, "not a URL: %s", curl_url_strerror(bad));
		goto out;
	}
	o->scheme = part(u, CURLUPART_SCHEME);
	o->host = part(u, CURLUPART_HOST);
	o->port = part(u, CURLUPART_PORT);
	rc = check_parts(u, o, err);
out:
	curl_url_cleanup(u);
	if (rc == -1)
		nq_origin_free(o);
	return rc;
}

void
nq_origin_free(struct nq_origin *o)
{
	free(o->scheme);
	free(o->host);
	free(o->port);
	*o = (struct nq_origin){NULL, NULL, NULL};
}

bool
nq_origin_same(const struct nq_origin *a, const struct nq_origin *b)
{
	return strcmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
	       strcmp(a->port, b->port) == 0;
}

bool
nq_origin_loopback(const struct nq_origin *o)
{
	return strcasecmp(o->host, "localhost") == 0 || strcmp(o->host, "[::1]") == 0 ||
	       (strncmp(o->host, "127.", 4) == 0 &&
		   strspn(o->host, "0123456789.") == strlen(o->host));
}

void
nq_origin_text(const struct nq_origin *o, struct nq_buf *b)
{
	nq_buf_addf(b, "%s://%s:%s", o->scheme, o->host, o->port);
}

int
nq_url_resolve(const char *base, const char *reference, struct nq_buf *out, struct nq_err *err)
{
	CURLU *u = curl_url();
	CURLUcode bad;
	char *got = NULL;

	if (u == NULL)
		return nq_err_set(err, NQ_TEMPFAIL, "out of memory");
	bad = curl_url_set(u, CURLUPART_URL, base, 0);
	if (bad == CURLUE_OK)
		bad = curl_url_set(u, CURLUPART_URL, reference, CURLU_NON_SUPPORT_SCHEME);
	if (bad == CURLUE_OK)
		bad = curl_url_get(u, CURLUPART_URL, &got, 0);
	if (bad == CURLUE_OK)
		nq_buf_adds(out, got);
	curl_free(got);
	curl_url_cleanup(u);
	if (bad != CURLUE_OK)
		return nq_err_set(
		    err, NQ_FAIL, "the server gave a bad URL: %s", curl_url_strerror(bad));
	return 0;
}

void
nq_url_bare(const char *url, struct nq_buf *b)
{
	nq_buf_add(b, url, strcspn(url, "?#"));
}

bool
nq_url_has_secret(const char *url)
{
	struct nq_buf shown = NQ_BUF_INIT;
	bool differs;

	nq_buf_adds(&shown, url);
	nq_secret_redact(&shown);
	differs = strcmp(shown.data, url) != 0;
	nq_buf_free(&shown);
	return differs;
}
