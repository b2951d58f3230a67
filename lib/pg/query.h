#ifndef NQ_PG_QUERY_H
#define NQ_PG_QUERY_H

#include "pg/conn.h"

/* Statements and their answers over a connection. */

/* The rows of an answer, all of them text. Zeroed before the first use; free is always legal. */
struct nq_pg_rows {
	struct pg_result *res;
	int n;		   /* rows that came back */
	uint64_t affected; /* rows that were inserted, updated, deleted */
};

/*
 * Runs statements, one or several. -1 fills the error (status NQ_TEMPFAIL where a later run can
 * help) and fault; the text is the server's own, without its DETAIL, which quotes data and goes to
 * the debug log.
 */
int nq_pg_exec(struct nq_pg *, const char *sql, struct nq_err *);
/*
 * One statement with parameters $1…, as text or NULL; or, without parameters, several, of which
 * the last gives the rows. The caller frees the rows, whatever is returned.
 */
int nq_pg_query(struct nq_pg *, const char *sql, const char *const *params, int nparams,
    struct nq_pg_rows *, struct nq_err *);
/* Runs the statements, the last of which is COPY … FROM STDIN, and feeds it the data. */
int nq_pg_copy(struct nq_pg *, const char *sql, struct nq_str data, struct nq_err *);

const char *nq_pg_get(const struct nq_pg_rows *, int row, int col); /* NULL: the value is null */
bool nq_pg_is(const struct nq_pg_rows *, int row, int col, const char *value);
void nq_pg_rows_free(struct nq_pg_rows *);

/* Adds the name as an identifier: in double quotes, those in it doubled. */
void nq_pg_quote(struct nq_buf *, const char *name);
/* Adds the text as a literal: in single quotes, those in it doubled. */
void nq_pg_literal(struct nq_buf *, const char *text);

#endif
