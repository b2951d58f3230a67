#ifndef NQ_STATE_TRACK_H
#define NQ_STATE_TRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/watermark.h"
#include "json/path.h"

/*
 * Runs a command that knows nothing of end marks as a stage of a pipeline. Records go to it
 * without the control lines; what it writes is passed on, recounted; and the mark is written
 * anew only when the command ended with 0 and its input, where it had one, was complete.
 *
 * It is a producer, which answers for itself, when standard input is a terminal, /dev/null or
 * closed. Any other input must have been closed by an end mark for one to go out: no mark in, no
 * mark out. On failure a fail mark goes out, the one that came in first of all.
 */
struct nq_track {
	char *const *argv;	    /* the command, ended by NULL */
	const struct nq_path *path; /* where the watermark is in what it writes, or NULL */
	const char *path_text;	    /* as it was given, for messages */
	enum nq_cursor_type type;   /* of the watermark at path */
	bool skip_null;		    /* a record without one is passed over */
	bool no_cap;		    /* take timestamps of the future as they are */
	size_t max_line;
};

/*
 * Reads the operands "[PATH[:TYPE]] -- COMMAND…": dashes tells that the "--" came first and is
 * gone already. path is the room for the parsed one.
 */
int nq_track_operands(
    struct nq_track *, char **operand, int n, bool dashes, struct nq_path *path, struct nq_err *);

/* 0, or -1 with the status to end with. */
int nq_track_run(const struct nq_track *, struct nq_err *);

#endif
