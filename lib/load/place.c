#include "load/place.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/time.h"

char *
nq_place_absolute(const char *file, const char *form, struct nq_err *err)
{
	const char *slash = strrchr(file, '/'), *base = slash != NULL ? slash + 1 : file;
	char *dir = slash == NULL   ? nq_strdup(".")
		    : slash == file ? nq_strdup("/")
				    : nq_strndup(file, (size_t)(slash - file));
	char real[PATH_MAX];
	struct nq_buf path = NQ_BUF_INIT;

	if (*base == '\0' || *base == ':')
		nq_err_set(
		    err, NQ_USAGE, "option '--to': '%s' names no file: write %s", file, form);
	else if (realpath(dir, real) == NULL)
		nq_err_set(err, NQ_FAIL, "cannot open '%s':", file);
	else
		nq_buf_addf(&path, "%s/%s", strcmp(real, "/") == 0 ? "" : real, base);
	free(dir);
	return path.len > 0 ? nq_buf_take(&path) : NULL;
}

void
nq_place_add_now(struct nq_buf *b)
{
	struct nq_time now = nq_time_now();

	now.atto = now.atto / 1000000000000000 * 1000000000000000;
	nq_time_format(now, b);
}
