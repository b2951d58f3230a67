#ifndef NQ_PLAN_DEST_H
#define NQ_PLAN_DEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Destinations as nq-load knows them, by their scheme. What is in them is nq-load's affair; that
 * there is such a scheme at all, and no password in the open, is known before any run.
 */

/* -1 with a message without a place. */
int nq_dest_check(const char *to, struct nq_err *);

/* Whether there is user@ or user:password@ before the host, which no URL of HTTP may have here. */
bool nq_dest_has_login(const char *url);

/* Adds the destination with its file, if it has one, made relative to here from dir. */
void nq_dest_place(const char *to, const char *dir, struct nq_buf *);

/* Whether the destination is Nuntiq's API, which has objects instead of tables. */
bool nq_dest_is_nuntiq(const char *to);
bool nq_dest_is_http(const char *to); /* an API that has no tables */

#endif
