#ifndef NQ_STATE_NUNTIQ_API_H
#define NQ_STATE_NUNTIQ_API_H

#include "json/doc.h"
#include "state/outside.h"
#include "state/store.h"

/* The delta endpoints of the platform: BASE/v1/delta/streams/CONNECTOR/STREAM[/VERB]. */
struct nq_nuntiq_api {
	struct nq_outside outside;
	struct nq_http *http;
	struct nq_buf base, customer;
	struct nq_response answer;
	struct nq_doc doc;
};

/* where is nuntiq:BASE-URL, with references. Nothing is asked yet. */
int nq_nuntiq_api_open(
    struct nq_nuntiq_api *, const char *where, const struct nq_store_options *, struct nq_err *);
void nq_nuntiq_api_close(struct nq_nuntiq_api *);

/*
 * Asks, with retries: every verb may be sent twice. verb NULL reads the row. row becomes the
 * object of the answer in api->doc, or NQ_NONE where a verb's answer is none. A refusal is NQ_FAIL
 * with the platform's code and words.
 */
int nq_nuntiq_call(struct nq_nuntiq_api *, struct nq_key, const char *verb, struct nq_str body,
    uint32_t *row, struct nq_err *);

#endif
