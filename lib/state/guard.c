#include "state/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "state/id.h"
#include "state/keeper.h"

extern char **environ;

enum { GIVE_BACK_MS = 3000, MERCY_MS = 5000 };

static volatile sig_atomic_t child;

void
nq_guard_init(struct nq_guard *g)
{
	*g = (struct nq_guard){-1, -1, -1, false};
}

/* === start ================================================================================= */

static void
name_holder(struct nq_buf *holder)
{
	nq_buf_addf(holder, "pid %ld on ", (long)getpid());
	nq_id_host(holder);
}

static int
hear(struct nq_guard *g, struct nq_err *err)
{
	struct nq_keeper_report r;
	ssize_t n = recv(g->socket, &r, sizeof(r), MSG_WAITALL);

	if (n != (ssize_t)sizeof(r) || r.status != NQ_OK)
		waitpid(g->keeper, NULL, 0);
	if (n != (ssize_t)sizeof(r))
		return nq_err_set(err, NQ_TEMPFAIL, "the keeper of the lock died");
	if (r.status != NQ_OK)
		return nq_err_set(err, r.status, "%s", r.msg);
	if (setenv("NQ_LOCK", r.token, 1) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot tell the command of its lock:");
	return 0;
}

/* The child's side of the descriptors goes to it, ours stay. */
static int
fork_keeper(struct nq_guard *g, struct nq_keeper *k, struct nq_err *err)
{
	int ends[2], sockets[2];

	if (pipe(ends) == -1 || fcntl(ends[1], F_SETFD, FD_CLOEXEC) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == -1)
		return nq_err_set(err, NQ_FAIL, "cannot make a pipe:");
	g->pipe = ends[1];
	g->socket = sockets[0];
	g->keeper = fork();
	if (g->keeper == -1)
		return nq_err_set(err, NQ_FAIL, "cannot fork:");
	if (g->keeper == 0) {
		k->pipe = ends[0];
		k->guard = sockets[1];
		nq_keeper_run(k);
	}
	close(ends[0]);
	close(sockets[1]);
	return hear(g, err);
}

int
nq_guard_start(
    struct nq_guard *g, struct nq_pg *pg, struct nq_key key, int64_t wait_ms, struct nq_err *err)
{
	struct nq_keeper k = {
	    .lease = {.pg = pg, .key = key, .token = NQ_BUF_INIT, .holder = NQ_BUF_INIT},
	    .wait_ms = wait_ms};
	int rc = nq_lease_ms(&k.lease.ms, err);

	name_holder(&k.lease.holder);
	if (rc == 0)
		rc = nq_lease_name(&k.lease, err);
	if (rc == 0)
		rc = fork_keeper(g, &k, err);
	nq_buf_free(&k.lease.token);
	nq_buf_free(&k.lease.holder);
	return rc;
}

/* === run =================================================================================== */

/*
 * What a person sends to us is meant for the command; what the terminal sends it has got itself. A
 * signal that is ignored, as under nohup(1), the command shall find ignored too.
 */
static void
pass_on(int sig, siginfo_t *info, void *ctx)
{
	(void)ctx;
	if (info->si_code <= 0 && child > 0)
		kill((pid_t)child, sig);
}

static void
catch_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1};
	struct sigaction sa, was;

	signal(SIGCHLD, SIG_DFL);
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_flags = (int)SA_SIGINFO;
	sa.sa_sigaction = pass_on;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
}

static int
start(struct nq_guard *g, char *const *command, struct nq_err *err)
{
	pid_t pid;
	int error;

	g->pipe = nq_io_hand_down(g->pipe);
	error = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
	close(g->pipe);
	if (error != 0) {
		errno = error;
		return nq_err_set(err, NQ_FAIL, "cannot run '%s':", command[0]);
	}
	child = pid;
	return 0;
}

/* The next word of the keeper: 'k', or 'l', which is remembered; 0 when it is gone. */
static char
listen_to_keeper(struct nq_guard *g)
{
	char c = '\0';

	if (recv(g->socket, &c, 1, 0) != 1)
		c = '\0';
	g->lost = g->lost || c == 'l';
	return c;
}

/* Without its keeper nobody would end the command when the lease runs out. */
static void
watch_keeper(struct nq_guard *g, int pidfd)
{
	struct pollfd p[2] = {{pidfd, POLLIN, 0}, {g->socket, POLLIN, 0}};

	do
		if (poll(p, 2, -1) == -1)
			p[0].revents = p[1].revents = 0;
	while (p[0].revents == 0 && (p[1].revents == 0 || listen_to_keeper(g) != '\0'));
	if (p[0].revents != 0)
		return;
	if (!g->lost)
		nq_log(NQ_LOG_ERROR, "lock", "the keeper of the lock died: the command is ended");
	g->lost = true;
	kill((pid_t)child, SIGTERM);
	if (poll(p, 1, MERCY_MS) == 0)
		kill((pid_t)child, SIGKILL);
}

static int
wait_for_command(void)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid((pid_t)child, &status, 0);
	while (pid == -1 && errno == EINTR);
	child = 0;
	return status;
}

/*
 * Until the lease is given back, or the keeper says ("k") that somebody else still has it, or ("l")
 * that it is lost.
 */
static void
wait_for_keeper(struct nq_guard *g)
{
	struct pollfd p = {g->socket, POLLIN, 0};
	char c = 'l';

	shutdown(g->socket, SHUT_WR);
	while (c == 'l' && poll(&p, 1, GIVE_BACK_MS) == 1)
		c = listen_to_keeper(g);
	if (c == '\0')
		waitpid(g->keeper, NULL, 0);
}

/* What was done, without a fault or with rejects, stays done when its lock is lost after that. */
static bool
done(int status)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == NQ_OK || WEXITSTATUS(status) == NQ_PARTIAL);
}

int
nq_guard_run(struct nq_guard *g, char *const *command, struct nq_err *err)
{
	int pidfd, status;

	catch_signals();
	if (start(g, command, err) == -1)
		return -1;
	pidfd = (int)syscall(SYS_pidfd_open, (pid_t)child, 0);
	if (pidfd != -1)
		watch_keeper(g, pidfd);
	status = wait_for_command();
	wait_for_keeper(g);
	return g->lost && !done(status) ? W_EXITCODE(NQ_TEMPFAIL, 0) : status;
}
