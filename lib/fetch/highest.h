#ifndef NQ_FETCH_HIGHEST_H
#define NQ_FETCH_HIGHEST_H

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "base/watermark.h"

/*
 * The highest watermark of a page. What nq_watermark_raise() does, but an instant is read once,
 * and not for each comparison. The text is the page's, empty while there is none.
 */
struct nq_highest {
	enum nq_cursor_type type;
	struct nq_buf *text;
	struct nq_time instant; /* what the text says, of a timestamp */
};

/* -1: the value cannot be of that type; the message tells why. */
int nq_highest_take(struct nq_highest *, struct nq_str, struct nq_err *);

#endif
