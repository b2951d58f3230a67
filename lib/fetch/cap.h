#ifndef NQ_FETCH_CAP_H
#define NQ_FETCH_CAP_H

#include "base/buf.h"
#include "base/time.h"
#include "base/watermark.h"
#include "http/headers.h"

/*
 * A timestamp mark never passes the moment when the walk began: one row dated 2099, or rows
 * written while the pages were read, must not make later runs blind. The moment is the server's:
 * Date minus Age minus one second of the first response, or where it tells no Date ours.
 */
struct nq_time nq_cap_of(const struct nq_headers *, struct nq_time started);

/*
 * Lowers mark to the cap if it lies above, written in the mark's own form (separator, digits of
 * the fraction, zone), and tells whether it did.
 */
bool nq_cap_apply(struct nq_buf *mark, struct nq_time cap);

/*
 * --until: a pull that asked for nothing after a moment, and came to its end, is done with all up
 * to it, whatever there was: the mark is that moment, or the cap if that comes first. A record from
 * beyond it, as of a search index that lags behind the rows it shows, says nothing about what else
 * is there: true when there was one.
 */
int nq_cap_until_check(const char *until, enum nq_cursor_type, struct nq_err *);
bool nq_cap_until(struct nq_buf *mark, const char *until, struct nq_time cap);

#endif
