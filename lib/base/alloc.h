#ifndef NQ_BASE_ALLOC_H
#define NQ_BASE_ALLOC_H

#include <stddef.h>

/*
 * Memory that is there or the program is not: on exhaustion these write one line to stderr and
 * end the process with status 75, for a short-lived filter has nothing better to do. The only
 * place in lib/ that exits. What they return is the caller's to free(3).
 */

void *nq_malloc(size_t);
void *nq_calloc(size_t, size_t);
void *nq_realloc(void *, size_t);
void *nq_reallocarray(void *, size_t, size_t);
char *nq_strdup(const char *);
char *nq_strndup(const char *, size_t);

#endif
