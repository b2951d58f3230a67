/*
 * An API that takes rows in bulk, as any: /ingest/NAME keeps what comes as an array,
 * NDJSON, {"NAME":[...]} or Elasticsearch's _bulk, and gives it back under GET.
 * In the query, key=MEMBER upserts by it, required=MEMBER refuses rows without it,
 * max=BYTES larger bodies, busy=N answers so many times 429 for each even row, and
 * answer=ok|status|failed|items tells of each row what became of it, in that shape.
 */
#ifndef STANDIN_INGEST_H
#define STANDIN_INGEST_H

#include "req.h"

void ingest_post(struct req *r);
void ingest_get(struct req *r);
void ingest_clear(struct req *r);
void ingest_close(void);

#endif
