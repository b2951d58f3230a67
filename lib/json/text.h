#ifndef NQ_JSON_TEXT_H
#define NQ_JSON_TEXT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/*
 * Strings in their JSON spelling. Decoding takes what stands between the quotes of a string that
 * yajl has accepted; writing escapes only what RFC 8259 says must be, and passes UTF-8 as it is.
 */

/* Adds what the escapes stand for. -1: a surrogate without its other half. */
int nq_text_decode(struct nq_str raw, struct nq_buf *);

/* Adds "s", quoted. */
void nq_text_quote(struct nq_buf *, struct nq_str s);

/*
 * For the small objects we write ourselves: [,]"name": and the value; null for NULL. The comma
 * comes unless the buffer ends in '{'.
 */
void nq_text_name(struct nq_buf *, const char *name);
void nq_text_member(struct nq_buf *, const char *name, const char *value);
void nq_text_number(struct nq_buf *, const char *name, uint64_t value);

/*
 * Makes one line of a valid JSON text from offset from on: outside strings white space goes, and
 * all else stays as it was.
 */
void nq_text_compact(struct nq_buf *, size_t from);

#endif
