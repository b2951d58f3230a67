#ifndef NQ_STATE_NUNTIQ_ROW_H
#define NQ_STATE_NUNTIQ_ROW_H

#include "json/doc.h"
#include "state/row.h"

/*
 * A row as the platform has it. What it has no member for is in its metadata:
 *
 *	"nq": {"run_id", "lower_bound", "destination", "none"}
 *
 * none is for a run that ends without a cursor, which the platform does not know: the value that
 * was sent in its place, and which is read back as none.
 */

/*
 * Fills the row but for the run of a row that is not succeeded: only complete stores metadata.
 * Members may be missing or null, numbers may be strings and strings numbers; a status or cursor
 * that cannot be is an error.
 */
int nq_nuntiq_row_read(struct nq_row *, const struct nq_doc *, uint32_t object, struct nq_err *);

/* Takes only when the run began; object may be NQ_NONE. */
void nq_nuntiq_row_start(struct nq_row *, const struct nq_doc *, uint32_t object);

/* Adds the value to commit, which is never none, and the metadata of a completed row. */
void nq_nuntiq_row_cursor(const struct nq_row *, struct nq_buf *);
int nq_nuntiq_row_metadata(const struct nq_row *, struct nq_buf *, struct nq_err *);

/* The name of the type that the platform is told: it wants one always. */
const char *nq_nuntiq_row_type(const struct nq_row *);

#endif
