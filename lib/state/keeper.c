#include "state/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "state/holders.h"
#include "state/id.h"
#include "state/lock.h"
#include "state/postgres_table.h"

enum { TAKE_STEP_MS = 100, LINGER_MS = 300, MERCY_MS = 3000, KILLS = 50, OVER_MS = 200 };

static volatile sig_atomic_t stop;

static void
on_alarm(int sig)
{
	stop = sig;
}

/* It goes on while the machine sleeps, and so does the clock of the server. */
static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* === taking ================================================================================ */

static void
report(const struct nq_keeper *k, const struct nq_err *err)
{
	struct nq_keeper_report r;

	memset(&r, 0, sizeof(r));
	r.status = err != NULL ? err->status : NQ_OK;
	if (err != NULL)
		memcpy(r.msg, err->msg, sizeof(r.msg));
	memcpy(r.token, k->lease.token.data, k->lease.token.len);
	nq_io_write_all(k->guard, &r, sizeof(r));
}

/* The guard says nothing so early: that there is news of it is its end. */
static void
end_with_guard(const struct nq_keeper *k)
{
	struct pollfd p = {k->guard, POLLIN, 0};

	if (poll(&p, 1, TAKE_STEP_MS) == 1)
		_exit(0);
}

/* A lease counts from before it was asked for: its answer may have been long on its way. */
static int
take_once(struct nq_keeper *k, struct nq_buf *who, struct nq_err *err)
{
	int rc;

	k->last = now_ms();
	rc = nq_lease_take(&k->lease, who, err);
	if (rc != 1 || now_ms() < k->last + k->lease.ms / 5)
		return rc;
	k->last = now_ms();
	return nq_lease_renew(&k->lease, err);
}

static int
take(struct nq_keeper *k, struct nq_err *err)
{
	struct nq_buf who = NQ_BUF_INIT;
	int64_t end = now_ms() + k->wait_ms;
	int rc = nq_postgres_connect(k->lease.pg, err);

	while (rc == 0) {
		nq_buf_reset(&who);
		rc = take_once(k, &who, err);
		if (rc != 0 || now_ms() >= end)
			break;
		end_with_guard(k);
	}
	if (rc == 0)
		nq_lock_elsewhere(k->lease.key, who.data, err);
	nq_buf_free(&who);
	return rc == 1 ? 0 : -1;
}

/* === keeping =============================================================================== */

/* Connecting must not take us beyond the time when the run has to be ended, whatever the URL says.
 */
static void
set_alarm(int64_t ms)
{
	struct itimerval t = {{0, 0}, {0, 0}};

	stop = 0;
	t.it_value.tv_sec = (time_t)(ms / 1000);
	t.it_value.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	setitimer(ITIMER_REAL, &t, NULL);
}

/* A renewal need not outlive a crash of the server, so it does not wait for the disk. */
static int
hurry(struct nq_keeper *k, struct nq_err *err)
{
	return nq_pg_exec(k->lease.pg, "SET synchronous_commit = off", err);
}

/*
 * Tells the guard ("l"), and ends all that hold the pipe; they have until kill_at to do it in an
 * orderly way. The guard ends what closed it, for it sees us go.
 */
static void
end_run(struct nq_keeper *k, int64_t kill_at, const char *why)
{
	struct pollfd p = {k->pipe, 0, 0};
	int64_t left;

	nq_io_write_all(k->guard, "l", 1);
	nq_log(NQ_LOG_ERROR, "lock",
	    "the lock of '%s/%s' is lost (%s): the run is ended, and what it has not committed the "
	    "next one repeats",
	    k->lease.key.connector, k->lease.key.stream, why);
	nq_holders_signal(k->pipe, SIGTERM);
	do
		left = kill_at - now_ms();
	while (left > 0 && poll(&p, 1, (int)left) != 1);
	for (int i = 0; p.revents == 0 && i < KILLS; i++) {
		nq_holders_signal(k->pipe, SIGKILL);
		poll(&p, 1, 20);
	}
}

/*
 * Looking up a name takes as long as it likes, and no signal ends that. When it is too long for us
 * to end the run, a deputy does; the keeper, which holds the pipe as well, is ended with it.
 */
static pid_t
start_deputy(struct nq_keeper *k)
{
	pid_t pid = fork();
	int64_t left;

	if (pid != 0)
		return pid;
	while ((left = k->last + k->lease.ms * 3 / 4 - now_ms()) > 0)
		nq_clock_sleep(left);
	end_run(k, k->last + k->lease.ms * 85 / 100, "looking up a name takes too long");
	_exit(0);
}

static void
end_deputy(pid_t pid)
{
	pid_t ended;

	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	do
		ended = waitpid(pid, NULL, 0);
	while (ended == -1 && errno == EINTR);
}

