#ifndef NQ_HTTP_CASSETTE_FORM_H
#define NQ_HTTP_CASSETTE_FORM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/tap.h"

/*
 * How a cassette spells things. A folder an exchange, 0001 the first, and in it
 *
 *	request	 METHOD URL, the headers sent, an empty line, the body sent
 *	headers	 the status line and the headers of the answer, as they came
 *	body	 of the answer, decoded
 *	fault	 what broke the transfer: "temporary: …" or "final: …"; where nothing did, none
 *
 * Their time is that of the request. Secrets are masked by value, and a header that is
 * there for secrets alone as a whole.
 */
enum nq_cassette_part {
	NQ_CASSETTE_REQUEST,
	NQ_CASSETTE_HEADERS,
	NQ_CASSETTE_BODY,
	NQ_CASSETTE_FAULT,
	NQ_CASSETTE_PARTS
};

/* "0001/request" */
void nq_cassette_name(uint64_t n, enum nq_cassette_part, struct nq_buf *);

/* The other way, from the end of a path; false: the name of something else. */
bool nq_cassette_parse_name(const char *path, uint64_t *n, enum nq_cassette_part *);

/* The text of a request, not masked yet but for the headers named. */
void nq_cassette_put_request(const struct nq_tap_request *, struct nq_buf *);
void nq_cassette_put_headers(struct nq_str lines, struct nq_buf *);

/* The first line of a request and what is behind its empty line, line ends at their ends off. */
struct nq_str nq_cassette_line(struct nq_str request);
struct nq_str nq_cassette_sent(struct nq_str request);

void nq_cassette_put_fault(const struct nq_err *, struct nq_buf *);
/* Fills the error as that text tells it. */
void nq_cassette_get_fault(struct nq_str, struct nq_err *);

#endif
