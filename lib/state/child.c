#define _GNU_SOURCE /* pipe2(2) */
#include "state/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { GRACE_STEPS = 200, GRACE_STEP_MS = 10 };

static void
close_pair(const int fd[2])
{
	for (int i = 0; i < 2; i++)
		if (fd[i] != -1)
			close(fd[i]);
}

/* In the new process: told is where a failure is reported to. Never returns. */
static void
become(char *const *argv, int in, int out, int told, pid_t parent)
{
	sigset_t none;
	int why;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	if ((in == -1 || dup2(in, STDIN_FILENO) != -1) && dup2(out, STDOUT_FILENO) != -1)
		execvp(argv[0], argv);
	why = errno;
	if (write(told, &why, sizeof(why)) == -1)
		_exit(126);
	_exit(127);
}

static int
exec_result(struct nq_child *c, int told, const char *name, struct nq_err *err)
{
	int why = 0;
	ssize_t n;

	do {
		n = read(told, &why, sizeof(why));
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		return 0;
	waitpid(c->pid, &c->status, 0);
	c->reaped = true;
	errno = n == (ssize_t)sizeof(why) ? why : EIO;
	return nq_err_set(err, NQ_FAIL, "cannot run '%s':", name);
}

int
nq_child_start(struct nq_child *c, char *const *argv, bool feed, struct nq_err *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, told[2] = {-1, -1}, rc = -1;
	pid_t parent = getpid();

	*c = (struct nq_child){-1, -1, -1, false, 0};
	if ((feed && pipe2(in, O_CLOEXEC) == -1) || pipe2(out, O_CLOEXEC) == -1 ||
	    pipe2(told, O_CLOEXEC) == -1 || (c->pid = fork()) == -1) {
		close_pair(in);
		close_pair(out);
		close_pair(told);
		return nq_err_set(err, NQ_TEMPFAIL, "cannot start '%s':", argv[0]);
	}
	if (c->pid == 0)
		become(argv, in[0], out[1], told[1], parent);
	close(told[1]);
	close(out[1]);
	if (feed)
		close(in[0]);
	rc = exec_result(c, told[0], argv[0], err);
	close(told[0]);
	c->to = in[1];
	c->from = out[0];
	if (rc == 0 && feed && fcntl(c->to, F_SETFL, O_NONBLOCK) == -1)
		rc = nq_err_set(err, NQ_FAIL, "cannot feed '%s':", argv[0]);
	return rc;
}

void
nq_child_look(struct nq_child *c)
{
	if (!c->reaped && c->pid > 0 && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->reaped = true;
}

void
nq_child_end(struct nq_child *c)
{
	if (c->to != -1)
		close(c->to);
	if (c->from != -1)
		close(c->from);
	c->to = c->from = -1;
	if (c->reaped || c->pid <= 0)
		return;
	kill(c->pid, SIGTERM);
	for (int i = 0; i < GRACE_STEPS && !c->reaped; i++) {
		nq_child_look(c);
		if (!c->reaped)
			nq_clock_sleep(GRACE_STEP_MS);
	}
	if (c->reaped)
		return;
	kill(c->pid, SIGKILL);
	waitpid(c->pid, &c->status, 0);
	c->reaped = true;
}

int
nq_child_verdict(const struct nq_child *c, const char *name, struct nq_err *err)
{
	int code;

	if (WIFSIGNALED(c->status)) {
		code = WTERMSIG(c->status);
		return nq_err_set(err, (enum nq_status)(128 + code),
		    "'%s' was ended by signal %d (%s)", name, code, strsignal(code));
	}
	code = WEXITSTATUS(c->status);
	if (code == 0)
		return 0;
	return nq_err_set(err, code == NQ_TEMPFAIL || code > 128 ? (enum nq_status)code : NQ_FAIL,
	    "'%s' ended with status %d", name, code);
}
