#ifndef NQ_LOAD_POSTGRES_FIT_H
#define NQ_LOAD_POSTGRES_FIT_H

#include "load/postgres_table.h"

/* A table made, or changed, so that it takes what the columns have seen. */

/* Whether what the columns have seen needs another shape. */
bool nq_pg_fit_needed(const struct nq_pg_table *, const struct nq_columns *);
/* Makes room for what the columns have seen: creates, adds, widens. Within a transaction. */
int nq_pg_fit(struct nq_pg_table *, struct nq_columns *, struct nq_err *);

#endif
