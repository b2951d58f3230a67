#include "fetch/url.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void
nq_url_set(struct nq_url *u, struct nq_str url)
{
	const char *hash = url.n > 0 ? memchr(url.p, '#', url.n) : NULL;

	nq_buf_reset(&u->text);
	nq_buf_add(&u->text, url.p, hash != NULL ? (size_t)(hash - url.p) : url.n);
}

void
nq_url_free(struct nq_url *u)
{
	nq_buf_free(&u->text);
}

static void
encode_pair(struct nq_buf *b, struct nq_str name, struct nq_str value)
{
	nq_buf_add_percent(b, name);
	nq_buf_addc(b, '=');
	nq_buf_add_percent(b, value);
}

/* The next parameter of the query from at on; false at the end. */
static bool
next_pair(const char **at, struct nq_str *pair)
{
	if (**at == '\0')
		return false;
	*pair = (struct nq_str){*at, strcspn(*at, "&")};
	*at += pair->n + ((*at)[pair->n] == '&');
	return true;
}

static bool
named(struct nq_str pair, struct nq_str name)
{
	return pair.n >= name.n && memcmp(pair.p, name.p, name.n) == 0 &&
	       (pair.n == name.n || pair.p[name.n] == '=');
}

static void
change(struct nq_url *u, struct nq_str name, struct nq_str value, bool only)
{
	struct nq_buf pair = NQ_BUF_INIT, out = NQ_BUF_INIT, key = NQ_BUF_INIT;
	size_t path = strcspn(u->text.data, "?");
	const char *at = u->text.data + path + (u->text.data[path] == '?');
	struct nq_str old;
	bool placed = false;
	char join = '?';

	encode_pair(&pair, name, value);
	nq_buf_add_percent(&key, name);
	nq_buf_add(&out, u->text.data, path);
	while (next_pair(&at, &old)) {
		bool same = nq_str_eq(old, nq_buf_str(&pair));

		if ((only && named(old, nq_buf_str(&key))) || same) {
			if (placed)
				continue;
			old = nq_buf_str(&pair);
			placed = true;
		}
		nq_buf_addc(&out, join);
		nq_buf_addstr(&out, old);
		join = '&';
	}
	if (!placed) {
		nq_buf_addc(&out, join);
		nq_buf_addstr(&out, nq_buf_str(&pair));
	}
	nq_buf_free(&u->text);
	u->text = out;
	nq_buf_free(&pair);
	nq_buf_free(&key);
}

void
nq_url_add_query(struct nq_url *u, struct nq_str name, struct nq_str value)
{
	change(u, name, value, false);
}

void
nq_url_set_query(struct nq_url *u, struct nq_str name, struct nq_str value)
{
	change(u, name, value, true);
}

void
nq_url_set_number(struct nq_url *u, struct nq_str name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	change(u, name, nq_str(text), true);
}
