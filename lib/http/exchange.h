#ifndef NQ_HTTP_EXCHANGE_H
#define NQ_HTTP_EXCHANGE_H

#include <curl/curl.h>

#include "http/client.h"
#include "http/inflate.h"

/*
 * One attempt: a request sent and its answer taken, by one libcurl handle. The body of a 2xx
 * answer goes decoded to the receiver, that of any other answer, as far as NQ_MAX_ERROR_BODY,
 * into response->body.
 */
struct nq_exchange {
	CURL *curl;
	const struct nq_http_options *opt;
	const struct nq_receiver *recv;
	struct nq_response *resp;
	struct nq_inflate inflate;
	struct nq_err *err;
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
 * curl is the client's handle with its lasting options set; headers is the list to send. The
 * receiver may be NULL: then a 2xx body is collected into response->body as well.
 */
enum nq_outcome nq_exchange_run(struct nq_exchange *, const struct nq_request *, const char *url,
    struct curl_slist *headers, struct nq_err *);

#endif
