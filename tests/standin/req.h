/*
 * One request and its answer, owned by the server from the first byte of the
 * request line until the answer is sent. Handlers read the upper half and fill
 * in the lower one with reply_*(). Path pieces and query pairs are
 * percent-decoded; in the query, "+" means a blank.
 */
#ifndef STANDIN_REQ_H
#define STANDIN_REQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "json.h"

#define REQ_PIECES 12
#define REQ_PAIRS  64
#define REQ_EXTRA  16
#define REQ_BODY   ((size_t)16 << 20)

struct MHD_Connection;
struct bulk_format;
struct rule;

struct pair {
	char *name, *value;
};

struct req {
	struct MHD_Connection *con;
	char *method;
	char *uri;	/* as it came, query included */
	char *raw_path; /* as it came, before any "?" */
	const char *raw_query;
	char *piece[REQ_PIECES];
	int npieces;
	struct pair query[REQ_PAIRS];
	int nquery;
	struct sb in;
	bool seen, served, too_big, control;

	int status;
	const char *type;
	struct sb out;
	struct pair extra[REQ_EXTRA];
	int nextra;

	/* a body that is made while it is sent; see bulk.c */
	const struct bulk_format *bulk;
	uint64_t bulk_records;

	/* how the answer is sent; see send.c */
	const struct rule *fault;
	size_t send_limit; /* bytes of the body to let out under a fault */
	int64_t next_byte_ms;
	int64_t give_up_ms;

	/* the timer list of server.c */
	int64_t wake_ms;
	struct req *next;
};

struct req *req_new(const char *uri);
void req_free(struct req *r);

const char *req_query(const struct req *r, const char *name); /* NULL: not there */
const char *req_header(const struct req *r, const char *name);
bool req_bearer(const struct req *r, const char *token);

/* True if the body is JSON; else a 400 is already written. An empty body is {}. */
bool req_json(struct req *r, struct slice *root);

/* {"KEY":"text"} under a status; the text is JSON-quoted */
void reply_error(struct req *r, int status, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void reply_header(struct req *r, const char *name, const char *value);

#endif
