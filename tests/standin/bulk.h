/*
 * One body of any size, made while it is sent: GET /bulk?records=N&format=json|ndjson|csv.
 * Each record takes 256 bytes; records=0 never ends. Sent in chunks, without a length.
 */
#ifndef STANDIN_BULK_H
#define STANDIN_BULK_H

#include <sys/types.h>

#include "req.h"

void bulk_begin(struct req *r);

/* libmicrohttpd's content reader; cls is the request. */
ssize_t bulk_read(void *cls, uint64_t pos, char *buf, size_t max);

#endif
