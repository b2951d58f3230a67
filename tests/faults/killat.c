/*
 * killat N COMMAND…: SIGKILL for COMMAND and all it started, as it is about to make its N-th
 * system call. With N = 0 it only counts, and tells the number on stderr. Ends with 137 when it
 * killed, else with the status of COMMAND.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 256 };

static struct {
	pid_t pid;
	bool inside; /* between the entry of a system call and its return */
} tasks[MOST];
static int ntasks;

static int
task(pid_t pid)
{
	for (int i = 0; i < ntasks; i++)
		if (tasks[i].pid == pid)
			return i;
	if (ntasks == MOST)
		exit(2);
	tasks[ntasks].pid = pid;
	tasks[ntasks].inside = false;
	return ntasks++;
}

static pid_t
start(char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	pid_t pid = fork();
	int st;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		kill(getpid(), SIGSTOP);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &st, 0) == -1 ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, options) == -1) {
		perror("killat");
		exit(2);
	}
	task(pid);
	return pid;
}

static int
kill_all(void)
{
	int st;

	for (int i = 0; i < ntasks; i++)
		kill(tasks[i].pid, SIGKILL);
	while (waitpid(-1, &st, __WALL) > 0)
		;
	return 137;
}

/* The signal to pass on when a stopped task goes on. */
static int
signal_of(int st)
{
	int sig = WSTOPSIG(st);

	return sig == SIGSTOP || sig == SIGTRAP || sig == (SIGTRAP | 0x80) ? 0 : sig;
}

static bool
enters(pid_t pid, int st)
{
	int i = task(pid);

	if (WSTOPSIG(st) != (SIGTRAP | 0x80))
		return false;
	tasks[i].inside = !tasks[i].inside;
	return tasks[i].inside;
}

int
main(int argc, char **argv)
{
	long at = argc > 2 ? strtol(argv[1], NULL, 10) : 0, calls = 0;
	int st, status = 2;
	pid_t root, pid;

	if (argc < 3)
		return 2;
	root = start(argv + 2);
	ptrace(PTRACE_SYSCALL, root, NULL, NULL);
	while ((pid = waitpid(-1, &st, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(st)) {
			if (enters(pid, st) && ++calls == at)
				return kill_all();
			ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal_of(st));
		} else if (pid == root) {
			status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
		}
	}
	if (at == 0)
		fprintf(stderr, "%ld\n", calls);
	return status;
}
