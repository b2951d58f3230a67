#ifndef NQ_LOAD_POST_H
#define NQ_LOAD_POST_H

#include "http/client.h"
#include "load/payload.h"
#include "load/results.h"
#include "load/sink.h"

/*
 * What destinations over HTTP share: one URL, to which a payload goes, and what its answer means.
 * What can pass (408, 425, 429, 5xx, a lost connection) was tried again by http/client; an unknown
 * outcome is sent again, so a row may arrive twice.
 */
struct nq_post {
	const struct nq_load_options *o;
	struct nq_http *http;
	struct nq_buf url; /* with --query */
	bool secret;	   /* the URL holds one */
	const char *method;
	const char *header, *value; /* one more header, of the destination itself; NULL: none */
	struct nq_payload payload;
	struct nq_results results; /* of the last answer */
	struct nq_response answer;
};

/* Legal to free from here on. */
void nq_post_init(struct nq_post *, const struct nq_load_options *);
void nq_post_free(struct nq_post *);

/*
 * Sets the URL: the text with its references filled in. Refuses what is no http or https URL; form
 * is shown as the way to write it.
 */
int nq_post_url(struct nq_post *, struct nq_str text, const char *form, struct nq_err *);
/* The same for one that ends with its path, to which nq_post_path() adds "/v1/things". */
int nq_post_base(struct nq_post *, struct nq_str text, const char *form, struct nq_err *);
void nq_post_path(struct nq_post *, const char *path);
/* Adds each --query. */
int nq_post_queries(struct nq_post *, struct nq_err *);

/* Adds NAME=VALUE to the query, percent-encoded. */
void nq_post_query(struct nq_post *, struct nq_str name, struct nq_str value);

/* The URL as a receipt and messages show it, secrets redacted. */
void nq_post_place(const struct nq_post *, struct nq_buf *);

/* Makes the client, with credentials and headers. */
int nq_post_start(struct nq_post *, struct nq_err *);

enum nq_posted {
	NQ_POSTED_FAILED = -1,
	NQ_POSTED_IN,	   /* all rows */
	NQ_POSTED_TOLD,	   /* results has the fate of each */
	NQ_POSTED_REFUSED, /* none of them, for some row or for their size: the error says it */
};

/* Ends the payload and sends it. what: "batch 7". */
enum nq_posted nq_post_send(struct nq_post *, const char *what, struct nq_err *);

/* What a request would be, for a dry run. */
void nq_post_show(struct nq_post *, struct nq_buf *);

#endif
