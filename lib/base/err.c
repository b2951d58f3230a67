#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
nq_err_set(struct nq_err *err, enum nq_status status, const char *fmt, ...)
{
	int saved = errno;
	size_t n = strlen(fmt), used;
	va_list ap;

	err->status = status;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	used = strlen(err->msg);
	if (n > 0 && fmt[n - 1] == ':')
		snprintf(err->msg + used, sizeof(err->msg) - used, " %s", strerror(saved));
	return -1;
}

int
nq_err_at(struct nq_err *err, const char *fmt, ...)
{
	char rest[NQ_MAX_MESSAGE];
	size_t used;
	va_list ap;

	memcpy(rest, err->msg, sizeof(rest));
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, "%s", rest);
	return -1;
}

int
nq_err_add(struct nq_err *err, const char *fmt, ...)
{
	size_t used = strlen(err->msg);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->msg + used, sizeof(err->msg) - used, fmt, ap);
	va_end(ap);
	return -1;
}
