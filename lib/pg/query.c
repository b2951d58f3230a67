#include "pg/query.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "pg/fault.h"
#include "pg/lib.h"

/* Asks the server to give up the statement; its answer then says so. Once is enough. */
static void
cancel(const struct nq_pq *pq, struct nq_pg *pg)
{
	char why[256];
	PGcancel *c = pg->cancelled ? NULL : pq->get_cancel(pg->conn);

	if (c == NULL)
		return;
	pg->cancelled = true;
	pq->cancel(c, why, sizeof(why));
	pq->free_cancel(c);
}

/* Waits until the next result can be had without waiting. */
static int
wait_for_answer(const struct nq_pq *pq, struct nq_pg *pg, struct nq_err *err)
{
	int64_t until = nq_clock_ms() + pg->answer_ms;
	struct pollfd p = {pq->socket(pg->conn), POLLIN, 0};

	while (pq->is_busy(pg->conn) != 0) {
		if (pg->stop != NULL && *pg->stop != 0)
			cancel(pq, pg);
		if (pg->answer_ms > 0 && nq_clock_ms() >= until)
			return nq_pg_fault_no_answer(pg, pg->answer_ms, err);
		if (poll(&p, 1, 200) == 1 && pq->consume_input(pg->conn) == 0)
			return nq_pg_fault_lost(pg, err);
	}
	return 0;
}

static bool
is_error(ExecStatusType s)
{
	return s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_EMPTY_QUERY &&
	       s != PGRES_COPY_IN;
}

/*
 * Takes the results until there is none left, or one asks for COPY data. The last one is *last,
 * the first error is told.
 */
static int
take_results(
    const struct nq_pq *pq, struct nq_pg *pg, PGresult **last, bool *copy, struct nq_err *err)
{
	PGresult *res;
	int rc = 0;

	for (;;) {
		if (wait_for_answer(pq, pg, err) == -1)
			return -1;
		res = pq->get_result(pg->conn);
		if (res == NULL)
			break;
		if (rc == 0 && is_error(pq->result_status(res)))
			rc = nq_pg_fault_result(pg, res, err);
		pq->clear(*last);
		*last = res;
		*copy = pq->result_status(res) == PGRES_COPY_IN;
		if (*copy)
			return rc;
	}
	if (rc == 0 && pq->status(pg->conn) == CONNECTION_BAD)
		return nq_pg_fault_lost(pg, err);
	return rc;
}

static void
note_rows(const struct nq_pq *pq, PGresult *res, struct nq_pg_rows *rows)
{
	const char *n = res != NULL ? pq->cmd_tuples(res) : "";

	rows->res = res;
	rows->n = res != NULL ? pq->ntuples(res) : 0;
	rows->affected = *n != '\0' ? strtoull(n, NULL, 10) : 0;
}

static const struct nq_pq *
ready(struct nq_pg *pg, struct nq_err *err)
{
	const struct nq_pq *pq = nq_pq_load(err);

	pg->fault = NQ_PG_NONE;
	memcpy(pg->state, "", 1);
	if (pq == NULL)
		return NULL;
	if (pg->conn == NULL || pq->status(pg->conn) == CONNECTION_BAD) {
		nq_pg_fault_lost(pg, err);
		return NULL;
	}
	return pq;
}

int
nq_pg_query(struct nq_pg *pg, const char *sql, const char *const *params, int nparams,
    struct nq_pg_rows *rows, struct nq_err *err)
{
	const struct nq_pq *pq = ready(pg, err);
	PGresult *last = NULL;
	bool copy = false;
	int sent, rc;

	*rows = (struct nq_pg_rows){NULL, 0, 0};
	if (pq == NULL)
		return -1;
	sent = nparams == 0
		   ? pq->send_query(pg->conn, sql)
		   : pq->send_query_params(pg->conn, sql, nparams, NULL, params, NULL, NULL, 0);
	if (sent == 0)
		return nq_pg_fault_lost(pg, err);
	rc = take_results(pq, pg, &last, &copy, err);
	note_rows(pq, last, rows);
	return rc;
}

int
nq_pg_exec(struct nq_pg *pg, const char *sql, struct nq_err *err)
{
	struct nq_pg_rows rows;
	int rc = nq_pg_query(pg, sql, NULL, 0, &rows, err);

	nq_pg_rows_free(&rows);
	return rc;
}

/* libpq takes pieces of int length. */
static int
feed(const struct nq_pq *pq, struct nq_pg *pg, struct nq_str data, struct nq_err *err)
{
	enum { PIECE = 1 << 20 };
	size_t n;

	for (; data.n > 0; data.p += n, data.n -= n) {
		n = data.n < PIECE ? data.n : PIECE;
		if (pq->put_copy_data(pg->conn, data.p, (int)n) != 1)
			return nq_pg_fault_lost(pg, err);
		if (pg->stop != NULL && *pg->stop != 0)
			cancel(pq, pg);
	}
	return pq->put_copy_end(pg->conn, NULL) == 1 ? 0 : nq_pg_fault_lost(pg, err);
}

int
nq_pg_copy(struct nq_pg *pg, const char *sql, struct nq_str data, struct nq_err *err)
{
	const struct nq_pq *pq = ready(pg, err);
	PGresult *last = NULL;
	bool copy = false;
	int rc;

	if (pq == NULL)
		return -1;
	if (pq->send_query(pg->conn, sql) == 0)
		return nq_pg_fault_lost(pg, err);
	rc = take_results(pq, pg, &last, &copy, err);
	if (rc == 0 && copy)
		rc = feed(pq, pg, data, err);
	if (copy && (rc == 0 || pg->fault != NQ_PG_LOST) &&
	    take_results(pq, pg, &last, &copy, err) == -1)
		rc = -1;
	pq->clear(last);
	return rc;
}

const char *
nq_pg_get(const struct nq_pg_rows *r, int row, int col)
{
	const struct nq_pq *pq = nq_pq_load(NULL);

	if (row >= r->n || pq->getisnull(r->res, row, col) != 0)
		return NULL;
	return pq->getvalue(r->res, row, col);
}

bool
nq_pg_is(const struct nq_pg_rows *r, int row, int col, const char *value)
{
	const char *v = nq_pg_get(r, row, col);

	return v != NULL && strcmp(v, value) == 0;
}

void
nq_pg_rows_free(struct nq_pg_rows *r)
{
	const struct nq_pq *pq = r->res != NULL ? nq_pq_load(NULL) : NULL;

	if (pq != NULL)
		pq->clear(r->res);
	*r = (struct nq_pg_rows){NULL, 0, 0};
}

static void
add_quoted(struct nq_buf *b, const char *text, char quote)
{
	nq_buf_addc(b, quote);
	for (; *text != '\0'; text++) {
		if (*text == quote)
			nq_buf_addc(b, quote);
		nq_buf_addc(b, *text);
	}
	nq_buf_addc(b, quote);
}

void
nq_pg_quote(struct nq_buf *b, const char *name)
{
	add_quoted(b, name, '"');
}

void
nq_pg_literal(struct nq_buf *b, const char *text)
{
	add_quoted(b, text, '\'');
}
