#ifndef NQ_PG_FAULT_H
#define NQ_PG_FAULT_H

#include "pg/conn.h"

struct pg_result;

/*
 * What went wrong, from the SQLSTATE (PostgreSQL's manual, appendix A): fault, status and message.
 * The first line of the server's text counts; DETAIL, HINT and CONTEXT go to the debug log. All
 * return -1.
 */
int nq_pg_fault_result(struct nq_pg *, const struct pg_result *, struct nq_err *);
int nq_pg_fault_lost(struct nq_pg *, struct nq_err *);	      /* with libpq's reason */
int nq_pg_fault_unreachable(struct nq_pg *, struct nq_err *); /* connecting failed */
int nq_pg_fault_no_answer(struct nq_pg *, int64_t ms, struct nq_err *);
int nq_pg_fault_stopped(struct nq_pg *, struct nq_err *);

#endif
