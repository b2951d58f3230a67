#define _GNU_SOURCE /* pwritev2(2) */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/io.h"

/*
 * The library is linked into this program, so these stand in for the system's: fsync(2) counts
 * and fails when told, write(2) takes little and is interrupted when told.
 */
static int fsyncs, fail_fsync;
static size_t write_most;

int
fsync(int fd)
{
	(void)fd;
	errno = EIO;
	return ++fsyncs == fail_fsync ? -1 : 0;
}

/* Takes the place of write(2) in this program. */
ssize_t stingy_write(int fd, const void *p, size_t n) __asm__("write");

ssize_t
stingy_write(int fd, const void *p, size_t n)
{
	static int turn;

	if (write_most > 0 && turn++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return pwritev2(fd,
	    &(struct iovec){
		(void *)(uintptr_t)p, write_most > 0 && write_most < n ? write_most : n},
	    1, -1, 0);
}

static char dir[] = "/tmp/nq-unit-XXXXXX";

static const char *
in_dir(const char *name)
{
	static struct nq_buf path = NQ_BUF_INIT;

	nq_buf_reset(&path);
	nq_buf_addf(&path, "%s/%s", dir, name);
	return path.data;
}

static void
holds(const char *name, const char *want)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	CHECK_ROW(nq_io_read_file(in_dir(name), 1 << 20, &b, &err) == 0, err.msg);
	CHECK_STR(b.data, want);
	nq_buf_free(&b);
}

/* How many entries the scratch directory has: nothing may be left beside a file. */
static int
entries(void)
{
	DIR *d = opendir(dir);
	int n = -2;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
empty_dir(void)
{
	struct dirent *e;
	DIR *d = opendir(dir);

	while ((e = readdir(d)) != NULL)
		if (unlink(in_dir(e->d_name)) == -1)
			rmdir(in_dir(e->d_name));
	closedir(d);
}

static void
replaces_files(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct stat st;

	umask(022);
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("old\n"), 0600, &err), 0);
	CHECK(stat(in_dir("a"), &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("new\n"), 0644, &err), 0);
	CHECK(stat(in_dir("a"), &st) == 0 && (st.st_mode & 0777) == 0644);
	holds("a", "new\n");
	CHECK_INT(nq_io_replace_file(in_dir("a"), (struct nq_str){NULL, 0}, 0600, &err), 0);
	holds("a", "");
	CHECK_INT(entries(), 1);
	empty_dir();
}

static void
replaces_a_name_without_folder(void)
{
	struct nq_err err = NQ_ERR_INIT;
	int here = open(".", O_RDONLY | O_DIRECTORY);

	CHECK(chdir(dir) == 0);
	CHECK_INT(nq_io_replace_file("plain", nq_str("x"), 0600, &err), 0);
	CHECK(fchdir(here) == 0);
	close(here);
	holds("plain", "x");
	empty_dir();
}

/* A file size limit makes write(2) stop half-way, as a full disk does. */
static void
keeps_the_old_file_when_the_disk_is_full(void)
{
	static char big[10000];
	struct rlimit before, small;
	struct nq_err err = NQ_ERR_INIT;

	memset(big, 'x', sizeof(big));
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("old"), 0600, &err), 0);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	CHECK_INT(
	    nq_io_replace_file(in_dir("a"), (struct nq_str){big, sizeof(big)}, 0600, &err), -1);
	setrlimit(RLIMIT_FSIZE, &before);
	CHECK_INT(err.status, NQ_FAIL);
	CHECK(strstr(err.msg, "cannot write '") == err.msg);
	CHECK(strstr(err.msg, ": File too large") != NULL);
	holds("a", "old");
	CHECK_INT(entries(), 1);
	empty_dir();
}

static void
says_why_a_file_cannot_be_replaced(void)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(nq_io_replace_file(in_dir("no/where"), nq_str("x"), 0600, &err), -1);
	CHECK(strstr(err.msg, "cannot create a file beside '") == err.msg);
	CHECK(strstr(err.msg, "No such file or directory") != NULL);
	CHECK(mkdir(in_dir("d"), 0700) == 0);
	CHECK_INT(nq_io_replace_file(in_dir("d"), nq_str("x"), 0600, &err), -1);
	CHECK(strstr(err.msg, "Is a directory") != NULL);
	CHECK_INT(entries(), 1);
	empty_dir();
}

static void
syncs_the_file_and_its_folder(void)
{
	struct nq_err err = NQ_ERR_INIT;

	fsyncs = 0;
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("old"), 0600, &err), 0);
	CHECK_INT(fsyncs, 2);
	empty_dir();
}

