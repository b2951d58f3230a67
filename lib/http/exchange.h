#ifndef NQ_HTTP_EXCHANGE_H
#define NQ_HTTP_EXCHANGE_H

#include <curl/curl.h>

#include "http/client.h"
#include "http/inflate.h"

/*
 * A request sent and its answer taken, by one libcurl handle. The body of a 2xx answer goes
 * decoded to the receiver, that of any other answer, as far as NQ_MAX_ERROR_BODY, into
 * response->body.
 */
struct nq_exchange {
	CURL *curl;
	const struct nq_http_options *opt;
	const struct nq_receiver *recv; /* NULL: a 2xx body is collected into response->body too */
	struct nq_response *resp;
	struct nq_inflate inflate;
	struct nq_err *err;
	struct curl_slist *headers; /* to send */
	char detail[CURL_ERROR_SIZE];
	bool begun;    /* the receiver was told of this attempt */
	bool decoded;  /* the body comes compressed */
	bool failed;   /* err says why a callback stopped the transfer */
	uint64_t wire; /* bytes of the body as they came */
};

enum nq_outcome {
	NQ_ANSWERED, /* resp->status says what */
	NQ_BROKEN,   /* err is set; NQ_TEMPFAIL there: worth another attempt */
};

/*
 * Readies the handle, whose lasting options are set; takes the list of headers. 1: now it is for
 * libcurl to transfer, and nq_exchange_end() gets what came of that. 0: a cassette has answered,
 * so that end comes next. -1: neither; the exchange is broken.
 */
int nq_exchange_begin(struct nq_exchange *, const struct nq_request *, const char *url,
    struct curl_slist *headers, struct nq_err *);

enum nq_outcome nq_exchange_end(struct nq_exchange *, CURLcode);

/* Instead of end, for a transfer that was broken off. */
void nq_exchange_forget(struct nq_exchange *);

#endif
