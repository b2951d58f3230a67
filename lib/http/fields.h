#ifndef NQ_HTTP_FIELDS_H
#define NQ_HTTP_FIELDS_H

#include <curl/curl.h>
#include <stdbool.h>

#include "http/client.h"

/* The header fields of a request, as the list of lines that libcurl sends. */

/* The list with a copy of the line behind it. */
struct curl_slist *nq_fields_append(struct curl_slist *, const char *line);

/* A name without blanks and colons, and a value without control characters. */
bool nq_fields_valid(const char *name, const char *value);

/*
 * A list for one request: own, then what the request and we add where own does not say it. gzip:
 * ask for it; plain: leave out what a signature must not cover (see http/identity).
 */
struct curl_slist *nq_fields_for(
    const struct curl_slist *own, const struct nq_request *, bool ours, bool gzip, bool plain);

#endif
