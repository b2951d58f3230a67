#ifndef NQ_BASE_LOG_H
#define NQ_BASE_LOG_H

#include "base/err.h"
#include "base/faults.h"

/*
 * What the tools say on stderr. A line of a run is Nuntiq's line:
 *
 *	2026-05-16 14:32:11 UTC [WARN] nq-fetch: page 3: HTTP 502, attempt 2 of 5, waiting 4 s
 *
 * or, with --log json, {"ts","level","tool","run_id","step","message","detail"}. Every line is
 * redacted (base/secret) and control characters in it are escaped. Wrong usage or configuration
 * (status 2) is told plainly, without a time: nothing has run yet.
 */

enum nq_level { NQ_LOG_ERROR, NQ_LOG_WARN, NQ_LOG_INFO, NQ_LOG_DEBUG };

/* NQ_LOG and NQ_LOG_LEVEL of the environment set the defaults; tool must stay valid. */
void nq_log_open(const char *tool);
/*
 * Tells of what they say that has no meaning: call when --log and -v are known. Once: it is taken
 * out of the environment, so that no program we start or become tells it again.
 */
void nq_log_doubts(void);
int nq_log_format(const char *, struct nq_err *); /* "text" or "json" */
void nq_log_more(int steps);			  /* -v raises by one */
void nq_log_run_id(const char *);		  /* must stay valid */
/* In front of each message; must stay valid; NULL: nothing. Returns the one before. */
const char *nq_log_place(const char *);
const char *nq_log_tool(void);

/* step names the place for --log json ("fetch", "load"), or NULL. */
void
nq_log(enum nq_level, const char *step, const char *, ...) __attribute__((format(printf, 3, 4)));

/* Says why the tool ends, in the form that fits the status, and returns that status. */
enum nq_status nq_log_failure(const struct nq_err *);

/* The same for each fault of a configuration, and the number of those that are not kept. */
enum nq_status nq_log_faults(const struct nq_faults *);

/* Where to get help: for a person, so that with --log json there is no such line. */
void nq_log_try_help(const char *command);

#endif
