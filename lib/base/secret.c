#define _GNU_SOURCE /* memmem(3) */
#include "base/secret.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

static struct {
	struct nq_buf *v;
	size_t n;
} known;

static void
keep(struct nq_buf *spelling)
{
	for (size_t i = 0; i < known.n; i++) {
		if (nq_str_eq(nq_buf_str(&known.v[i]), nq_buf_str(spelling))) {
			nq_buf_free(spelling);
			return;
		}
	}
	known.v = nq_reallocarray(known.v, known.n + 1, sizeof(*known.v));
	known.v[known.n++] = *spelling;
}

/* As a JSON writer may spell it: what must be escaped, and where slash is set the slash too. */
static void
add_escaped(struct nq_buf *b, struct nq_str s, bool slash)
{
	static const char plain[] = "\b\f\n\r\t\"\\/", letter[] = "bfnrt\"\\/";
	const char *special;

	for (size_t i = 0; i < s.n; i++) {
		special = s.p[i] != '\0' ? strchr(plain, s.p[i]) : NULL;
		if (special != NULL && (*special != '/' || slash))
			nq_buf_add(b, (char[]){'\\', letter[special - plain]}, 2);
		else if ((unsigned char)s.p[i] < 0x20)
			nq_buf_addf(b, "\\u%04x", (unsigned char)s.p[i]);
		else
			nq_buf_addc(b, s.p[i]);
	}
}

static void
add_raw(struct nq_buf *b, struct nq_str s)
{
	nq_buf_addstr(b, s);
}

static void
add_json(struct nq_buf *b, struct nq_str s)
{
	add_escaped(b, s, false);
}

static void
add_json_slash(struct nq_buf *b, struct nq_str s)
{
	add_escaped(b, s, true);
}

/* RFC 3986 lets the hexadecimal digits be small as well. */
static void
add_percent_small(struct nq_buf *b, struct nq_str s)
{
	size_t from = b->len;

	nq_buf_add_percent(b, s);
	for (size_t i = from; i < b->len; i++) {
		if (b->data[i] != '%')
			continue;
		b->data[i + 1] = (char)tolower((unsigned char)b->data[i + 1]);
		b->data[i + 2] = (char)tolower((unsigned char)b->data[i + 2]);
	}
}

void
nq_secret_add(struct nq_str s)
{
	static void (*const spell[])(struct nq_buf *, struct nq_str) = {add_raw, nq_buf_add_percent,
	    add_percent_small, add_json, add_json_slash, nq_buf_add_base64};
	struct nq_buf b;

	if (s.n < NQ_MIN_SECRET)
		return;
	for (size_t i = 0; i < sizeof(spell) / sizeof(spell[0]); i++) {
		b = (struct nq_buf)NQ_BUF_INIT;
		spell[i](&b, s);
		keep(&b);
	}
}

void
nq_secret_add_basic(struct nq_str user, struct nq_str password)
{
	struct nq_buf pair = NQ_BUF_INIT;

	nq_secret_add(password);
	nq_buf_addstr(&pair, user);
	nq_buf_addc(&pair, ':');
	nq_buf_addstr(&pair, password);
	nq_secret_add(nq_buf_str(&pair));
	nq_buf_free(&pair);
}

static void
redact_one(struct nq_buf *b, struct nq_str s)
{
	char *at = b->data;

	while ((at = memmem(at, b->len - (size_t)(at - b->data), s.p, s.n)) != NULL) {
		memmove(at + 3, at + s.n, b->len - (size_t)(at - b->data) - s.n + 1);
		memcpy(at, "***", 3);
		b->len -= s.n - 3;
		at += 3;
	}
}

/* Longer spellings first, so that one secret inside another leaves no half of it behind. */
void
nq_secret_redact(struct nq_buf *b)
{
	size_t longest = 0, below = SIZE_MAX;

	do {
		longest = 0;
		for (size_t i = 0; i < known.n; i++)
			if (known.v[i].len < below && known.v[i].len > longest)
				longest = known.v[i].len;
		for (size_t i = 0; i < known.n && longest > 0; i++)
			if (known.v[i].len == longest)
				redact_one(b, nq_buf_str(&known.v[i]));
		below = longest;
	} while (longest > 0);
}

/* The length of the longest beginning of s that the buffer ends with. */
static size_t
begun(const struct nq_buf *b, struct nq_str s)
{
	size_t n = s.n - 1 < b->len ? s.n - 1 : b->len;

	while (n > 0 && memcmp(b->data + b->len - n, s.p, n) != 0)
		n--;
	return n;
}

void
nq_secret_redact_cut(struct nq_buf *b)
{
	size_t most = 0, n;

	nq_secret_redact(b);
	for (size_t i = 0; i < known.n; i++) {
		n = begun(b, nq_buf_str(&known.v[i]));
		most = n > most ? n : most;
	}
	if (most == 0)
		return;
	nq_buf_cut(b, b->len - most);
	nq_buf_adds(b, "***");
}

size_t
nq_secret_at(struct nq_str s, bool *more)
{
	size_t longest = 0, len;
	bool cut;

	*more = false;
	for (size_t i = 0; i < known.n; i++) {
		len = known.v[i].len;
		cut = s.n < len;
		if (memcmp(s.p, known.v[i].data, cut ? s.n : len) != 0)
			continue;
		*more = *more || cut;
		if (!cut && len > longest)
			longest = len;
	}
	return longest;
}

void
nq_secret_starts(bool starts[256])
{
	memset(starts, 0, 256 * sizeof(*starts));
	for (size_t i = 0; i < known.n; i++)
		starts[(unsigned char)known.v[i].data[0]] = true;
}

void
nq_secret_forget(void)
{
	for (size_t i = 0; i < known.n; i++) {
		nq_buf_wipe(&known.v[i]);
	}
	free(known.v);
	known.v = NULL;
	known.n = 0;
}

void
nq_secret_excerpt(struct nq_str text, size_t max, struct nq_buf *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	size_t start = out->len;
	char c;

	nq_buf_addstr(&b, text);
	nq_secret_redact(&b);
	for (size_t i = 0; i < b.len && out->len - start < max; i++) {
		c = (unsigned char)b.data[i] > ' ' ? b.data[i] : ' ';
		if (c != ' ' || (out->len > start && out->data[out->len - 1] != ' '))
			nq_buf_addc(out, c);
	}
	nq_buf_free(&b);
}
