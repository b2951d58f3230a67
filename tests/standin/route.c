#include "route.h"

#include <string.h>

#include "acme.h"
#include "bulk.h"
#include "conf.h"
#include "echo.h"
#include "faults.h"
#include "ingest.h"
#include "nuntiq_delta.h"
#include "nuntiq_supplier.h"
#include "oauth.h"
#include "reqlog.h"
#include "server.h"
#include "shapes.h"

static bool
anyone(struct req *r)
{
	(void)r;
	return true;
}

static bool
acme_user(struct req *r)
{
	if (conf.oauth ? oauth_allows(r) : req_bearer(r, conf.token))
		return true;
	reply_error(r, 401, "error", "unauthorized");
	return false;
}

static bool
shows(const char *value, const char *secret)
{
	return value != NULL && strcmp(value, secret) == 0;
}

/* nora:password-here */
static bool
basic_user(struct req *r)
{
	if (shows(req_header(r, "Authorization"), "Basic bm9yYTpwYXNzd29yZC1oZXJl"))
		return true;
	reply_error(r, 401, "error", "unauthorized");
	return false;
}

static bool
key_user(struct req *r)
{
	if (shows(req_header(r, "X-API-Key"), conf.token) ||
	    shows(req_query(r, "api_key"), conf.token))
		return true;
	reply_error(r, 401, "error", "unauthorized");
	return false;
}

static bool
nuntiq_user(struct req *r)
{
	const char *customer = req_header(r, "X-Customer-Number");

	if (!req_bearer(r, conf.job_token) && !req_bearer(r, conf.admin_token) &&
	    !(conf.oauth && oauth_allows(r)))
		reply_error(r, 401, "message", "invalid or missing API key");
	else if (customer == NULL || strcmp(customer, conf.customer_number) != 0)
		reply_error(r, 403, "message", "the token does not belong to this customer");
	else
		return true;
	return false;
}

/* "*" in a pattern is one path piece, "**" the rest of the path. */
/* clang-format off */
static const struct {
	const char *method, *pattern;
	bool (*allowed)(struct req *);
	void (*handler)(struct req *);
} routes[] = {
    {"GET",    "v2/suppliers",                     acme_user,   acme_list},
    {"GET",    "v2/suppliers/count",               anyone,      acme_count},
    {"GET",    "v2/suppliers/*",                   acme_user,   acme_one},
    {"POST",   "api/v1/supplier",                  nuntiq_user, supplier_post},
    {"GET",    "api/v1/supplier",                  nuntiq_user, supplier_get},
    {"POST",   "api/v1/organization",              nuntiq_user, ingest_post},
    {"GET",    "api/v1/delta/streams/*/*",         nuntiq_user, delta_get},
    {"POST",   "api/v1/delta/streams/*/*/begin",   nuntiq_user, delta_begin},
    {"POST",   "api/v1/delta/streams/*/*/complete", nuntiq_user, delta_complete},
    {"POST",   "api/v1/delta/streams/*/*/fail",    nuntiq_user, delta_fail},
    {"POST",   "api/v1/delta/streams/*/*/reset",   nuntiq_user, delta_reset},
    {NULL,     "ingest/*/clear",                   anyone,      ingest_clear},
    {"GET",    "ingest/*",                         anyone,      ingest_get},
    {"POST",   "ingest/*",                         anyone,      ingest_post},
    {"PUT",    "ingest/*",                         anyone,      ingest_post},
    {"POST",   "oauth/token",                      anyone,      oauth_token},
    {NULL,     "shapes/*",                         anyone,      shapes_page},
    {NULL,     "protected/*",                      acme_user,   shapes_page},
    {NULL,     "protected/basic/*",                basic_user,  shapes_page},
    {NULL,     "protected/key/*",                  key_user,    shapes_page},
    {"POST",   "posts/search",                     anyone,      shapes_page},
    {"POST",   "graphql",                          anyone,      shapes_page},
    {"GET",    "crm/v3/objects/contacts",          acme_user,   shapes_page},
    {"POST",   "crm/v3/objects/contacts/search",   acme_user,   shapes_contacts},
    {"GET",    "repos/*/*/issues",                 acme_user,   shapes_page},
    {"GET",    "posts/*/comments",                 anyone,      shapes_comments},
    {NULL,     "echo",                             anyone,      echo_request},
    {"GET",    "bulk",                             anyone,      bulk_begin},
    {"GET",    "files/**",                         anyone,      echo_file},
    {"POST",   "_/faults",                         anyone,      faults_post},
    {"GET",    "_/faults",                         anyone,      faults_get},
    {"DELETE", "_/faults",                         anyone,      faults_delete},
    {"POST",   "_/acme/touch",                     anyone,      acme_touch},
    {"POST",   "_/acme/add",                       anyone,      acme_add},
    {"POST",   "_/oauth",                          anyone,      oauth_set},
    {"GET",    "_/oauth",                          anyone,      oauth_get},
    {"POST",   "_/nuntiq/clear",                   anyone,      supplier_clear},
    {"GET",    "_/audit",                          anyone,      delta_audit},
    {"GET",    "_/stats",                          anyone,      reqlog_stats},
    {"POST",   "_/reset-stats",                    anyone,      reqlog_reset},
    {"POST",   "_/latency",                        anyone,      server_latency},
};
/* clang-format on */

static bool
path_matches(const struct req *r, const char *pattern)
{
	for (int i = 0; i < r->npieces; i++) {
		size_t n = strcspn(pattern, "/");

		if (n == 2 && strncmp(pattern, "**", 2) == 0)
			return true;
		if (n == 0 ||
		    (strncmp(pattern, "*", n) != 0 &&
			(strlen(r->piece[i]) != n || strncmp(pattern, r->piece[i], n) != 0)))
			return false;
		pattern += n + (pattern[n] == '/');
	}
	return *pattern == '\0';
}

void
route(struct req *r)
{
	bool path_known = false;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!path_matches(r, routes[i].pattern))
			continue;
		path_known = true;
		if (routes[i].method != NULL && strcmp(routes[i].method, r->method) != 0)
			continue;
		if (routes[i].allowed(r))
			routes[i].handler(r);
		return;
	}
	if (path_known)
		reply_error(r, 405, "error", "method not allowed");
	else
		reply_error(r, 404, "error", "not found");
}
