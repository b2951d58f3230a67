#ifndef NQ_FETCH_ARRIVAL_H
#define NQ_FETCH_ARRIVAL_H

#include "fetch/ask.h"
#include "fetch/format.h"
#include "fetch/page.h"
#include "fetch/spool.h"
#include "http/flight.h"

/*
 * One page on its way: what is asked for it, and its body while it comes in, read as the pull has
 * it. Several of one pull may be under way, if nothing is to be found out any more: then nothing of
 * the pull changes by what comes in.
 */
struct nq_pull;

struct nq_arrival {
	struct nq_pull *pull;
	struct nq_ask ask;
	uint64_t at;		  /* the place that it asks for, where places are numbers */
	char what[32];		  /* "page 7" */
	struct nq_flight *flight; /* NULL: not sent */
	struct nq_receiver recv;
	struct nq_response answer;
	struct nq_page_spec spec; /* the pull's, borrowed, and the format of this body */
	struct nq_page page;
	struct nq_spool raw; /* the body, where it is read again or goes out itself */
};

/* Must stay where it is. */
void nq_arrival_init(struct nq_arrival *, struct nq_pull *);
void nq_arrival_free(struct nq_arrival *);

/* Sends what ask says, or breaks that off. */
void nq_arrival_send(struct nq_arrival *, struct nq_http *, uint64_t number);
void nq_arrival_drop(struct nq_arrival *);

/* Whether it is there, and good. */
bool nq_arrival_good(const struct nq_arrival *);

/* Whether it has shown already that no page is wanted behind it: it is empty, or failed. */
bool nq_arrival_ends(const struct nq_arrival *);

/* A body that comes from elsewhere than the network; ctx is the arrival. */
int nq_arrival_begin(struct nq_arrival *, enum nq_format, struct nq_err *);
int nq_arrival_data(void *ctx, const char *, size_t, struct nq_err *);
int nq_arrival_end(struct nq_arrival *, struct nq_err *);

#endif
