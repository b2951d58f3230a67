#ifndef NQ_PG_CONN_H
#define NQ_PG_CONN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ref.h"
#include "base/str.h"

/*
 * One connection to a PostgreSQL server (10 and later), set up so that what is committed is
 * durable and text means the same everywhere: synchronous_commit not off, UTF-8, standard strings,
 * ISO dates in UTC. To other hosts it is encrypted unless the URL says otherwise; no GSSAPI
 * encryption. The search path stays the role's own: name tables with their schema.
 *
 * Every wait is bounded: connecting by connect_ms, a lock by lock_ms, an answer by answer_ms, a
 * peer that is gone by TCP's own means; a signal that sets *stop cancels the query in hand.
 */

/* What kind of failure the last one was: what can be done about it. */
enum nq_pg_fault {
	NQ_PG_NONE,
	NQ_PG_OTHER,   /* the statement or the rights are wrong, the disk is full… */
	NQ_PG_ROW,     /* the data were refused: classes 22, 23, 44, 54 and P0001 */
	NQ_PG_AGAIN,   /* the server gave the transaction up (deadlock): do it once more */
	NQ_PG_BUSY,    /* lock_ms is over */
	NQ_PG_LOST,    /* no connection any more: nq_pg_connect() makes a new one */
	NQ_PG_STOPPED, /* by *stop */
};

struct nq_pg {
	const char *option;			/* which option named the place: starts messages */
	const volatile sig_atomic_t *stop;	/* may be NULL */
	int64_t connect_ms, lock_ms, answer_ms; /* answer_ms 0: for ever */
	struct nq_buf url;			/* holds the password */
	struct nq_buf place;			/* postgresql://HOST:PORT/DATABASE, for messages */
	enum nq_pg_fault fault;			/* of the last call */
	char state[6];				/* its SQLSTATE, or "" */
	const char *lock_option;		/* which option sets lock_ms, or NULL */
	struct pg_conn *conn;
	bool cancelled;
};

/*
 * Reads the URL and names the place, without connecting. refs may be NULL. Wrong URLs and literal
 * passwords are NQ_USAGE.
 */
int nq_pg_open(
    struct nq_pg *, const char *url, const struct nq_refs *, const char *option, struct nq_err *);
/* Connects, or connects anew after the connection was lost. Tries once. */
int nq_pg_connect(struct nq_pg *, struct nq_err *);
void nq_pg_close(struct nq_pg *); /* rolls back what is not committed */

#endif
