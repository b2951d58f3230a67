#ifndef NQ_BASE_ERR_H
#define NQ_BASE_ERR_H

#include <stdarg.h>

#include "base/limits.h"

/* Exit statuses, the same in every tool: nq(7). */
enum nq_status {
	NQ_OK = 0,
	NQ_FAIL = 1,	  /* running it again unchanged will not help */
	NQ_USAGE = 2,	  /* wrong usage or configuration; nothing was read or written */
	NQ_PARTIAL = 3,	  /* done, but some records were rejected */
	NQ_TEMPFAIL = 75, /* temporary: run it again later */
};

/*
 * How a library function tells why it failed: a message (lower case, no full stop, the subject in
 * single quotes) and the status that the tool shall end with. The first error stays: a later
 * nq_err_set() on a filled one replaces it only deliberately, by the caller that knows better.
 */
struct nq_err {
	enum nq_status status;
	char msg[NQ_MAX_MESSAGE];
};

#define NQ_ERR_INIT       \
	{                 \
		NQ_OK, "" \
	}

/*
 * Fills the error and returns -1, so that "return nq_err_set(…)" is one line. A format that ends
 * in ':' gets the text of errno appended. Long messages are cut.
 */
int nq_err_set(struct nq_err *, enum nq_status, const char *, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts the place ("page 3: ") in front of the message. Returns -1. */
int nq_err_at(struct nq_err *, const char *, ...) __attribute__((format(printf, 2, 3)));

/* Puts more behind the message. Returns -1. */
int nq_err_add(struct nq_err *, const char *, ...) __attribute__((format(printf, 2, 3)));

#endif
