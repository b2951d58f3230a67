/*
 * measure FILE COMMAND…: runs COMMAND and appends one line of JSON to FILE: seconds by the clock
 * and of the processor, the status, and the largest resident memory of each program that ran, by
 * name, in MiB:
 * {"seconds":1.02,"cpu":0.98,"status":0,"peaks":{"curl":9.1,"jq":3.5}}. Ends with the status of
 * COMMAND.
 *
 * wait4(2) tells the largest of all children together. So each process is stopped for a moment as
 * it ends, when its memory is still there to be asked about; nothing else is traced, and costs
 * nothing.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, NAME = 32 };

static struct {
	char name[NAME];
	long kib;
} peaks[MOST];
static int npeaks;

/* The first word after this key in /proc/PID/status. */
static bool
status_word(int pid, const char *key, char word[NAME])
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if ((f = fopen(path, "r")) == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strncmp(line, key, strlen(key)) == 0 &&
			sscanf(line + strlen(key), " %31[A-Za-z0-9_.+-]", word) == 1;
	fclose(f);
	return found;
}

/* A thread has names of its own: the one of its process counts. */
static void
note_peak(int pid)
{
	char tgid[NAME], name[NAME], high[NAME];
	long kib;
	int i;

	if (!status_word(pid, "VmHWM:", high) || !status_word(pid, "Tgid:", tgid) ||
	    !status_word((int)strtol(tgid, NULL, 10), "Name:", name))
		return;
	kib = strtol(high, NULL, 10);
	for (i = 0; i < npeaks && strcmp(peaks[i].name, name) != 0; i++)
		continue;
	if (i == MOST)
		return;
	if (i == npeaks)
		memcpy(peaks[npeaks++].name, name, sizeof(name));
	if (kib > peaks[i].kib)
		peaks[i].kib = kib;
}

/* What a stopped one goes on with: a signal of its own is delivered, what stopped it for us is not.
 */
static void
go_on(pid_t pid, int status)
{
	int event = status >> 16, sig = WSTOPSIG(status);

	if (event == PTRACE_EVENT_EXIT)
		note_peak(pid);
	if (event == PTRACE_EVENT_STOP && sig != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
	else
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)(event == 0 ? sig : 0));
}

/* The status of the first one, when all have ended. */
static int
watch(pid_t first)
{
	int status, result = 1;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status))
			go_on(pid, status);
		else if (pid == first)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return result;
}

/* It waits for a byte, so that nothing of it has run before it is watched. */
static pid_t
start(char **command)
{
	const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	int go[2];
	char byte;
	pid_t pid;

	if (pipe(go) != 0 || (pid = fork()) < 0)
		err(1, "fork");
	if (pid == 0) {
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(1);
		close(go[0]);
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) != 0 || write(go[1], "!", 1) != 1)
		err(1, "ptrace");
	close(go[0]);
	close(go[1]);
	return pid;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int
main(int argc, char **argv)
{
	double began = now();
	int status;
	FILE *f;

	if (argc < 3)
		errx(2, "usage: measure FILE COMMAND…");
	status = watch(start(argv + 2));
	if ((f = fopen(argv[1], "a")) == NULL)
		err(1, "%s", argv[1]);
	fprintf(f, "{\"seconds\":%.4f,\"cpu\":%.4f,\"status\":%d,\"peaks\":{", now() - began, cpu(),
	    status);
	for (int i = 0; i < npeaks; i++)
		fprintf(f, "%s\"%s\":%.1f", i > 0 ? "," : "", peaks[i].name,
		    (double)peaks[i].kib / 1024);
	fprintf(f, "}}\n");
	if (fclose(f) != 0)
		err(1, "%s", argv[1]);
	return status;
}
