#ifndef NQ_BASE_PROGRESS_H
#define NQ_BASE_PROGRESS_H

#include <stdint.h>

#include "base/err.h"

/*
 * One line on stderr that tells how far the tool is, drawn over itself where a person looks at
 * it: pages, records, bytes a second, share and time left where a total is known, and why it
 * waits. SIGUSR1 prints it at any moment, whoever looks; the handler formats it itself, from
 * numbers alone, so that it answers even while the tool hangs in a write.
 *
 * All calls do nothing before nq_progress_open().
 */

/*
 * when is "never", "always", or "auto": only if stderr is a terminal that stdout does not write
 * to. With "always" and no terminal it is a line of its own once a second.
 */
int nq_progress_open(const char *tool, const char *when, struct nq_err *);

/* total is the number of records that there shall be, 0 when nobody knows. */
void nq_progress_page(uint64_t pages, uint64_t records, uint64_t total);
void nq_progress_bytes(uint64_t more);

/* why is copied, as far as there is room; NULL: it waits no more. */
void nq_progress_waits(const char *why, int64_t ms);

/* Draws the line if it is time to. */
void nq_progress_tick(void);

/* Takes the line away, before other text on stderr; the next tick brings it back. */
void nq_progress_hide(void);

/* Takes it away for good. */
void nq_progress_close(void);

#endif
