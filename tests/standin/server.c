#include "server.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "conf.h"
#include "faults.h"
#include "reqlog.h"
#include "route.h"
#include "send.h"
#include "when.h"

#define MAX_CONNECTIONS 4000

static volatile sig_atomic_t stop;
static struct req *sleepers;
static int latency_ms;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

void
server_sleep(struct req *r, int ms)
{
	r->wake_ms = when_ms() + ms;
	r->next = sleepers;
	sleepers = r;
	MHD_suspend_connection(r->con);
}

/*
 * Wakes who is due. Gives the milliseconds to wait for the next one: 0 if
 * someone woke, since MHD_get_timeout() does not count the resumed; -1 if
 * nobody sleeps.
 */
static int64_t
wake_sleepers(bool all)
{
	int64_t now = when_ms(), wait = -1;
	struct req **at = &sleepers, *r;

	while ((r = *at) != NULL) {
		if (all || r->wake_ms <= now) {
			*at = r->next;
			MHD_resume_connection(r->con);
			wait = 0;
			continue;
		}
		if (wait == -1 || r->wake_ms - now < wait)
			wait = r->wake_ms - now;
		at = &r->next;
	}
	return wait;
}

void
server_latency(struct req *r)
{
	struct slice root;

	if (!req_json(r, &root))
		return;
	latency_ms = (int)js_int(js_get(root, "ms"), 0);
	sb_fmt(&r->out, "{\"ms\":%d}", latency_ms);
}

static bool
client_is_known(const struct req *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->con, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	unsigned status = 0;

	return info != NULL && gnutls_certificate_verify_peers2(info->tls_session, &status) == 0 &&
	       status == 0;
}

static void
answer(struct req *r)
{
	r->fault = r->control ? NULL : faults_pick(r);
	if (r->too_big)
		reply_error(r, 413, "message", "the body is larger than %zu bytes", REQ_BODY);
	else if (conf.client_ca != NULL && !r->control && !client_is_known(r))
		reply_error(r, 403, "error", "no client certificate that we know");
	else if (r->fault == NULL || !faults_replaces(r->fault) || r->fault->apply)
		route(r);
	if (r->fault != NULL)
		faults_reply(r, r->fault);
	if (!r->control)
		reqlog_write(r);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *con, const char *url, const char *method,
    const char *version, const char *data, size_t *size, void **con_cls)
{
	struct req *r = *con_cls;

	(void)cls, (void)url, (void)version;
	if (!r->seen) {
		r->seen = true;
		r->con = con;
		r->method = sb_dup(method, strlen(method));
		return MHD_YES;
	}
	if (*size > 0) {
		r->too_big = r->too_big || *size > REQ_BODY - r->in.len;
		if (!r->too_big)
			sb_add(&r->in, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (!r->served) {
		r->served = true;
		reqlog_in_flight(r->control ? 0 : 1);
		answer(r);
		if (latency_ms > 0 && !r->control) {
			server_sleep(r, latency_ms);
			return MHD_YES;
		}
	}
	return send_reply(r);
}

static void *
on_uri(void *cls, const char *uri, struct MHD_Connection *con)
{
	(void)cls, (void)con;
	return req_new(uri);
}

static void
on_done(void *cls, struct MHD_Connection *con, void **con_cls, enum MHD_RequestTerminationCode why)
{
	struct req *r = *con_cls;

	(void)cls, (void)con, (void)why;
	if (r == NULL)
		return;
	if (r->served && !r->control)
		reqlog_in_flight(-1);
	req_free(r);
	*con_cls = NULL;
}

static int
listen_on(const char *addr, long port)
{
	struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *ai;
	char service[16];
	int fd, on = 1, rc;

	snprintf(service, sizeof(service), "%ld", port);
	rc = getaddrinfo(addr, service, &hints, &ai);
	if (rc != 0)
		errx(2, "bad address '%s': %s", addr, gai_strerror(rc));
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 || listen(fd, 1024) == -1)
		err(1, "cannot listen on '%s' port %ld", addr, port);
	freeaddrinfo(ai);
	return fd;
}

static long
port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		err(1, "getsockname");
	if (ss.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&ss)->sin6_port);
	return ntohs(((struct sockaddr_in *)&ss)->sin_port);
}

/* By rename, so that a reader sees the whole number or nothing. */
static void
write_port_file(const char *path, long port)
{
	struct sb tmp = {NULL, 0, 0};
	FILE *f;

	if (path == NULL)
		return;
	sb_fmt(&tmp, "%s.new", path);
	f = fopen(tmp.p, "w");
	if (f == NULL || fprintf(f, "%ld\n", port) < 0 || fclose(f) != 0 ||
	    rename(tmp.p, path) == -1)
		err(1, "%s", path);
	sb_free(&tmp);
}

static char *
read_whole(const char *path)
{
	struct sb b = {NULL, 0, 0};
	FILE *f = fopen(path, "r");
	size_t n = 1;

	if (f == NULL)
		err(2, "%s", path);
	while (n > 0) {
		sb_need(&b, 4096);
		n = fread(b.p + b.len, 1, 4096, f);
		b.len += n;
		b.p[b.len] = '\0';
	}
	fclose(f);
	return b.p;
}

static struct MHD_Daemon *
start(int fd, char *cert, char *key, char *ca)
{
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem tls[] = {
	    {MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
	    {MHD_OPTION_HTTPS_MEM_KEY, 0, key},
	    {ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, ca},
	    {MHD_OPTION_END, 0, NULL},
	};
	struct MHD_Daemon *d;

	if (cert != NULL)
		flags |= MHD_USE_TLS | MHD_USE_ERROR_LOG;
	else
		tls[0].option = MHD_OPTION_END;
	d = MHD_start_daemon(flags, 0, NULL, NULL, on_request, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)131072, MHD_OPTION_ARRAY, tls,
	    MHD_OPTION_END);
	if (d == NULL)
		errx(1, "libmicrohttpd does not start");
	return d;
}

static int
wait_ms(struct MHD_Daemon *d)
{
	int64_t wait = wake_sleepers(false);
	MHD_UNSIGNED_LONG_LONG mhd;

	if (MHD_get_timeout(d, &mhd) == MHD_YES && (wait == -1 || (int64_t)mhd < wait))
		wait = (int64_t)mhd;
	return wait > 60000 ? 60000 : (int)wait;
}

static void
loop(struct MHD_Daemon *d)
{
	int fd = MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	sigset_t none;
	fd_set in;

	sigemptyset(&none);
	while (stop == 0) {
		int ms = wait_ms(d);
		struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

		FD_ZERO(&in);
		FD_SET(fd, &in);
		if (pselect(fd + 1, &in, NULL, NULL, ms < 0 ? NULL : &ts, &none) == -1 &&
		    errno != EINTR)
			err(1, "pselect");
		if (MHD_run(d) != MHD_YES)
			errx(1, "libmicrohttpd gave up");
	}
	wake_sleepers(true);
}

static void
catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL); /* they arrive in pselect only */
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void
server_run(void)
{
	char *cert = conf.tls_cert != NULL ? read_whole(conf.tls_cert) : NULL;
	char *key = conf.tls_key != NULL ? read_whole(conf.tls_key) : NULL;
	char *ca = conf.client_ca != NULL ? read_whole(conf.client_ca) : NULL;
	int fd = listen_on(conf.bind_addr, conf.port);
	struct MHD_Daemon *d;

	catch_signals();
	d = start(fd, cert, key, ca);
	write_port_file(conf.port_file, port_of(fd));
	loop(d);
	MHD_stop_daemon(d);
	free(cert);
	free(key);
	free(ca);
}
