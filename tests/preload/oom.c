/*
 * Preloaded: the N-th request for memory is refused (NQ_OOM=N), or that and all after it
 * (NQ_OOM=N+). With NQ_OOM=0 it only counts. What it did is left in the file NQ_OOM_REPORT: the
 * number of requests at the end, or "refused" at the first refusal. NQ_OOM_SPARE=NAME lets those
 * pass that come from a library with NAME in its path: for libraries that fall over by themselves.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static struct passwd *(*real_getpwuid)(uid_t);

static atomic_long requests;
static long at = -1; /* negative: nothing counts */
static bool ever_after;
static const char *spare;
static _Thread_local bool in_names; /* glibc's own business */

/* What is asked for while the real functions are looked up. */
static _Alignas(16) char early[4096];
static size_t early_used;

static void *
get_early(size_t n)
{
	void *p = early + early_used;

	n = (n + 15) & ~(size_t)15;
	if (n > sizeof(early) - early_used)
		_exit(2);
	early_used += n;
	return p;
}

static bool
is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

/* By way of a void **: a function pointer out of a data pointer is what dlsym(3) asks for. */
#define LOOK_UP(function) *(void **)(&real_##function) = dlsym(RTLD_NEXT, #function)

static void
report(const char *text)
{
	const char *path = getenv("NQ_OOM_REPORT");
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd != -1) {
		if (write(fd, text, strlen(text)) == -1)
			_exit(2);
		close(fd);
	}
}

/* At the first request, which may come from the start-up code of a library. */
static bool
looked_up(void)
{
	static bool looking;

	if (real_malloc == NULL && !looking) {
		looking = true;
		LOOK_UP(getpwuid);
		LOOK_UP(free);
		LOOK_UP(realloc);
		LOOK_UP(calloc);
		LOOK_UP(malloc);
		looking = false;
	}
	return real_malloc != NULL;
}

/* Start-up code of libraries has run by now: what counts are the requests of the program. */
__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("NQ_OOM");
	char *end = NULL;

	if (text == NULL)
		return;
	spare = getenv("NQ_OOM_SPARE");
	at = strtol(text, &end, 10);
	ever_after = *end == '+';
}

__attribute__((destructor)) static void
finish(void)
{
	char text[32];

	if (at == 0) {
		snprintf(text, sizeof(text), "%ld", atomic_load(&requests));
		report(text);
	}
}

/* Whether the code that asks is of the library that is not to be hit. */
static bool
spared(const void *caller)
{
	Dl_info info;

	return in_names || (spare != NULL && dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
			       strstr(info.dli_fname, spare) != NULL);
}

static bool
refused(const void *caller)
{
	long n;

	if (at < 0 || spared(caller))
		return false;
	n = atomic_fetch_add(&requests, 1) + 1;
	if (at == 0 || n < at || (n > at && !ever_after))
		return false;
	if (n == at)
		report("refused");
	errno = ENOMEM;
	return true;
}

/* The names that the C library gives its parameters are reserved. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

void *
malloc(size_t n)
{
	if (!looked_up())
		return get_early(n);
	return refused(__builtin_return_address(0)) ? NULL : real_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	if (!looked_up())
		return get_early(n * size); /* static memory is zero */
	return refused(__builtin_return_address(0)) ? NULL : real_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	size_t most;
	void *q;

	if (looked_up() && !is_early(p))
		return refused(__builtin_return_address(0)) ? NULL : real_realloc(p, n);
	q = malloc(n);
	if (q != NULL && p != NULL) {
		most = (size_t)(early + sizeof(early) - (char *)p);
		memcpy(q, p, n < most ? n : most);
	}
	return q;
}

void
free(void *p)
{
	if (looked_up() && !is_early(p))
		real_free(p);
}

/* glibc 2.36 aborts in nss_database.c when it has no memory here, so it is spared. */
struct passwd *
getpwuid(uid_t uid)
{
	struct passwd *pw;

	in_names = true;
	pw = looked_up() ? real_getpwuid(uid) : NULL;
	in_names = false;
	return pw;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
