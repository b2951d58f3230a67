#ifndef NQ_PLAN_WORDS_H
#define NQ_PLAN_WORDS_H

#include <stddef.h>

#include "base/buf.h"

/* The words of a command line, in order. Each is owned and holds no NUL. */
struct nq_words {
	char **v;
	size_t n;
};

void nq_words_add(struct nq_words *, const char *);
void nq_words_addn(struct nq_words *, struct nq_str);
void nq_words_addf(struct nq_words *, const char *, ...) __attribute__((format(printf, 2, 3)));
void nq_words_last(struct nq_words *, size_t i); /* moves word i to the end */
void nq_words_free(struct nq_words *);

/*
 * Adds the text as one word of bash(1), whatever bytes it holds: as it is where every byte is
 * plain, in single quotes where it can be printed, else as $'…' with octal escapes.
 */
void nq_words_quote(struct nq_buf *, const char *);

#endif
