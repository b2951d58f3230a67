#ifndef NQ_HTTP_INNER_H
#define NQ_HTTP_INNER_H

#include <curl/curl.h>

#include "http/client.h"
#include "http/exchange.h"
#include "http/flight.h"
#include "http/identity.h"
#include "http/origin.h"

#ifndef NQ_VERSION
#define NQ_VERSION "unknown"
#endif

/* What the files of the client share (client, flight, tries), and nobody else. */
struct nq_http {
	struct nq_http_options opt;
	struct nq_origin origin;
	CURLM *multi;		   /* all transfers and kept connections; NULL until the first */
	struct nq_flight *flights; /* all that there ever were: they are used again */
	uint64_t sent;		   /* numbers them */
	int64_t pumped_ns;	   /* when transfers were moved on last */
	struct curl_slist *own;	   /* headers for the base origin alone */
	struct nq_rate own_rate, *rate;
	bool plain; /* it says gzip and sends none: not asked for any more */
	bool skew_seen;
	struct nq_identity identity;
	struct nq_http_stats stats;
};

enum nq_flight_state {
	NQ_AT_REST, /* nobody's */
	NQ_QUEUED,  /* its next exchange waits for its turn */
	NQ_FLYING,
	NQ_LANDED, /* an attempt is over: outcome, resp and err say how */
};

struct nq_flight {
	struct nq_http *h;
	struct nq_flight *next;
	enum nq_flight_state state;
	struct nq_exchange x;
	struct nq_request q;
	const struct nq_receiver *recv;
	struct nq_response *resp;
	struct nq_err err;
	uint64_t order; /* of sending */
	uint64_t hops;	/* redirects of this attempt */
	enum nq_outcome outcome;
	bool ours;	  /* the last exchange was with the base origin */
	bool over;	  /* no further attempt can help */
	bool asked_plain; /* without compression */
	bool broken;	  /* no proof of who we are could be had: nor can it */
	uint64_t shown;	  /* digest of the token that was shown */
	int64_t launched_ns, landed_ns;
	int64_t lent_ms; /* time that passed while nobody looked: not the server's fault */
};

/* Queues another attempt. */
void nq_flight_try(struct nq_flight *);

/* Sends what was queued; its turn was waited for. */
void nq_flight_launch(struct nq_flight *);

/* Its attempt is over without an answer; err says why. */
void nq_flight_land(struct nq_flight *);

/* Moves all transfers on, and waits no longer than so for something to happen. */
void nq_flight_pump(struct nq_http *, int64_t ns);

/* Whether an answer is one that nq_http_do() ends well with. */
bool nq_flight_good(const struct nq_flight *);

#endif
