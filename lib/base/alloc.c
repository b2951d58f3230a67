#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

static void *
must(void *p)
{
	static const char text[] = "nq: out of memory\n";

	if (p == NULL) {
		if (write(STDERR_FILENO, text, sizeof(text) - 1) == -1)
			_exit(NQ_TEMPFAIL);
		_exit(NQ_TEMPFAIL);
	}
	return p;
}

/* No object is larger than a pointer difference: such a size is a sum that went wrong. */
static size_t
sane(size_t n)
{
	if (n > PTRDIFF_MAX)
		must(NULL);
	return n == 0 ? 1 : n;
}

void *
nq_malloc(size_t n)
{
	return must(malloc(sane(n)));
}

void *
nq_calloc(size_t n, size_t size)
{
	return must(calloc(n == 0 ? 1 : n, size == 0 ? 1 : size));
}

void *
nq_realloc(void *p, size_t n)
{
	return must(realloc(p, sane(n)));
}

void *
nq_reallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return must(NULL);
	return nq_realloc(p, n * size);
}

char *
nq_strdup(const char *s)
{
	return nq_strndup(s, strlen(s));
}

char *
nq_strndup(const char *s, size_t n)
{
	char *p = nq_malloc(n + 1);

	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}
