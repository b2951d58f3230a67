#ifndef NQ_LOAD_PAYLOAD_H
#define NQ_LOAD_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cli.h"
#include "base/err.h"
#include "load/batch.h"
#include "load/columns.h"

/*
 * The rows of a request as its body: a JSON array, {"NAME":[...]} with other members beside it,
 * NDJSON, or the NDJSON of Elasticsearch's _bulk. To add a form: one row in payload.c. One struct
 * serves a whole run, and its memory is used again for each body.
 *
 * A record leaves byte for byte as it came; only a row folded of several is written anew.
 */
struct nq_payload {
	const struct nq_payload_form *form;
	const struct nq_columns *columns;
	const char *envelope; /* NULL: none */
	struct nq_buf more;   /* the members behind the list: ,"full_load":true */
	bool append;	      /* rows are added, none is looked up by key */
	struct nq_buf body;
	uint32_t rows;
};

/* form: --body, NULL for an array. members: --member NAME=VALUE, beside an envelope. */
int nq_payload_init(struct nq_payload *, const struct nq_columns *, const char *form,
    const char *envelope, const struct nq_list *members, struct nq_err *);
void nq_payload_free(struct nq_payload *);

/* A member beside the list: the value as it stands if it is JSON, else as a string. */
void nq_payload_member(struct nq_payload *, struct nq_str name, struct nq_str value);

void nq_payload_begin(struct nq_payload *);
/* Adds a row, unless the body has one already and would grow beyond max bytes. */
bool nq_payload_add(struct nq_payload *, const struct nq_batch *, uint32_t row, uint64_t max);
void nq_payload_end(struct nq_payload *);

const char *nq_payload_type(const struct nq_payload *);	   /* the Content-Type */
const char *nq_payload_results(const struct nq_payload *); /* --results of the form, or NULL */
bool nq_payload_deletes(const struct nq_payload *); /* a row can say that it is to be deleted */

#endif
