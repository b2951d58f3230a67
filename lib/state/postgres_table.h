#ifndef NQ_STATE_POSTGRES_TABLE_H
#define NQ_STATE_POSTGRES_TABLE_H

#include <stdbool.h>

#include "pg/conn.h"

/* The tables of the PostgreSQL store. */

enum { NQ_POSTGRES_VERSION = 1 };

/* Whether the last call failed because the tables are not there yet. */
bool nq_postgres_missing(const struct nq_pg *);

/* Makes them; harmless where they are, also when several do it at once. Not inside a transaction.
 */
int nq_postgres_create(struct nq_pg *, struct nq_err *);

/* Connects, trying for some seconds where that can help. */
int nq_postgres_connect(struct nq_pg *, struct nq_err *);

#endif
