#ifndef NQ_PG_LIB_H
#define NQ_PG_LIB_H

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif

#include "base/err.h"

/*
 * libpq, loaded at first use: with all that it brings along it takes longer to start than the rest
 * of a tool, and most runs never talk to PostgreSQL. One member for each function used, with the
 * type that its own header gives it.
 */
struct nq_pq {
	__typeof__(&PQconndefaults) conndefaults;
	__typeof__(&PQconninfoParse) conninfo_parse;
	__typeof__(&PQconninfo) conninfo;
	__typeof__(&PQconninfoFree) conninfo_free;
	__typeof__(&PQconnectStartParams) connect_start;
	__typeof__(&PQconnectPoll) connect_poll;
	__typeof__(&PQfinish) finish;
	__typeof__(&PQstatus) status;
	__typeof__(&PQsocket) socket;
	__typeof__(&PQpass) pass;
	__typeof__(&PQerrorMessage) error_message;
	__typeof__(&PQsetErrorVerbosity) set_error_verbosity;
	__typeof__(&PQsetNoticeReceiver) set_notice_receiver;
	__typeof__(&PQtransactionStatus) transaction_status;
	__typeof__(&PQsendQuery) send_query;
	__typeof__(&PQsendQueryParams) send_query_params;
	__typeof__(&PQconsumeInput) consume_input;
	__typeof__(&PQisBusy) is_busy;
	__typeof__(&PQgetResult) get_result;
	__typeof__(&PQgetCancel) get_cancel;
	__typeof__(&PQcancel) cancel;
	__typeof__(&PQfreeCancel) free_cancel;
	__typeof__(&PQresultStatus) result_status;
	__typeof__(&PQresultErrorField) result_error_field;
	__typeof__(&PQntuples) ntuples;
	__typeof__(&PQgetvalue) getvalue;
	__typeof__(&PQgetisnull) getisnull;
	__typeof__(&PQcmdTuples) cmd_tuples;
	__typeof__(&PQclear) clear;
	__typeof__(&PQputCopyData) put_copy_data;
	__typeof__(&PQputCopyEnd) put_copy_end;
	__typeof__(&PQfreemem) freemem;
};

/* The functions; NULL and an error where the library is missing or too old. It stays loaded. */
const struct nq_pq *nq_pq_load(struct nq_err *);

#endif
