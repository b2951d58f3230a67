#ifndef NQ_BASE_IO_H
#define NQ_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Adds the whole file to the buffer ("-" is standard input); more than max bytes is an error. */
int nq_io_read_file(const char *path, size_t max, struct nq_buf *, struct nq_err *);

/*
 * Replaces path with the given bytes: a new file beside it (O_EXCL, O_NOFOLLOW), fsync, rename,
 * fsync of the directory. A reader sees the old content or the new, and after 0 the new one
 * survives a power cut. A failed fsync is a failure and is not tried again: the kernel may have
 * dropped the pages. On -1 nothing is left beside path, and it is as it was, unless it was the
 * sync of the directory that failed: then the new content is there, but may not survive.
 */
int nq_io_replace_file(const char *path, struct nq_str content, mode_t mode, struct nq_err *);

/*
 * The same where path is a file or not there yet. Anything else, be it a device, a pipe or a link
 * such as /dev/stderr, is written to its end and stays what it is.
 */
int nq_io_write_out(const char *path, struct nq_str content, mode_t mode, struct nq_err *);

/* All of it, whatever write(2) takes at once; -1 with errno. */
int nq_io_write_all(int fd, const void *, size_t);

/* Lets a pipe hold a page or more, so that its writer can go on; anything else is left alone. */
void nq_io_widen_pipe(int fd);

/*
 * The same descriptor for what this process executes, out of the way of those that scripts number
 * themselves, where the limit allows. fd itself is closed or becomes it.
 */
int nq_io_hand_down(int fd);

/* Like mkdir -p with mode for each new part. */
int nq_io_make_dirs(const char *path, mode_t mode, struct nq_err *);

/* An unlinked temporary file in $TMPDIR or /tmp, mode 0600; -1 with errno. */
int nq_io_temp_file(void);

#endif
