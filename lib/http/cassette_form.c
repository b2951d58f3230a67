#include "http/cassette_form.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const names[NQ_CASSETTE_PARTS] = {"request", "headers", "body", "fault"};

static const char temporary[] = "temporary: ", final[] = "final: ";

void
nq_cassette_name(uint64_t n, enum nq_cassette_part part, struct nq_buf *b)
{
	nq_buf_addf(b, "%04" PRIu64 "/%s", n, names[part]);
}

bool
nq_cassette_parse_name(const char *path, uint64_t *n, enum nq_cassette_part *part)
{
	const char *slash = strrchr(path, '/'), *from = slash;
	char *end;

	if (slash == NULL)
		return false;
	while (from > path && from[-1] >= '0' && from[-1] <= '9')
		from--;
	if (slash - from < 1 || slash - from > 15 || (from > path && from[-1] != '/'))
		return false;
	*n = strtoull(from, &end, 10);
	for (size_t i = 0; i < NQ_CASSETTE_PARTS; i++) {
		*part = (enum nq_cassette_part)i;
		if (strcmp(slash + 1, names[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_secret(struct nq_str line)
{
	static const char *const secrets[] = {
	    "Authorization:", "Proxy-Authorization:", "Cookie:", "Set-Cookie:"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (line.n >= strlen(secrets[i]) &&
		    strncasecmp(line.p, secrets[i], strlen(secrets[i])) == 0)
			return true;
	return false;
}

static void
put_header(struct nq_str line, struct nq_buf *b)
{
	const char *colon = memchr(line.p, ':', line.n);

	if (is_secret(line)) {
		nq_buf_add(b, line.p, (size_t)(colon - line.p));
		nq_buf_adds(b, ": ***");
	} else {
		nq_buf_addstr(b, line);
	}
	nq_buf_addc(b, '\n');
}

/* libcurl's ways to say "not this header" (Name:) and "without a value" (Name;). */
static void
put_sent(const char *line, struct nq_buf *b)
{
	size_t n = strlen(line);

	if (n > 0 && line[n - 1] == ':')
		return;
	if (n > 0 && line[n - 1] == ';' && memchr(line, ':', n) == NULL)
		nq_buf_addf(b, "%.*s:\n", (int)n - 1, line);
	else
		put_header((struct nq_str){line, n}, b);
}

void
nq_cassette_put_request(const struct nq_tap_request *q, struct nq_buf *b)
{
	nq_buf_addf(b, "%s %s\n", q->method, q->url);
	for (const struct curl_slist *l = q->headers; l != NULL; l = l->next)
		put_sent(l->data, b);
	nq_buf_addc(b, '\n');
	if (q->body.p != NULL)
		nq_buf_addstr(b, q->body);
}

void
nq_cassette_put_headers(struct nq_str lines, struct nq_buf *b)
{
	const char *p = lines.p, *end = p + lines.n, *nl;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		put_header((struct nq_str){p, (size_t)(nl - p)}, b);
	}
}

static struct nq_str
trim(struct nq_str s)
{
	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

struct nq_str
nq_cassette_line(struct nq_str request)
{
	const char *nl = request.n > 0 ? memchr(request.p, '\n', request.n) : NULL;

	if (nl != NULL)
		request.n = (size_t)(nl - request.p);
	return trim(request);
}

struct nq_str
nq_cassette_sent(struct nq_str request)
{
	const char *end = request.p + request.n, *p = request.p, *nl;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		if (nl == p || (nl == p + 1 && *p == '\r'))
			return trim((struct nq_str){nl + 1, (size_t)(end - nl - 1)});
	}
	return (struct nq_str){end, 0};
}

void
nq_cassette_put_fault(const struct nq_err *err, struct nq_buf *b)
{
	nq_buf_addf(b, "%s%s\n", err->status == NQ_TEMPFAIL ? temporary : final, err->msg);
}

void
nq_cassette_get_fault(struct nq_str s, struct nq_err *err)
{
	enum nq_status status = NQ_TEMPFAIL;
	size_t n = strlen(temporary);

	s = nq_cassette_line(s);
	if (s.n < n || memcmp(s.p, temporary, n) != 0) {
		status = NQ_FAIL;
		n = s.n >= strlen(final) && memcmp(s.p, final, strlen(final)) == 0 ? strlen(final)
										   : 0;
	}
	nq_err_set(err, status, "%.*s", (int)(s.n - n), s.p + n);
}
