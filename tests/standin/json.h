/*
 * JSON as slices of the text it came in. A text is judged once, by yajl
 * (RFC 8259, valid UTF-8, depth at most 128, one value and nothing after it);
 * every other function here relies on that and only walks. Slices borrow: they
 * live as long as the text. Numbers keep their digits.
 */
#ifndef STANDIN_JSON_H
#define STANDIN_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct slice {
	const char *p; /* NULL: absent */
	size_t n;
};

struct js_iter {
	const char *p;
	const char *end;
	bool object;
};

bool js_check(const char *text, size_t n, struct slice *root);

/* '{' '[' '"' 't' 'f' 'n' or '0' for a number; 0 when absent */
char js_kind(struct slice v);
bool js_is(struct slice v, const char *word); /* the very text, as in null */

void js_begin(struct js_iter *it, struct slice container);
bool js_next(struct js_iter *it, struct slice *key, struct slice *value);
struct slice js_get(struct slice object, const char *name);

/* Each gives fallback when the value is absent or of another type. */
long long js_int(struct slice v, long long fallback);
double js_num(struct slice v, double fallback);
char *js_text(struct slice v, const char *fallback); /* decoded; caller frees; NULL if both are */
void js_decode(struct sb *out, struct slice string); /* appends the decoded bytes */

void js_put(struct sb *out, const char *p, size_t n); /* writes a string with its quotes */
void js_puts(struct sb *out, const char *s);	      /* the same; NULL writes null */

#endif
