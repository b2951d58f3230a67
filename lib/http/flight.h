#ifndef NQ_HTTP_FLIGHT_H
#define NQ_HTTP_FLIGHT_H

#include "http/client.h"

/*
 * A request sent before its answer is wanted, so that several are on their way at once. Until
 * somebody wants it, it is tried once only, whatever comes of that; then it is what nq_http_do()
 * makes of it, which itself is a flight that is wanted at once. All flights of a client share its
 * connections, its rate and what servers ask to wait, and one token. Transfers move on only inside
 * nq_flight_send() and nq_flight_finish(), of whichever flight.
 */
struct nq_flight;

/*
 * Never waits. Everything given is borrowed, and what the request points to, until the flight is
 * finished or dropped. The receiver (NULL for none) may be called while another flight is waited
 * for.
 */
struct nq_flight *nq_flight_send(
    struct nq_http *, const struct nq_request *, const struct nq_receiver *, struct nq_response *);

/* Gets the answer, as nq_http_do() does. The flight is gone then. */
int nq_flight_finish(struct nq_flight *, struct nq_err *);

/* Breaks it off, quietly; NULL is none. */
void nq_flight_drop(struct nq_flight *);

/* Whether an attempt is over, and how: nothing of it was told to anybody yet. */
bool nq_flight_landed(const struct nq_flight *);
bool nq_flight_failed(const struct nq_flight *);

#endif
