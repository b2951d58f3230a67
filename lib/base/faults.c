#include "base/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

int
nq_faults_take(struct nq_faults *f, const struct nq_err *err)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->v[i].msg, err->msg) == 0)
			return -1;
	if (f->n == NQ_MAX_FAULTS) {
		f->more++;
		return -1;
	}
	f->v = nq_reallocarray(f->v, f->n + 1, sizeof(*f->v));
	f->v[f->n++] = *err;
	return -1;
}

int
nq_faults_add(
    struct nq_faults *f, const char *path, size_t line, size_t column, const char *fmt, ...)
{
	struct nq_err err = NQ_ERR_INIT;
	va_list ap;

	err.status = NQ_USAGE;
	va_start(ap, fmt);
	vsnprintf(err.msg, sizeof(err.msg), fmt, ap);
	va_end(ap);
	nq_err_at(&err, "%s:%zu:%zu: ", path, line, column);
	return nq_faults_take(f, &err);
}

void
nq_faults_free(struct nq_faults *f)
{
	free(f->v);
	f->v = NULL;
	f->n = f->more = 0;
}
