#ifndef NQ_LOAD_LOAD_H
#define NQ_LOAD_LOAD_H

#include "load/sink.h"

/*
 * The loader: lines from standard input, batches into the sink, and, when everything is durable,
 * the receipt. Always: records = inserted + updated + unchanged + deleted + folded + rejected.
 */

/*
 * Loads the whole stream. NQ_OK or NQ_PARTIAL and the receipt line (empty for a dry run), or the
 * status of the error; where the stage before failed, that is its status, and err's own NQ_FAIL,
 * for nothing was wrong with our command line. After a signal (o->stop) the batch in hand is
 * dropped, and the error says what is in the destination.
 */
enum nq_status
nq_load_run(const struct nq_load_options *, int fd, struct nq_buf *receipt, struct nq_err *);

/* The answer to --probe: {"destination", "table_exists"}. Nothing is created. */
int nq_load_probe(const struct nq_load_options *, struct nq_buf *, struct nq_err *);

#endif