/* One failure of fsync(2) is final: the kernel may have thrown away what it could not write. */
static void
takes_a_failed_sync_for_a_failure(void)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("old"), 0600, &err), 0);
	fsyncs = 0;
	fail_fsync = 1;
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("new"), 0600, &err), -1);
	CHECK(strstr(err.msg, "cannot write '") == err.msg);
	CHECK(strstr(err.msg, ": Input/output error") != NULL);
	CHECK_INT(fsyncs, 1);
	holds("a", "old");
	CHECK_INT(entries(), 1);
	fsyncs = 0;
	fail_fsync = 2;
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("new"), 0600, &err), -1);
	CHECK(strstr(err.msg, "cannot sync the directory of '") == err.msg);
	CHECK_INT(fsyncs, 2);
	CHECK_INT(entries(), 1);
	fail_fsync = 0;
	empty_dir();
}

static void
writes_on_after_little_and_interrupted_writes(void)
{
	struct nq_err err = NQ_ERR_INIT;

	write_most = 3;
	CHECK_INT(
	    nq_io_replace_file(in_dir("a"), nq_str("a text of some length\n"), 0600, &err), 0);
	write_most = 0;
	holds("a", "a text of some length\n");
	empty_dir();
}

/* Somebody who can foresee the name of the temporary file must gain nothing by planting it. */
static void
does_not_follow_a_planted_link(void)
{
	struct nq_buf name = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(nq_io_replace_file(in_dir("victim"), nq_str("whole"), 0600, &err), 0);
	nq_buf_addf(&name, "a.%ld.tmp", (long)getpid());
	CHECK(symlink("victim", in_dir(name.data)) == 0);
	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("x"), 0600, &err), 0);
	holds("victim", "whole");
	holds("a", "x");
	nq_buf_free(&name);
	empty_dir();
}

static void
reads_within_a_limit(void)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(nq_io_replace_file(in_dir("a"), nq_str("12345"), 0600, &err), 0);
	nq_buf_adds(&b, "before ");
	CHECK_INT(nq_io_read_file(in_dir("a"), 5, &b, &err), 0);
	CHECK_STR(b.data, "before 12345");
	CHECK_INT(nq_io_read_file(in_dir("a"), 4, &b, &err), -1);
	CHECK(strstr(err.msg, "is larger than 4 bytes") != NULL);
	CHECK_INT(nq_io_read_file(in_dir("none"), 4, &b, &err), -1);
	CHECK_INT(err.status, NQ_USAGE);
	CHECK(strstr(err.msg, "cannot open '") == err.msg);
	CHECK_INT(nq_io_read_file(dir, 4, &b, &err), -1);
	CHECK(strstr(err.msg, "Is a directory") != NULL);
	nq_buf_free(&b);
	empty_dir();
}

static void
makes_directories(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct stat st;

	CHECK_INT(nq_io_make_dirs(in_dir("x/y/z/"), 0700, &err), 0);
	CHECK_INT(nq_io_make_dirs(in_dir("x/y/z"), 0700, &err), 0);
	CHECK(stat(in_dir("x/y/z"), &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK_INT(nq_io_make_dirs("/", 0700, &err), 0);
	CHECK_INT(nq_io_make_dirs(".", 0700, &err), 0);
	CHECK_INT(nq_io_make_dirs("", 0700, &err), -1);
	CHECK_STR(err.msg, "cannot create directory '': No such file or directory");
	rmdir(in_dir("x/y/z"));
	rmdir(in_dir("x/y"));
	rmdir(in_dir("x"));
	CHECK_INT(nq_io_replace_file(in_dir("file"), nq_str(""), 0600, &err), 0);
	CHECK_INT(nq_io_make_dirs(in_dir("file"), 0700, &err), -1);
	CHECK(strstr(err.msg, "Not a directory") != NULL);
	CHECK_INT(nq_io_make_dirs(in_dir("file/sub"), 0700, &err), -1);
	empty_dir();
}

static void
makes_temporary_files(void)
{
	struct stat st;
	int fd;

	setenv("TMPDIR", dir, 1);
	fd = nq_io_temp_file();
	CHECK(fd >= 0);
	CHECK(fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_nlink == 0);
	CHECK_INT(entries(), 0);
	close(fd);
	setenv("TMPDIR", "/nowhere", 1);
	CHECK_INT(nq_io_temp_file(), -1);
	CHECK_INT(errno, ENOENT);
	unsetenv("TMPDIR");
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"replaces files", replaces_files},
	    {"replaces a name without folder", replaces_a_name_without_folder},
	    {"keeps the old file when the disk is full", keeps_the_old_file_when_the_disk_is_full},
	    {"syncs the file and its folder", syncs_the_file_and_its_folder},
	    {"takes a failed sync for a failure", takes_a_failed_sync_for_a_failure},
	    {"writes on after little and interrupted writes",
		writes_on_after_little_and_interrupted_writes},
	    {"says why a file cannot be replaced", says_why_a_file_cannot_be_replaced},
	    {"does not follow a planted link", does_not_follow_a_planted_link},
	    {"reads within a limit", reads_within_a_limit},
	    {"makes directories", makes_directories},
	    {"makes temporary files", makes_temporary_files},
	    {NULL, NULL},
	};
	int rc;

	if (mkdtemp(dir) == NULL)
		return 1;
	rc = unit_main(argc, argv, tests);
	rmdir(dir);
	return rc;
}
