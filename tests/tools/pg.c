#include <signal.h>
#include <stdio.h>

#include "base/cli.h"
#include "base/log.h"
#include "pg/conn.h"
#include "pg/query.h"

/*
 * Runs SQL statements over lib/pg, each argument in turn: usage: pg URL [SQL…]
 * Prints "place NAME", rows as values joined by '|', "affected N", and for an error "fault N state
 * XXXXX: message"; the argument "connect" connects anew. Ends with the status of the last error.
 */
static volatile sig_atomic_t stop;
static enum nq_status status;

static void
on_signal(int sig)
{
	stop = sig;
}

static int
tell(const struct nq_pg *pg, const struct nq_err *err)
{
	printf("fault %d state %s: %s\n", (int)pg->fault, pg->state, err->msg);
	status = err->status;
	return -1;
}

static void
run(struct nq_pg *pg, const char *sql)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_pg_rows rows;
	const char *v;

	if (nq_pg_query(pg, sql, NULL, 0, &rows, &err) == -1)
		tell(pg, &err);
	for (int r = 0; r < rows.n; r++) {
		v = nq_pg_get(&rows, r, 0);
		printf("%s\n", v != NULL ? v : "null");
	}
	if (rows.affected > 0 && rows.n == 0)
		printf("affected %llu\n", (unsigned long long)rows.affected);
	nq_pg_rows_free(&rows);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_signal};
	struct nq_pg pg = {
	    .stop = &stop, .connect_ms = 2000, .lock_ms = 300, .lock_option = "--busy-timeout"};
	struct nq_refs refs = {.nbags = 0};
	struct nq_err err = NQ_ERR_INIT;

	nq_cli_begin("pg");
	refs.env_file = (struct nq_buf)NQ_BUF_INIT;
	sigaction(SIGTERM, &sa, NULL);
	if (argc < 2)
		return 2;
	if (nq_pg_open(&pg, argv[1], &refs, "option '--to'", &err) == -1) {
		tell(&pg, &err);
	} else {
		printf("place %s\n", pg.place.data);
		fflush(stdout);
		if (nq_pg_connect(&pg, &err) == -1)
			tell(&pg, &err);
	}
	for (int i = 2, go = status == NQ_OK; go && i < argc; i++) {
		if (nq_str_is(nq_str(argv[i]), "connect")) {
			status = nq_pg_connect(&pg, &err) == -1 ? err.status : NQ_OK;
			continue;
		}
		run(&pg, argv[i]);
	}
	nq_pg_close(&pg);
	nq_refs_free(&refs);
	return (int)status;
}
