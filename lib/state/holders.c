#include "state/holders.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 64 };

/* Whether one of the descriptors in /proc/PID/fd is the pipe. */
static bool
holds(int proc, pid_t pid, const char *pipe)
{
	char text[TEXT_MAX];
	const struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *dir;

	snprintf(text, sizeof(text), "%ld/fd", (long)pid);
	dir = fdopendir(openat(proc, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (dir == NULL)
		return false;
	while (!found && (e = readdir(dir)) != NULL) {
		n = readlinkat(dirfd(dir), e->d_name, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
		found = strcmp(text, pipe) == 0;
	}
	closedir(dir);
	return found;
}

void
nq_holders_signal(int fd, int sig)
{
	char pipe[TEXT_MAX];
	const struct dirent *e;
	struct stat st;
	DIR *proc;
	pid_t pid;

	if (fstat(fd, &st) == -1 || (proc = opendir("/proc")) == NULL)
		return;
	snprintf(pipe, sizeof(pipe), "pipe:[%llu]", (unsigned long long)st.st_ino);
	while ((e = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		pid = (pid_t)strtol(e->d_name, NULL, 10);
		if (pid != getpid() && holds(dirfd(proc), pid, pipe))
			kill(pid, sig);
	}
	closedir(proc);
}
