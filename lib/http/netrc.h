#ifndef NQ_HTTP_NETRC_H
#define NQ_HTTP_NETRC_H

#include "base/buf.h"
#include "base/err.h"

/*
 * The file of ftp(1) that curl reads too: "machine HOST login USER password SECRET", by blanks or
 * line ends, "default" for any other host, "macdef" up to an empty line, '#' to the end of a line
 * where a keyword could stand, and tokens in double quotes with backslash escapes as in curl.
 */

/*
 * Adds "USER:SECRET" for the host, of its first entry, else of default. file is NULL for
 * ~/.netrc. The password is registered with base/secret. On -1 a usage error.
 */
int nq_netrc_find(const char *file, const char *host, struct nq_buf *, struct nq_err *);

#endif
