#include "pg/lib.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define ROW(member, name)                             \
	{                                             \
		offsetof(struct nq_pq, member), #name \
	}

static const struct {
	size_t at;
	const char *name;
} functions[] = {
    ROW(conndefaults, PQconndefaults),
    ROW(conninfo_parse, PQconninfoParse),
    ROW(conninfo, PQconninfo),
    ROW(conninfo_free, PQconninfoFree),
    ROW(connect_start, PQconnectStartParams),
    ROW(connect_poll, PQconnectPoll),
    ROW(finish, PQfinish),
    ROW(status, PQstatus),
    ROW(socket, PQsocket),
    ROW(pass, PQpass),
    ROW(error_message, PQerrorMessage),
    ROW(set_error_verbosity, PQsetErrorVerbosity),
    ROW(set_notice_receiver, PQsetNoticeReceiver),
    ROW(transaction_status, PQtransactionStatus),
    ROW(send_query, PQsendQuery),
    ROW(send_query_params, PQsendQueryParams),
    ROW(consume_input, PQconsumeInput),
    ROW(is_busy, PQisBusy),
    ROW(get_result, PQgetResult),
    ROW(get_cancel, PQgetCancel),
    ROW(cancel, PQcancel),
    ROW(free_cancel, PQfreeCancel),
    ROW(result_status, PQresultStatus),
    ROW(result_error_field, PQresultErrorField),
    ROW(ntuples, PQntuples),
    ROW(getvalue, PQgetvalue),
    ROW(getisnull, PQgetisnull),
    ROW(cmd_tuples, PQcmdTuples),
    ROW(clear, PQclear),
    ROW(put_copy_data, PQputCopyData),
    ROW(put_copy_end, PQputCopyEnd),
    ROW(freemem, PQfreemem),
};

const struct nq_pq *
nq_pq_load(struct nq_err *err)
{
	static struct nq_pq pq;
	static const struct nq_pq *loaded;
	void *lib, *sym;

	if (loaded != NULL)
		return loaded;
	lib = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL) {
		nq_err_set(err, NQ_FAIL,
		    "PostgreSQL needs libpq: %s (on Debian: apt-get install libpq5)", dlerror());
		return NULL;
	}
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		sym = dlsym(lib, functions[i].name);
		if (sym == NULL) {
			nq_err_set(
			    err, NQ_FAIL, "libpq is too old: it has no '%s'", functions[i].name);
			return NULL;
		}
		/* POSIX lets the bytes of the one pointer be those of the other (dlsym). */
		memcpy((char *)&pq + functions[i].at, &sym, sizeof(sym));
	}
	loaded = &pq;
	return loaded;
}
