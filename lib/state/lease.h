#ifndef NQ_STATE_LEASE_H
#define NQ_STATE_LEASE_H

#include "pg/query.h"
#include "state/name.h"

/*
 * The lease of a stream in nq_state: a lock that ends by itself when nobody renews it, by the
 * clock of the server alone. It lasts NQ_LEASE, 25 seconds unless said, and is renewed five times
 * in that time.
 */
struct nq_lease {
	struct nq_pg *pg;
	struct nq_key key;
	struct nq_buf token, holder; /* the holder as messages tell it: "pid 812 on host" */
	int64_t ms;
};

/*
 * Makes the token: 64 random bits, and 64 that tell the lease, so that who was started under it
 * still knows that when it is lost and the row has forgotten.
 */
int nq_lease_name(struct nq_lease *, struct nq_err *);

/* Whether the lock that we run under is, or was, a lease of this stream. */
bool nq_lease_own(const struct nq_pg *, struct nq_key);

int nq_lease_ms(int64_t *ms, struct nq_err *); /* from the environment */

/* 1 when it is ours now, 0 when somebody else has it, with who added, -1. Makes the tables. */
int nq_lease_take(struct nq_lease *, struct nq_buf *who, struct nq_err *);

/* 1 when it was renewed, 0 when it is not ours any more, -1. */
int nq_lease_renew(struct nq_lease *, struct nq_err *);

/* Adds who has it, as far as that is known ("pid 812 on host, since …"). */
int nq_lease_holder(struct nq_lease *, struct nq_buf *who, struct nq_err *);

/* Gives it back, and frees the run that began under it from needing it. */
int nq_lease_give(struct nq_lease *, struct nq_err *);

/* What to select, with $3 as our token or NULL, and how to read it. */
#define NQ_LEASE_COLUMNS                                                    \
	"lease_token = $3, lease_until > clock_timestamp(), lease_holder, " \
	"to_char(lease_since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
void nq_lease_read(const struct nq_pg_rows *, bool *ours, bool *valid, struct nq_buf *who);

#endif
