/*
 * watch FILE: looks for the texts in FILE, one a line, in the command line and the environment of
 * every process, over and over, until standard input ends. Prints "cmdline PID …" or "environ PID
 * …" for each time it sees one, and at the end "looks N". The texts are in a file because its own
 * command line is looked at as well.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char needles[65536], text[1 << 20];
static size_t all;

static ssize_t
read_file(const char *path, char *into, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0, got = 0;

	if (fd == -1)
		return -1;
	while ((size_t)got < size && (n = read(fd, into + got, size - (size_t)got)) > 0)
		got += n;
	close(fd);
	return n == -1 ? -1 : got;
}

static void
look(const char *pid, const char *what)
{
	char path[300];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, what);
	n = read_file(path, text, sizeof(text));
	if (n <= 0)
		return;
	for (const char *s = needles; s < needles + all; s += strlen(s) + 1) {
		if (memmem(text, (size_t)n, s, strlen(s)) != NULL)
			printf("%s %s %.200s\n", what, pid, text);
	}
}

static void
look_at_all(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc != NULL && (d = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)d->d_name[0]))
			continue;
		look(d->d_name, "cmdline");
		look(d->d_name, "environ");
	}
	if (proc != NULL)
		closedir(proc);
}

int
main(int argc, char **argv)
{
	struct pollfd in = {STDIN_FILENO, POLLIN, 0};
	long looks = 0;
	ssize_t n;

	if (argc != 2 || (n = read_file(argv[1], needles, sizeof(needles) - 1)) <= 0)
		return 2;
	all = (size_t)n;
	for (size_t i = 0; i < all; i++)
		if (needles[i] == '\n')
			needles[i] = '\0';
	do {
		look_at_all();
		looks++;
	} while (poll(&in, 1, 1) == 0);
	printf("looks %ld\n", looks);
	return 0;
}
