#include "http/identity.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/hash.h"

struct pairs {
	struct nq_str *v;
	size_t n;
};

void
nq_identity_free(struct nq_identity *id)
{
	nq_buf_wipe(&id->query);
	nq_buf_wipe(&id->signer);
	nq_buf_wipe(&id->key);
	if (id->token.free != NULL)
		id->token.free(id->token.ctx);
	*id = (struct nq_identity)NQ_IDENTITY_INIT;
}

void
nq_identity_query(struct nq_identity *id, struct nq_str name, struct nq_str value)
{
	if (id->query.len > 0)
		nq_buf_addc(&id->query, '&');
	nq_buf_add_percent(&id->query, name);
	nq_buf_addc(&id->query, '=');
	nq_buf_add_percent(&id->query, value);
}

static size_t
name_length(struct nq_str pair)
{
	const char *eq = pair.n > 0 ? memchr(pair.p, '=', pair.n) : NULL;

	return eq != NULL ? (size_t)(eq - pair.p) : pair.n;
}

static bool
same_name(struct nq_str a, struct nq_str b)
{
	size_t n = name_length(a);

	return n == name_length(b) && strncasecmp(a.p, b.p, n) == 0;
}

/* Adds the pairs of a query, but those whose name one of ours has. */
static void
collect(struct pairs *to, struct nq_str query, const struct pairs *ours)
{
	struct nq_str pair;
	bool hidden;

	for (size_t i = 0; i < query.n; i += pair.n + 1) {
		const char *amp = memchr(query.p + i, '&', query.n - i);

		pair.p = query.p + i;
		pair.n = amp != NULL ? (size_t)(amp - pair.p) : query.n - i;
		hidden = pair.n == 0;
		for (size_t k = 0; ours != NULL && k < ours->n; k++)
			hidden = hidden || same_name(pair, ours->v[k]);
		if (hidden)
			continue;
		to->v = nq_reallocarray(to->v, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = pair;
	}
}

/* Names first: "a=1" stands before "a-b=1", though '-' comes before '='. */
static int
by_name(const void *a, const void *b)
{
	struct nq_str x = *(const struct nq_str *)a, y = *(const struct nq_str *)b;
	int c = nq_str_cmp(
	    (struct nq_str){x.p, name_length(x)}, (struct nq_str){y.p, name_length(y)});

	return c != 0 ? c : nq_str_cmp(x, y);
}

/* Percent-encoded anew, so that our spelling is the one that a signature is made of. */
static void
respell(struct nq_buf *out, struct nq_str s)
{
	struct nq_buf blanks = NQ_BUF_INIT, plain = NQ_BUF_INIT;

	for (size_t i = 0; i < s.n; i++)
		nq_buf_addc(&blanks, s.p[i] == '+' ? ' ' : s.p[i]);
	nq_buf_add_unpercent(&plain, nq_buf_str(&blanks));
	nq_buf_add_percent(out, nq_buf_str(&plain));
	nq_buf_wipe(&blanks);
	nq_buf_wipe(&plain);
}

/*
 * libcurl signs a query as it stands, while a signature of version 4 is one of the canonical
 * query: sorted, each name with a "=", spelled as RFC 3986 has it. So that is what we send.
 */
static void
add_canonical(struct nq_buf *url, const struct pairs *p)
{
	struct nq_buf all = NQ_BUF_INIT;
	struct pairs sorted = {NULL, 0};

	for (size_t i = 0; i < p->n; i++) {
		size_t n = name_length(p->v[i]), rest = p->v[i].n > n ? n + 1 : n;

		if (i > 0)
			nq_buf_addc(&all, '&');
		respell(&all, (struct nq_str){p->v[i].p, n});
		nq_buf_addc(&all, '=');
		respell(&all, (struct nq_str){p->v[i].p + rest, p->v[i].n - rest});
	}
	collect(&sorted, nq_buf_str(&all), NULL);
	if (sorted.n > 0)
		qsort(sorted.v, sorted.n, sizeof(*sorted.v), by_name);
	for (size_t i = 0; i < sorted.n; i++) {
		nq_buf_addc(url, i == 0 ? '?' : '&');
		nq_buf_addstr(url, sorted.v[i]);
	}
	free(sorted.v);
	nq_buf_free(&all);
}

static void
build_url(const struct nq_identity *id, const char *plain, struct nq_buf *url)
{
	size_t path = strcspn(plain, "?#"), end = strcspn(plain, "#");
	struct pairs ours = {NULL, 0}, all = {NULL, 0};

	if (id->query.len == 0 && id->signer.len == 0) {
		nq_buf_adds(url, plain);
		return;
	}
	collect(&ours, nq_buf_str(&id->query), NULL);
	if (end > path)
		collect(&all, (struct nq_str){plain + path + 1, end - path - 1}, &ours);
	collect(&all, nq_buf_str(&id->query), NULL);
	nq_buf_add(url, plain, path);
	if (id->signer.len > 0) {
		add_canonical(url, &all);
	} else {
		for (size_t i = 0; i < all.n; i++) {
			nq_buf_addc(url, i == 0 ? '?' : '&');
			nq_buf_addstr(url, all.v[i]);
		}
	}
	free(ours.v);
	free(all.v);
}

bool
nq_identity_signs(const struct nq_identity *id, bool ours)
{
	return ours && id->signer.len > 0;
}

static void
set_handle(const struct nq_identity *id, CURL *c, bool ours)
{
	bool sign = nq_identity_signs(id, ours);

	curl_easy_setopt(c, CURLOPT_SSLCERT, ours ? id->cert : NULL);
	curl_easy_setopt(c, CURLOPT_SSLKEY, ours ? id->cert_key : NULL);
	curl_easy_setopt(c, CURLOPT_USERPWD, sign ? id->key.data : NULL);
	curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, sign ? "gzip" : NULL);
	curl_easy_setopt(c, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(c, CURLOPT_AWS_SIGV4, sign ? id->signer.data : NULL);
}

int
nq_identity_show(struct nq_identity *id, CURL *c, bool ours, const char *plain, struct nq_buf *url,
    struct nq_buf *line, struct nq_err *err)
{
	set_handle(id, c, ours);
	if (!ours) {
		nq_buf_adds(url, plain);
		return 0;
	}
	build_url(id, plain, url);
	if (id->token.line != NULL && id->token.line(id->token.ctx, line, err) == -1)
		return -1;
	id->shown = nq_identity_digest(line);
	return 0;
}

uint64_t
nq_identity_digest(const struct nq_buf *line)
{
	return nq_hash(0, line->data, line->len);
}

bool
nq_identity_renew(struct nq_identity *id, uint64_t shown)
{
	if (id->token.refused == NULL)
		return false;
	return shown != id->shown || id->token.refused(id->token.ctx);
}
