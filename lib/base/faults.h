#ifndef NQ_BASE_FAULTS_H
#define NQ_BASE_FAULTS_H

#include <stddef.h>

#include "base/err.h"

/*
 * What is wrong with a connector or mapping file: several faults are told at once, each with its
 * place, so that one look mends them all. Beyond NQ_MAX_FAULTS only their number is kept.
 */
struct nq_faults {
	struct nq_err *v;
	size_t n;    /* in v */
	size_t more; /* beyond them */
};

/* Adds "path:line:column: message". Returns -1. */
int nq_faults_add(struct nq_faults *, const char *path, size_t line, size_t column, const char *,
    ...) __attribute__((format(printf, 5, 6)));

/* Adds an error as it is, place and all, unless it is there already. Returns -1. */
int nq_faults_take(struct nq_faults *, const struct nq_err *);

void nq_faults_free(struct nq_faults *);

#endif
