#include "http/headers.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/time.h"

void
nq_headers_reset(struct nq_headers *h)
{
	nq_buf_reset(&h->text);
}

void
nq_headers_free(struct nq_headers *h)
{
	nq_buf_free(&h->text);
}

int
nq_headers_add(struct nq_headers *h, struct nq_str line)
{
	if (line.n >= 5 && memcmp(line.p, "HTTP/", 5) == 0)
		nq_headers_reset(h);
	if (h->text.len + line.n > NQ_MAX_HEADERS)
		return -1;
	while (line.n > 0 && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	nq_buf_addstr(&h->text, line);
	nq_buf_addc(&h->text, '\n');
	return 0;
}

/* RFC 9112, 4: HTTP/1.1 200 OK; libcurl writes HTTP/2 in the same way. */
long
nq_headers_status(const struct nq_headers *h, int *version)
{
	const char *p = h->text.data;
	long status = 0;

	*version = 0;
	if (strncmp(p, "HTTP/", 5) != 0 || !isdigit((unsigned char)p[5]))
		return 0;
	*version = p[5] - '0';
	for (p += strcspn(p, " \n"); *p == ' '; p++)
		;
	for (int i = 0; i < 3 && isdigit((unsigned char)*p); i++)
		status = status * 10 + (*p++ - '0');
	return status;
}

static struct nq_str
trim(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (struct nq_str){p, (size_t)(end - p)};
}

bool
nq_headers_get(const struct nq_headers *h, const char *name, size_t n, struct nq_str *value)
{
	const char *p = h->text.data, *end = p + h->text.len, *nl;
	size_t len = strlen(name);

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if ((size_t)(nl - p) <= len || p[len] != ':' || strncasecmp(p, name, len) != 0)
			continue;
		if (n-- > 0)
			continue;
		*value = trim(p + len + 1, nl);
		return true;
	}
	return false;
}

bool
nq_headers_date(const struct nq_headers *h, int64_t *sec)
{
	struct nq_str s;

	return nq_headers_get(h, "Date", 0, &s) && nq_time_parse_http(s, sec) == 0;
}

int64_t
nq_headers_age(const struct nq_headers *h)
{
	struct nq_str s;
	int64_t age = 0;

	if (!nq_headers_get(h, "Age", 0, &s))
		return 0;
	for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && age < INT32_MAX; i++)
		age = age * 10 + (s.p[i] - '0');
	return age;
}
