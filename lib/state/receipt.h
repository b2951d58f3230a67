#ifndef NQ_STATE_RECEIPT_H
#define NQ_STATE_RECEIPT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/watermark.h"

/* What nq-load answers once everything is durable, as far as the cursor needs it. */
struct nq_receipt {
	uint64_t records;
	enum nq_cursor_type cursor_type; /* NONE when nobody tracked one */
	struct nq_buf watermark;	 /* empty: no record came */
	struct nq_buf destination;
};

void nq_receipt_init(struct nq_receipt *);
void nq_receipt_free(struct nq_receipt *);

/* The whole text must be one receipt: an object with records and destination, no key twice.
 * NUL-terminated. */
int nq_receipt_read(struct nq_receipt *, struct nq_str text, struct nq_err *);

#endif
