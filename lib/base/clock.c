#include "base/clock.h"

#include <time.h>

int64_t
nq_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NQ_NS_PER_S + ts.tv_nsec;
}

int64_t
nq_clock_ms(void)
{
	return nq_clock_ns() / NQ_NS_PER_MS;
}
