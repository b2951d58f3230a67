#ifndef NQ_BASE_WATERMARK_H
#define NQ_BASE_WATERMARK_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * How far a pull has got, and how two such values compare. The names are those of Nuntiq's delta
 * state: timestamps are compared as instants, numeric ids as numbers of any length; an opaque
 * token has no order, and the last one seen counts.
 */
enum nq_cursor_type { NQ_CURSOR_NONE, NQ_CURSOR_TIMESTAMP, NQ_CURSOR_NUMERIC, NQ_CURSOR_OPAQUE };

const char *nq_cursor_type_name(enum nq_cursor_type); /* "timestamp_utc" …; NULL for none */
int nq_cursor_type_parse(struct nq_str, enum nq_cursor_type *, struct nq_err *);

/* Whether the value can be of that type, and is not too long; else an error that says why. */
int nq_watermark_check(enum nq_cursor_type, struct nq_str, struct nq_err *);

/* Order of two values that passed the check; opaque: 0 when equal, else 1. */
int nq_watermark_cmp(enum nq_cursor_type, struct nq_str, struct nq_str);

/* Makes high the higher of both (opaque: the new one). Empty means none yet. */
void nq_watermark_raise(enum nq_cursor_type, struct nq_buf *high, struct nq_str value);

#endif