static int
connect_again(struct nq_keeper *k, int64_t until, struct nq_err *err)
{
	struct nq_pg *pg = k->lease.pg;
	pid_t deputy = start_deputy(k);
	int rc;

	pg->stop = &stop;
	pg->connect_ms = pg->answer_ms;
	set_alarm(pg->answer_ms + OVER_MS);
	rc = nq_pg_connect(pg, err);
	set_alarm(0);
	end_deputy(deputy);
	pg->stop = NULL;
	pg->answer_ms = until - now_ms();
	if (rc == 0 && pg->answer_ms > 0)
		rc = hurry(k, err);
	return rc;
}

/*
 * 1: renewed, 0: somebody else has it, -1: not by now. An answer that does not come on a connection
 * from before leaves time to try a new one.
 */
static int
renew(struct nq_keeper *k, int64_t until, struct nq_err *err)
{
	struct nq_pg *pg = k->lease.pg;
	int64_t left = until - now_ms();
	int rc = 0;

	if (left <= 0)
		return -1;
	if (pg->fault == NQ_PG_NONE) {
		pg->answer_ms = left < k->lease.ms / 4 ? left : k->lease.ms / 4;
	} else {
		pg->answer_ms = left;
		rc = connect_again(k, until, err);
	}
	if (rc == 0 && pg->answer_ms > 0)
		rc = nq_lease_renew(&k->lease, err);
	return pg->answer_ms > 0 ? rc : -1;
}

/*
 * The command has ended. What it has left running keeps the lease, but the guard need not wait for
 * that; what is only just ending, it waits for, so that the next run finds the lease free.
 */
static void
let_guard_go(struct nq_keeper *k)
{
	struct pollfd p = {k->pipe, 0, 0};

	k->left = true;
	k->free = k->free || poll(&p, 1, LINGER_MS) == 1;
	if (!k->free)
		nq_io_write_all(k->guard, "k", 1);
}

/* Whether all are gone before it is time for something else. */
static bool
wait_for_end(struct nq_keeper *k, int64_t until)
{
	struct pollfd p[2];
	int64_t left;

	while ((left = until - now_ms()) > 0 && !(k->left && k->free)) {
		p[0] = (struct pollfd){k->free ? -1 : k->pipe, 0, 0};
		p[1] = (struct pollfd){k->left ? -1 : k->guard, POLLIN, 0};
		if (poll(p, 2, (int)left) <= 0)
			continue;
		k->free = k->free || p[0].revents != 0;
		if (p[1].revents != 0)
			let_guard_go(k);
	}
	return k->left && k->free;
}

/* Nothing failed when nothing was tried: this process was stopped, or the machine slept. */
static const char *
reason(const struct nq_err *err)
{
	return err->msg[0] != '\0' ? err->msg : "this host stood still for too long";
}

static void
end_superseded(struct nq_keeper *k)
{
	struct nq_buf why = NQ_BUF_INIT, who = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	nq_buf_adds(&why, "somebody else took it");
	if (nq_lease_holder(&k->lease, &who, &err) == 0 && who.len > 0)
		nq_buf_addf(&why, ": %s", who.data);
	end_run(k, now_ms() + MERCY_MS, why.data);
	nq_buf_free(&who);
	nq_buf_free(&why);
}

/* Whether the lease is ours until the end. */
static bool
keep(struct nq_keeper *k)
{
	int64_t ms = k->lease.ms, next = k->last + ms / 5, asked;
	struct nq_err err = NQ_ERR_INIT;
	int rc;

	while (!wait_for_end(k, next)) {
		asked = now_ms();
		rc = renew(k, k->last + ms * 3 / 5, &err);
		if (rc == 1)
			k->last = asked;
		next = asked + (rc == 1 ? ms / 5 : ms / 20);
		if (rc == 0) {
			end_superseded(k);
			return false;
		}
		if (rc == -1 && now_ms() >= k->last + ms * 3 / 5) {
			end_run(k, k->last + ms * 85 / 100, reason(&err));
			return false;
		}
	}
	return true;
}

/* === the process =========================================================================== */

/* Nothing of the caller's is kept but its stderr. */
static void
settle(struct nq_keeper *k)
{
	int null = open("/dev/null", O_RDWR);
	struct sigaction sa;

	setsid();
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	for (int fd = 3, most = (int)sysconf(_SC_OPEN_MAX); fd < most && fd < 4096; fd++)
		if (fd != k->pipe && fd != k->guard)
			close(fd);
	memset(&sa, 0, sizeof(sa));
	sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_alarm;
	sigaction(SIGALRM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

_Noreturn void
nq_keeper_run(struct nq_keeper *k)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_pg *pg = k->lease.pg;

	settle(k);
	if (take(k, &err) == -1) {
		report(k, &err);
		_exit(0);
	}
	report(k, NULL);
	pg->lock_ms = pg->answer_ms = k->lease.ms / 4;
	if (hurry(k, &err) == -1)
		nq_log(NQ_LOG_DEBUG, "lock", "%s", err.msg);
	if (!keep(k))
		_exit(0);
	pg->answer_ms = k->lease.ms / 4;
	if (nq_lease_give(&k->lease, &err) == -1)
		nq_log(NQ_LOG_DEBUG, "lock", "the lease was not given back: %s", err.msg);
	_exit(0);
}
