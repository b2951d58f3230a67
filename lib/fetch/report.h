#ifndef NQ_FETCH_REPORT_H
#define NQ_FETCH_REPORT_H

#include "fetch/pull.h"

/*
 * The report for --stats: pages, records, requests, retries, waits, why the pull ended, and what
 * was suspicious, as one line of JSON that replaces the file. http is NULL for files.
 */
int
nq_report_save(const struct nq_pull *, const struct nq_http *, const char *path, struct nq_err *);

#endif
