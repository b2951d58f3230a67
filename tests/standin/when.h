/*
 * Instants: seconds since 1970-01-01T00:00:00Z and nanoseconds, always UTC.
 * when_parse takes RFC 3339 date-times with any offset and fraction (digits
 * after the ninth are ignored) and bare dates, which mean midnight UTC. A
 * date-time without an offset is refused: it names no instant.
 */
#ifndef STANDIN_WHEN_H
#define STANDIN_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct instant {
	int64_t s;
	uint32_t ns;
};

bool when_parse(const char *text, struct instant *out);
int when_cmp(struct instant a, struct instant b);
struct instant when_now(void);
int64_t when_ms(void);			   /* monotonic milliseconds */
void when_put(struct sb *out, int64_t s);  /* 2026-05-16T10:23:14Z */
void when_http(struct sb *out, int64_t s); /* RFC 9110 section 5.6.7 */

#endif
