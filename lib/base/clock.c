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

void
nq_clock_sleep(int64_t ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * NQ_NS_PER_MS};

	nanosleep(&ts, NULL);
}
