#ifndef NQ_BASE_CLOCK_H
#define NQ_BASE_CLOCK_H

#include <stdint.h>

/*
 * The monotonic clock, for spans of time: nobody who sets the time of day can stop or hurry what
 * waits by it. It starts somewhere.
 */
#define NQ_NS_PER_MS INT64_C(1000000)
#define NQ_NS_PER_S  INT64_C(1000000000)

int64_t nq_clock_ns(void);
int64_t nq_clock_ms(void);

/* So long, or until a signal comes. */
void nq_clock_sleep(int64_t ms);

#endif
