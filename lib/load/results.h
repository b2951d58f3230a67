#ifndef NQ_LOAD_RESULTS_H
#define NQ_LOAD_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "http/client.h"
#include "json/doc.h"
#include "json/path.h"

/*
 * What an answer says of each row of its request: a list, where --results says or, under 207, at
 * .results, .items or the whole. An item stands for the row in its place, or for the one that its
 * member "index" counts from 0. {"index":{...}} with nothing else is Elasticsearch's and means
 * what it holds. A row was refused where its item has "status" other than 2xx, "ok" or "success"
 * false, or something under "error", "errors" or "ErrorCode"; under a status that may pass (429,
 * 503) it is to be sent again.
 */
enum nq_fate { NQ_FATE_IN, NQ_FATE_REFUSED, NQ_FATE_AGAIN };

struct nq_results {
	bool given, optional; /* --results PATH, --results 'PATH?' */
	struct nq_path path;
	struct nq_doc doc;
	uint8_t *fate;	/* enum nq_fate by place in the request */
	uint32_t *item; /* the token that says so */
	uint32_t n, cap;
	/* How many items say that they were created, updated, deleted or left as they were. */
	uint64_t inserted, updated, deleted, unchanged, said;
};

/* spec may be NULL. */
int nq_results_init(struct nq_results *, const char *spec, struct nq_err *);
void nq_results_free(struct nq_results *);

/*
 * Reads the good answer to a request of n rows. 1: the fate of each row is told; 0: all of them
 * are in; -1: rows may be missing and the answer does not say which. The tokens live as long as
 * the answer's body, until the next read.
 */
int nq_results_read(struct nq_results *, const struct nq_response *, uint32_t n, struct nq_err *);

/* Adds why the row in this place was refused. */
void nq_results_reason(const struct nq_results *, uint32_t place, struct nq_buf *);

#endif
