#include "base/beside.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

void
nq_beside_become(const char *program, char *const *argv, struct nq_err *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct nq_buf path = NQ_BUF_INIT;
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	nq_buf_add(&path, self, slash != NULL ? (size_t)(slash + 1 - self) : 0);
	nq_buf_adds(&path, program);
	execv(path.data, argv);
	nq_err_set(err, NQ_FAIL, "cannot run '%s', which this needs:", path.data);
	nq_buf_free(&path);
}
