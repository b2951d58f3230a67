#include "req.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *
decode(const char *p, size_t n, bool plus)
{
	char *out = sb_alloc(n + 1), *w = out;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '%' && i + 2 < n && hex(p[i + 1]) >= 0 && hex(p[i + 2]) >= 0) {
			*w++ = (char)(hex(p[i + 1]) * 16 + hex(p[i + 2]));
			i += 2;
		} else {
			*w++ = plus && p[i] == '+' ? ' ' : p[i];
		}
	}
	return out;
}

static void
split_path(struct req *r)
{
	const char *p = r->raw_path;

	while (*p == '/' && r->npieces < REQ_PIECES) {
		size_t n = strcspn(++p, "/");

		r->piece[r->npieces++] = decode(p, n, false);
		p += n;
	}
}

static void
split_query(struct req *r)
{
	const char *p = r->raw_query;

	while (*p != '\0' && r->nquery < REQ_PAIRS) {
		size_t n = strcspn(p, "&"), eq = strcspn(p, "=&");
		struct pair *q = &r->query[r->nquery];

		if (n > 0) {
			q->name = decode(p, eq, true);
			q->value = eq < n ? decode(p + eq + 1, n - eq - 1, true) : sb_dup("", 0);
			r->nquery++;
		}
		p += n + (p[n] == '&');
	}
}

struct req *
req_new(const char *uri)
{
	struct req *r = sb_alloc(sizeof(*r));
	size_t n = strcspn(uri, "?");

	r->uri = sb_dup(uri, strlen(uri));
	r->raw_path = sb_dup(uri, n);
	r->raw_query = r->uri + n + (uri[n] == '?');
	r->control = strncmp(uri, "/_/", 3) == 0;
	r->status = 200;
	r->type = "application/json";
	split_path(r);
	split_query(r);
	return r;
}

static void
free_pairs(struct pair *p, int n)
{
	for (int i = 0; i < n; i++) {
		free(p[i].name);
		free(p[i].value);
	}
}

void
req_free(struct req *r)
{
	for (int i = 0; i < r->npieces; i++)
		free(r->piece[i]);
	free_pairs(r->query, r->nquery);
	free_pairs(r->extra, r->nextra);
	free(r->uri);
	free(r->raw_path);
	free(r->method);
	sb_free(&r->in);
	sb_free(&r->out);
	free(r);
}

const char *
req_query(const struct req *r, const char *name)
{
	for (int i = 0; i < r->nquery; i++)
		if (strcmp(r->query[i].name, name) == 0)
			return r->query[i].value;
	return NULL;
}

const char *
req_header(const struct req *r, const char *name)
{
	return MHD_lookup_connection_value(r->con, MHD_HEADER_KIND, name);
}

bool
req_bearer(const struct req *r, const char *token)
{
	const char *h = req_header(r, "Authorization");

	return h != NULL && strncmp(h, "Bearer ", 7) == 0 && strcmp(h + 7, token) == 0;
}

bool
req_json(struct req *r, struct slice *root)
{
	if (r->in.len == 0) {
		*root = (struct slice){"{}", 2};
		return true;
	}
	if (js_check(r->in.p, r->in.len, root))
		return true;
	reply_error(r, 400, "message", "the body is not JSON");
	return false;
}

void
reply_error(struct req *r, int status, const char *key, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->status = status;
	r->type = "application/json";
	sb_reset(&r->out);
	sb_ch(&r->out, '{');
	js_puts(&r->out, key);
	sb_ch(&r->out, ':');
	js_puts(&r->out, text);
	sb_ch(&r->out, '}');
}

void
reply_header(struct req *r, const char *name, const char *value)
{
	if (r->nextra >= REQ_EXTRA)
		return;
	r->extra[r->nextra].name = sb_dup(name, strlen(name));
	r->extra[r->nextra++].value = sb_dup(value, strlen(value));
}
