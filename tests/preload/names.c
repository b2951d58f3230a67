/*
 * getaddrinfo(3) that gets no answer while the file NQ_TEST_NO_NAMES is there, as when the network
 * is gone: like the real one it does not come back for a signal.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int (*resolver)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* The names that the C library gives its parameters are reserved. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

int
getaddrinfo(const char *restrict node, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict res)
{
	const char *file = getenv("NQ_TEST_NO_NAMES");
	const struct timespec step = {0, 10000000};
	void *sym = dlsym(RTLD_NEXT, "getaddrinfo");
	resolver real;

	memcpy(&real, &sym, sizeof(real));
	while (file != NULL && access(file, F_OK) == 0)
		nanosleep(&step, NULL);
	return real(node, service, hints, res);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
