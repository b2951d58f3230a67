/*
 * The faults that a test asked for: an ordered list of rules, of which the
 * first that matches and fires decides. A request on its way may still point
 * to a rule that is cleared, so all rules live until the program ends.
 *
 * A rule is posted as an object. Which requests: "match" (prefix of the path),
 * "method", "query" (text that the raw query holds). When: "skip" so many, then
 * fire "count" times (without it: for ever), or on a "share" of them (0 to 1).
 * What: "kind", and for it "status", "body", "content_type", "location",
 * "headers" {name: value}, "retry_after" (any text, or "date+N": the HTTP date
 * N seconds from now), "after_bytes" (of the body; without it half of it, for
 * a stall none, for a reset not even the head). With "apply": true a fault
 * that makes its own answer lets the handler do its work first.
 */
#ifndef STANDIN_FAULTS_H
#define STANDIN_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"
#include "req.h"

enum fault_kind {
	FAULT_STATUS,
	FAULT_CUT,
	FAULT_STALL,
	FAULT_DRIP,
	FAULT_CONTENT_TYPE,
	FAULT_REDIRECT,
	FAULT_RESET,
	FAULT_HTML,
	FAULT_GARBAGE,
	FAULT_EMPTY,
	FAULT_GZIP_CUT,
	FAULT_CLOSE_DELIMITED_CUT,
	FAULT_CHUNKED_CUT,
	FAULT_HEADERS,
	FAULT_KINDS
};

struct rule {
	struct rule *next;
	char *text; /* the rule as it was posted; the slices below point into it */
	struct slice root;
	enum fault_kind kind;
	char *match, *method, *query, *retry_after, *location, *content_type, *body;
	int status;
	long long count, skip, after_bytes; /* -1: no bound; after_bytes -1: not given */
	double share;
	bool apply; /* let the handler do its work before the answer is spoilt */
	long long matched, fired;
};

const struct rule *faults_pick(const struct req *r);
const char *faults_name(const struct rule *rule);

/* True if the rule makes the answer by itself, so that no handler need run. */
bool faults_replaces(const struct rule *rule);
void faults_reply(struct req *r, const struct rule *rule); /* status, headers and body */

void faults_post(struct req *r);
void faults_get(struct req *r);
void faults_delete(struct req *r);

#endif
