/*
 * Preloaded: the N-th write(2) or pwrite(2) of more than one byte to a file on a disk writes half
 * of it and says so (NQ_SHORT=N); with N = 0 it only counts. A file that a tracer says was written
 * short has got nothing at all, hence this. What it did is left in the file NQ_SHORT_REPORT: the
 * number of writes at the end, or "short".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long at = -1, writes;

__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("NQ_SHORT");

	if (text != NULL)
		at = strtol(text, NULL, 10);
}

static void
report(const char *text)
{
	const char *path = getenv("NQ_SHORT_REPORT");
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;

	if (fd == -1 || syscall(SYS_write, fd, text, strlen(text)) == -1)
		_exit(2);
	close(fd);
}

__attribute__((destructor)) static void
finish(void)
{
	char text[32];

	if (at == 0) {
		snprintf(text, sizeof(text), "%ld", writes);
		report(text);
	}
}

static size_t
cut(int fd, size_t n)
{
	struct stat st;

	if (at < 0 || n < 2 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || ++writes != at)
		return n;
	report("short");
	return n / 2;
}

/* The names that the C library gives its parameters are reserved. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

ssize_t
write(int fd, const void *p, size_t n)
{
	return syscall(SYS_write, fd, p, cut(fd, n));
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off_t offset)
{
	return syscall(SYS_pwrite64, fd, p, cut(fd, n), offset);
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t offset)
{
	return pwrite64(fd, p, n, offset);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
