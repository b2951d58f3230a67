#include "pg/fault.h"

#include <string.h>

#include "base/log.h"
#include "pg/lib.h"

/* By the start of the SQLSTATE, the first row that fits. */
static const struct {
	const char *state;
	enum nq_pg_fault fault;
	enum nq_status status;
} classes[] = {
    {"08", NQ_PG_LOST, NQ_TEMPFAIL},	 /* connection */
    {"57P01", NQ_PG_LOST, NQ_TEMPFAIL},	 /* admin shutdown, or somebody ended our session */
    {"57P02", NQ_PG_LOST, NQ_TEMPFAIL},	 /* crash shutdown */
    {"57P03", NQ_PG_LOST, NQ_TEMPFAIL},	 /* starting up or shutting down */
    {"57P05", NQ_PG_LOST, NQ_TEMPFAIL},	 /* idle session timeout */
    {"25P03", NQ_PG_LOST, NQ_TEMPFAIL},	 /* idle in transaction timeout */
    {"57014", NQ_PG_OTHER, NQ_TEMPFAIL}, /* statement timeout, or cancelled by somebody */
    {"40", NQ_PG_AGAIN, NQ_TEMPFAIL},	 /* deadlock, serialization */
    {"53", NQ_PG_OTHER, NQ_TEMPFAIL},	 /* too many connections, no memory, disk full */
    {"55P03", NQ_PG_BUSY, NQ_TEMPFAIL},	 /* lock timeout */
    {"22", NQ_PG_ROW, NQ_FAIL},		 /* data exception */
    {"23", NQ_PG_ROW, NQ_FAIL},		 /* constraint */
    {"44", NQ_PG_ROW, NQ_FAIL},		 /* WITH CHECK OPTION */
    {"54", NQ_PG_ROW, NQ_FAIL},		 /* program limit: too long for an index */
    {"P0001", NQ_PG_ROW, NQ_FAIL},	 /* a trigger raised it */
    {"", NQ_PG_OTHER, NQ_FAIL},
};

static enum nq_status
classify(struct nq_pg *pg, const char *state)
{
	size_t i = 0;

	strncpy(pg->state, state != NULL ? state : "", sizeof(pg->state) - 1);
	while (strncmp(pg->state, classes[i].state, strlen(classes[i].state)) != 0)
		i++;
	pg->fault = classes[i].fault;
	return classes[i].status;
}

static void
tell_more(const struct nq_pq *pq, const PGresult *res)
{
	static const struct {
		int field;
		const char *name;
	} more[] = {
	    {PG_DIAG_MESSAGE_DETAIL, "detail"},
	    {PG_DIAG_MESSAGE_HINT, "hint"},
	    {PG_DIAG_CONTEXT, "context"},
	};
	const char *text;

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		text = pq->result_error_field(res, more[i].field);
		if (text != NULL)
			nq_log(NQ_LOG_DEBUG, "postgresql", "%s: %s", more[i].name, text);
	}
}

static int
busy(struct nq_pg *pg, struct nq_err *err)
{
	const char *option = pg->lock_option;

	return nq_err_set(err, NQ_TEMPFAIL,
	    "'%s': locked by another program, gave up after %lld.%lld s%s%s%s", pg->place.data,
	    (long long)pg->lock_ms / 1000, (long long)pg->lock_ms % 1000 / 100,
	    option != NULL ? " (" : "", option != NULL ? option : "", option != NULL ? ")" : "");
}

int
nq_pg_fault_result(struct nq_pg *pg, const struct pg_result *res, struct nq_err *err)
{
	const struct nq_pq *pq = nq_pq_load(err);
	const char *text = pq->result_error_field(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *state = pq->result_error_field(res, PG_DIAG_SQLSTATE);
	enum nq_status status;

	if (state == NULL || pq->status(pg->conn) == CONNECTION_BAD)
		return nq_pg_fault_lost(pg, err);
	tell_more(pq, res);
	status = classify(pg, state);
	if (pg->cancelled && strcmp(pg->state, "57014") == 0)
		return nq_pg_fault_stopped(pg, err);
	if (pg->fault == NQ_PG_BUSY)
		return busy(pg, err);
	text = text != NULL ? text : "no reason given";
	return nq_err_set(
	    err, status, "%.*s (SQLSTATE %s)", (int)strcspn(text, "\n"), text, pg->state);
}

/* The first line of what libpq says, without the parts that say again what we say. */
static const char *
reason(const struct nq_pg *pg, int *len)
{
	const struct nq_pq *pq = nq_pq_load(NULL);
	const char *text = pg->conn != NULL ? pq->error_message(pg->conn) : "out of memory";
	const char *failed = strstr(text, " failed: ");

	if (failed != NULL && strncmp(text, "connection to server ", 21) == 0)
		text = failed + strlen(" failed: ");
	*len = (int)strcspn(text, "\n");
	return text;
}

int
nq_pg_fault_lost(struct nq_pg *pg, struct nq_err *err)
{
	int n;
	const char *why = reason(pg, &n);

	memcpy(pg->state, "", 1);
	pg->fault = NQ_PG_LOST;
	return nq_err_set(
	    err, NQ_TEMPFAIL, "lost the connection to '%s': %.*s", pg->place.data, n, why);
}

/*
 * A server that answers says "FATAL:  28P01: text" in this phase, for we ask for the SQLSTATE: only
 * that tells a wrong password from a server that is not ready.
 */
int
nq_pg_fault_unreachable(struct nq_pg *pg, struct nq_err *err)
{
	enum nq_status status = NQ_TEMPFAIL;
	int n;
	const char *why = reason(pg, &n), *colon = strstr(why, ":  ");
	char state[6] = "";

	pg->fault = NQ_PG_LOST;
	memcpy(pg->state, "", 1);
	if (colon != NULL && colon + 10 < why + n && colon[8] == ':' &&
	    strspn(colon + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5) {
		memcpy(state, colon + 3, 5);
		status = classify(pg, state);
		n -= (int)(colon + 10 - why);
		why = colon + 10;
	}
	/* libpq itself found fault with what it was told, or with the other side's certificate. */
	if (*state == '\0' && (strstr(why, "SSL") != NULL || strstr(why, "invalid ") != NULL ||
				  strstr(why, "password") != NULL))
		status = NQ_FAIL;
	return nq_err_set(err, status, "cannot connect to '%s': %.*s", pg->place.data, n, why);
}

int
nq_pg_fault_no_answer(struct nq_pg *pg, int64_t ms, struct nq_err *err)
{
	pg->fault = NQ_PG_LOST;
	memcpy(pg->state, "", 1);
	return nq_err_set(err, NQ_TEMPFAIL, "'%s': no answer within %lld.%lld s", pg->place.data,
	    (long long)ms / 1000, (long long)ms % 1000 / 100);
}

int
nq_pg_fault_stopped(struct nq_pg *pg, struct nq_err *err)
{
	pg->fault = NQ_PG_STOPPED;
	return nq_err_set(err, NQ_FAIL, "interrupted");
}
