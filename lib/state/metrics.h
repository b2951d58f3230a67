#ifndef NQ_STATE_METRICS_H
#define NQ_STATE_METRICS_H

#include "base/buf.h"
#include "base/time.h"
#include "state/row.h"

/* Adds the rows as Prometheus text (exposition format 0.0.4), as they stand at the instant now. */
void nq_metrics_format(const struct nq_row *rows, size_t n, struct nq_time now, struct nq_buf *);

#endif
