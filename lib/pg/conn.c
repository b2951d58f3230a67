#include "pg/conn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "pg/fault.h"
#include "pg/lib.h"
#include "pg/query.h"
#include "pg/url.h"

enum { MAX_PARAMS = 16 };

static void
note_secret(const char *value)
{
	if (value != NULL && *value != '\0')
		nq_secret_add(nq_str(value));
}

int
nq_pg_open(struct nq_pg *pg, const char *url, const struct nq_refs *refs, const char *option,
    struct nq_err *err)
{
	pg->option = option;
	pg->url = pg->place = (struct nq_buf)NQ_BUF_INIT;
	note_secret(getenv("PGPASSWORD"));
	if (nq_pg_url_expand(url, refs, option, &pg->url, err) == -1)
		return -1;
	return nq_pg_url_place(pg->url.data, option, &pg->place, err);
}

void
nq_pg_close(struct nq_pg *pg)
{
	const struct nq_pq *pq = pg->conn != NULL ? nq_pq_load(NULL) : NULL;

	if (pq != NULL)
		pq->finish(pg->conn);
	pg->conn = NULL;
	nq_buf_free(&pg->url);
	nq_buf_free(&pg->place);
}

/* What the server says beside the answers: "table does not exist, skipping". */
static void
on_notice(void *ctx, const PGresult *res)
{
	const struct nq_pq *pq = nq_pq_load(NULL);
	const char *text = pq->result_error_field(res, PG_DIAG_MESSAGE_PRIMARY);

	(void)ctx;
	if (text != NULL)
		nq_log(NQ_LOG_DEBUG, "postgresql", "notice: %s", text);
}

/*
 * What stands before the URL can be overruled by it, what stands behind it cannot (PostgreSQL's
 * manual, 34.1.1, PQconnectdbParams).
 */
static PGconn *
start(const struct nq_pq *pq, const struct nq_pg *pg)
{
	const char *name[MAX_PARAMS], *value[MAX_PARAMS];
	int n = 0;
	static const char *const before[][2] = {
	    {"gssencmode", "disable"},
	    {"keepalives_idle", "30"},
	    {"keepalives_interval", "10"},
	    {"keepalives_count", "3"},
	    {"tcp_user_timeout", "60000"},
	};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		name[n] = before[i][0];
		value[n++] = before[i][1];
	}
	if (nq_pg_url_needs_tls(pg->url.data)) {
		name[n] = "sslmode";
		value[n++] = "require";
	}
	name[n] = "fallback_application_name";
	value[n++] = nq_log_tool();
	name[n] = "dbname";
	value[n++] = pg->url.data;
	name[n] = "client_encoding";
	value[n++] = "UTF8";
	name[n] = value[n] = NULL;
	return pq->connect_start(name, value, 1);
}

/* connect_timeout of the URL or PGCONNECT_TIMEOUT, in seconds, else ours. */
static int64_t
patience(const struct nq_pq *pq, const struct nq_pg *pg)
{
	PQconninfoOption *o = pq->conninfo(pg->conn);
	int64_t ms = pg->connect_ms > 0 ? pg->connect_ms : INT64_C(10000);
	long s;

	for (PQconninfoOption *i = o; i != NULL && i->keyword != NULL; i++) {
		if (strcmp(i->keyword, "connect_timeout") != 0 || i->val == NULL)
			continue;
		s = strtol(i->val, NULL, 10);
		ms = s > 0 && s < 1000000 ? (int64_t)s * 1000 : ms;
	}
	pq->conninfo_free(o);
	return ms;
}

static int
shake_hands(const struct nq_pq *pq, struct nq_pg *pg, struct nq_err *err)
{
	int64_t limit = patience(pq, pg), until = nq_clock_ms() + limit;
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;
	struct pollfd p;

	while (want != PGRES_POLLING_OK) {
		if (want == PGRES_POLLING_FAILED)
			return nq_pg_fault_unreachable(pg, err);
		if (pg->stop != NULL && *pg->stop != 0)
			return nq_pg_fault_stopped(pg, err);
		if (nq_clock_ms() >= until)
			return nq_pg_fault_no_answer(pg, limit, err);
		p = (struct pollfd){
		    pq->socket(pg->conn), want == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
		if (poll(&p, 1, 200) == 1)
			want = pq->connect_poll(pg->conn);
	}
	return 0;
}

/* Commits of this session survive a power cut; what a stronger setting promises stays. */
static int
set_up(struct nq_pg *pg, struct nq_err *err)
{
	char sql[640];
	struct nq_pg_rows rows = {NULL, 0, 0};
	int rc;

	snprintf(sql, sizeof(sql),
	    "SET lock_timeout = %lld; SET standard_conforming_strings = on; "
	    "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; "
	    "SET extra_float_digits = 1; SET row_security = on; "
	    "SELECT pg_catalog.set_config('synchronous_commit', 'on', false) "
	    "WHERE pg_catalog.current_setting('synchronous_commit') = 'off'; "
	    "SELECT pg_catalog.current_setting('fsync')",
	    (long long)pg->lock_ms);
	rc = nq_pg_query(pg, sql, NULL, 0, &rows, err);
	if (rc == 0 && nq_pg_is(&rows, 0, 0, "off"))
		nq_log(NQ_LOG_WARN, "postgresql",
		    "'%s' runs with fsync off: a power cut there can lose what is committed",
		    pg->place.data);
	nq_pg_rows_free(&rows);
	return rc;
}

int
nq_pg_connect(struct nq_pg *pg, struct nq_err *err)
{
	const struct nq_pq *pq = nq_pq_load(err);

	if (pq == NULL)
		return -1;
	if (pg->conn != NULL)
		pq->finish(pg->conn);
	pg->cancelled = false;
	pg->fault = NQ_PG_NONE;
	pg->conn = start(pq, pg);
	if (pg->conn == NULL || pq->status(pg->conn) == CONNECTION_BAD)
		return nq_pg_fault_unreachable(pg, err);
	note_secret(pq->pass(pg->conn));
	pq->set_notice_receiver(pg->conn, on_notice, NULL);
	pq->set_error_verbosity(pg->conn, PQERRORS_VERBOSE);
	if (shake_hands(pq, pg, err) == -1)
		return -1;
	pq->set_error_verbosity(pg->conn, PQERRORS_DEFAULT);
	note_secret(pq->pass(pg->conn));
	return set_up(pg, err);
}
