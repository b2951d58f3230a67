#include "reqlog.h"

#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "conf.h"
#include "faults.h"
#include "when.h"

#define PATHS_MAX 1000

static int log_fd = -1;
static struct sb line;
static long long requests, counted;
static int in_flight, max_in_flight;
static struct {
	char *path;
	long long n;
} paths[PATHS_MAX];
static int npaths;

void
reqlog_open(const char *path)
{
	if (path == NULL)
		return;
	log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd == -1)
		err(1, "%s", path);
}

struct header_list {
	struct sb *out;
	const char *sep;
};

static enum MHD_Result
put_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct header_list *l = cls;
	struct sb low = {NULL, 0, 0};

	(void)kind;
	for (; *name != '\0'; name++)
		sb_ch(&low, (char)tolower((unsigned char)*name));
	sb_str(l->out, l->sep);
	js_puts(l->out, low.p);
	sb_ch(l->out, ':');
	js_puts(l->out, value != NULL ? value : "");
	l->sep = ",";
	sb_free(&low);
	return MHD_YES;
}

void
reqlog_describe(struct sb *out, const struct req *r)
{
	struct header_list l = {out, ""};

	sb_str(out, "\"method\":");
	js_puts(out, r->method);
	sb_str(out, ",\"path\":");
	js_puts(out, r->raw_path);
	sb_str(out, ",\"query\":{");
	for (int i = 0; i < r->nquery; i++) {
		sb_str(out, i > 0 ? "," : "");
		js_puts(out, r->query[i].name);
		sb_ch(out, ':');
		js_puts(out, r->query[i].value);
	}
	sb_str(out, "},\"raw_query\":");
	js_puts(out, r->raw_query);
	sb_str(out, ",\"headers\":{");
	MHD_get_connection_values(r->con, MHD_HEADER_KIND, put_header, &l);
	sb_ch(out, '}');
}

static int
client_port(const struct req *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->con, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (info == NULL || info->client_addr == NULL)
		return 0;
	if (info->client_addr->sa_family == AF_INET6)
		return ntohs(
		    ((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_port);
	return ntohs(((const struct sockaddr_in *)(const void *)info->client_addr)->sin_port);
}

static void
count(const struct req *r)
{
	int i;

	requests++;
	for (i = 0; i < npaths; i++)
		if (strcmp(paths[i].path, r->raw_path) == 0)
			break;
	if (i == npaths) {
		if (npaths == PATHS_MAX)
			return;
		paths[npaths++].path = sb_dup(r->raw_path, strlen(r->raw_path));
	}
	paths[i].n++;
}

void
reqlog_write(const struct req *r)
{
	struct instant now = when_now();

	count(r);
	counted++;
	if (log_fd == -1)
		return;
	sb_reset(&line);
	sb_fmt(&line, "{\"n\":%lld,\"t\":\"", counted);
	when_put(&line, now.s);
	line.len--;
	sb_fmt(&line, ".%03uZ\",\"port\":%d,", now.ns / 1000000, client_port(r));
	reqlog_describe(&line, r);
	sb_fmt(&line, ",\"body_bytes\":%zu,\"status\":%d,\"fault\":", r->in.len, r->status);
	js_puts(&line, faults_name(r->fault));
	if (conf.log_bodies) {
		sb_str(&line, ",\"body\":");
		js_put(&line, r->in.p, r->in.len);
	}
	sb_str(&line, "}\n");
	if (write(log_fd, line.p, line.len) != (ssize_t)line.len)
		err(1, "request log");
}

void
reqlog_in_flight(int change)
{
	in_flight += change;
	if (in_flight > max_in_flight)
		max_in_flight = in_flight;
}

void
reqlog_stats(struct req *r)
{
	sb_fmt(&r->out, "{\"requests\":%lld,\"max_in_flight\":%d,\"by_path\":{", requests,
	    max_in_flight);
	for (int i = 0; i < npaths; i++) {
		sb_str(&r->out, i > 0 ? "," : "");
		js_puts(&r->out, paths[i].path);
		sb_fmt(&r->out, ":%lld", paths[i].n);
	}
	sb_str(&r->out, "}}");
}

void
reqlog_reset(struct req *r)
{
	for (int i = 0; i < npaths; i++) {
		free(paths[i].path);
		paths[i].n = 0;
	}
	npaths = 0;
	requests = 0;
	max_in_flight = in_flight;
	sb_str(&r->out, "{\"ok\":true}");
}
