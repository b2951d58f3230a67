/*
 * killat [-w] N COMMAND…: SIGKILL for COMMAND and all it started, as one of them is about to make
 * the N-th system call of them all; with -w only calls count that write, sync or change the names
 * of files. With N = 0 it only counts, and tells the number on stderr. Ends with 137 when it
 * killed, else with the status of COMMAND.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 256 };

static struct {
	pid_t pid;
	bool inside; /* between the entry of a system call and its return */
} tasks[MOST];
static int ntasks;
static bool only_writes;

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

/* One that has ended is not ours to kill: its number may be another's by now. */
static void
forget(pid_t pid)
{
	tasks[task(pid)] = tasks[ntasks - 1];
	ntasks--;
}

/* Whether the system call that pid is about to make counts. */
static bool
counts(pid_t pid)
{
	static const long writers[] = {SYS_write, SYS_pwrite64, SYS_writev, SYS_sendto, SYS_fsync,
	    SYS_fdatasync, SYS_ftruncate, SYS_fallocate, SYS_rename, SYS_renameat, SYS_renameat2,
	    SYS_unlink, SYS_unlinkat, SYS_mkdir, SYS_mkdirat, SYS_rmdir, SYS_link, SYS_flock,
	    SYS_kill, SYS_exit_group};
	struct __ptrace_syscall_info info;

	if (!only_writes)
		return true;
	memset(&info, 0, sizeof(info));
	ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info);
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == (uint64_t)writers[i])
			return true;
	return false;
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

/* Follows all of them to their end, or to the call that is the last. Returns the status. */
static int
follow(pid_t root, long at, long *calls)
{
	int st, status = 2;
	pid_t pid;

	ptrace(PTRACE_SYSCALL, root, NULL, NULL);
	while ((pid = waitpid(-1, &st, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(st)) {
			if (enters(pid, st) && counts(pid) && ++*calls == at)
				return kill_all();
			ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal_of(st));
		} else if (pid > 0) {
			forget(pid);
			if (pid == root)
				status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
		}
	}
	return status;
}

int
main(int argc, char **argv)
{
	long at, calls = 0;
	int status;

	only_writes = argc > 1 && strcmp(argv[1], "-w") == 0;
	argv += only_writes;
	if (argc - only_writes < 3)
		return 2;
	at = strtol(argv[1], NULL, 10);
	status = follow(start(argv + 2), at, &calls);
	if (at == 0)
		fprintf(stderr, "%ld\n", calls);
	return status;
}
