#include "echo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "reqlog.h"

void
echo_request(struct req *r)
{
	sb_ch(&r->out, '{');
	reqlog_describe(&r->out, r);
	sb_str(&r->out, ",\"body\":");
	js_put(&r->out, r->in.p, r->in.len);
	sb_ch(&r->out, '}');
}

static const char *
type_of(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
	    {".json", "application/json"},
	    {".ndjson", "application/x-ndjson"},
	    {".csv", "text/csv"},
	    {".html", "text/html"},
	    {".gz", "application/gzip"},
	    {".zip", "application/zip"},
	};
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t e = strlen(types[i].end);

		if (n > e && strcmp(name + n - e, types[i].end) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

static int
open_below(const struct req *r, struct sb *path)
{
	if (conf.data_dir == NULL || r->npieces < 2)
		return -1;
	sb_str(path, conf.data_dir);
	for (int i = 1; i < r->npieces; i++) {
		if (strcmp(r->piece[i], "..") == 0 || strchr(r->piece[i], '/') != NULL)
			return -1;
		sb_ch(path, '/');
		sb_str(path, r->piece[i]);
	}
	return open(path->p, O_RDONLY | O_CLOEXEC);
}

void
echo_file(struct req *r)
{
	struct sb path = {NULL, 0, 0};
	int fd = open_below(r, &path);
	ssize_t n = fd == -1 ? -1 : 1;

	while (n > 0) {
		sb_need(&r->out, 65536);
		n = read(fd, r->out.p + r->out.len, 65536);
		r->out.len += n > 0 ? (size_t)n : 0;
	}
	if (n == -1)
		reply_error(r, 404, "error", "no such file");
	else
		r->type = type_of(path.p);
	if (fd != -1)
		close(fd);
	sb_free(&path);
}
