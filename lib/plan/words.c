#include "plan/words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "json/utf8.h"

void
nq_words_addn(struct nq_words *w, struct nq_str s)
{
	w->v = nq_reallocarray(w->v, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = nq_strndup(s.p, s.n);
}

void
nq_words_add(struct nq_words *w, const char *s)
{
	nq_words_addn(w, nq_str(s));
}

void
nq_words_addf(struct nq_words *w, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = nq_malloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	nq_words_add(w, text);
	free(text);
}

void
nq_words_last(struct nq_words *w, size_t i)
{
	char *word = w->v[i];

	memmove(&w->v[i], &w->v[i + 1], (w->n - i - 1) * sizeof(*w->v));
	w->v[w->n - 1] = word;
}

void
nq_words_free(struct nq_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	w->v = NULL;
	w->n = 0;
}

static bool
all_plain(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:=@%+,-";

	return *s != '\0' && s[strspn(s, plain)] == '\0';
}

static bool
printable(const char *s)
{
	size_t n = strlen(s);

	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return nq_utf8_check(s, n) == n;
}

void
nq_words_quote(struct nq_buf *b, const char *s)
{
	bool plain = all_plain(s), quotes = printable(s);

	if (plain) {
		nq_buf_adds(b, s);
		return;
	}
	nq_buf_adds(b, quotes ? "'" : "$'");
	for (; *s != '\0'; s++) {
		if (quotes && *s == '\'')
			nq_buf_adds(b, "'\\''");
		else if (quotes || ((unsigned char)*s >= 0x20 && (unsigned char)*s < 0x7f &&
				       *s != '\'' && *s != '\\'))
			nq_buf_addc(b, *s);
		else
			nq_buf_addf(b, "\\%03o", (unsigned char)*s);
	}
	nq_buf_addc(b, '\'');
}
