#include "state/lease.h"

#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/hash.h"
#include "state/id.h"
#include "state/lock.h"
#include "state/postgres_table.h"

#define KEY "connector_name = $1 AND stream_name = $2"

enum { RANDOM_LEN = 16, LEASE_MS = 25000, LEAST_MS = 1000, MOST_MS = 60 * 60 * 1000 };

int
nq_lease_ms(int64_t *ms, struct nq_err *err)
{
	const char *text = getenv("NQ_LEASE");

	*ms = LEASE_MS;
	if (text == NULL || *text == '\0' ||
	    (nq_cli_duration(text, ms) == 0 && *ms >= LEAST_MS && *ms <= MOST_MS))
		return 0;
	return nq_err_set(err, NQ_USAGE, "NQ_LEASE: '%s' is no time from 1s to 1h", text);
}

/* Which lease it is, as 16 hexadecimal digits. */
static void
add_name(const struct nq_pg *pg, struct nq_key k, struct nq_buf *token)
{
	uint64_t h = nq_hash(0, pg->place.data, pg->place.len);

	h = nq_hash(h, k.connector, strlen(k.connector));
	h = nq_hash(h, k.stream, strlen(k.stream));
	nq_buf_addf(token, "%016llx", (unsigned long long)h);
}

int
nq_lease_name(struct nq_lease *l, struct nq_err *err)
{
	nq_buf_reset(&l->token);
	if (nq_id_random(&l->token, err) == -1)
		return -1;
	nq_buf_cut(&l->token, RANDOM_LEN);
	add_name(l->pg, l->key, &l->token);
	return 0;
}

bool
nq_lease_own(const struct nq_pg *pg, struct nq_key k)
{
	const char *own = nq_lock_own();
	struct nq_buf name = NQ_BUF_INIT;
	bool is;

	add_name(pg, k, &name);
	is = own != NULL && strcmp(own + RANDOM_LEN, name.data) == 0;
	nq_buf_free(&name);
	return is;
}

/* The statement over key, token, and what else there is. */
static int
run(struct nq_lease *l, const char *sql, const char *fourth, const char *fifth, uint64_t *affected,
    struct nq_err *err)
{
	const char *params[] = {l->key.connector, l->key.stream, l->token.data, fourth, fifth};
	struct nq_pg_rows rows;
	int rc = nq_pg_query(l->pg, sql, params,
	    fifth != NULL    ? 5
	    : fourth != NULL ? 4
			     : 3,
	    &rows, err);

	*affected = rows.affected;
	nq_pg_rows_free(&rows);
	return rc;
}

static int
insert_row(struct nq_lease *l, struct nq_err *err)
{
	const char *params[] = {l->key.connector, l->key.stream};
	struct nq_pg_rows rows;
	int rc = nq_pg_query(l->pg,
	    "INSERT INTO nq_state (connector_name, stream_name) VALUES ($1, $2) "
	    "ON CONFLICT DO NOTHING",
	    params, 2, &rows, err);

	nq_pg_rows_free(&rows);
	if (rc == 0 || !nq_postgres_missing(l->pg))
		return rc;
	return nq_postgres_create(l->pg, err) == -1 ? -1 : insert_row(l, err);
}

void
nq_lease_read(const struct nq_pg_rows *rows, bool *ours, bool *valid, struct nq_buf *who)
{
	const char *holder = nq_pg_get(rows, 0, 2), *since = nq_pg_get(rows, 0, 3);

	*ours = nq_pg_is(rows, 0, 0, "t");
	*valid = nq_pg_is(rows, 0, 1, "t");
	if (holder != NULL)
		nq_buf_addf(who, "%s, since %s", holder, since != NULL ? since : "?");
}

int
nq_lease_holder(struct nq_lease *l, struct nq_buf *who, struct nq_err *err)
{
	const char *params[] = {l->key.connector, l->key.stream, nq_lock_own()};
	struct nq_pg_rows rows;
	bool ours = false, valid;
	int rc = nq_pg_query(
	    l->pg, "SELECT " NQ_LEASE_COLUMNS " FROM nq_state WHERE " KEY, params, 3, &rows, err);

	if (rc == 0 && rows.n == 1)
		nq_lease_read(&rows, &ours, &valid, who);
	if (ours)
		nq_buf_adds(who, ": the run that this one was started by");
	nq_pg_rows_free(&rows);
	return rc;
}

int
nq_lease_take(struct nq_lease *l, struct nq_buf *who, struct nq_err *err)
{
	struct nq_buf ms = NQ_BUF_INIT;
	uint64_t n = 0;
	int rc = insert_row(l, err);

	nq_buf_addf(&ms, "%lld milliseconds", (long long)l->ms);
	if (rc == 0)
		rc = run(l,
		    "UPDATE nq_state SET lease_token = $3, lease_holder = $4,"
		    " lease_since = clock_timestamp(),"
		    " lease_until = clock_timestamp() + $5::interval WHERE " KEY
		    " AND (lease_token IS NULL OR lease_until <= clock_timestamp())",
		    l->holder.data, ms.data, &n, err);
	nq_buf_free(&ms);
	if (rc == 0 && n == 0)
		rc = nq_lease_holder(l, who, err);
	return rc == -1 ? -1 : n == 1;
}

int
nq_lease_renew(struct nq_lease *l, struct nq_err *err)
{
	struct nq_buf ms = NQ_BUF_INIT;
	uint64_t n = 0;
	int rc;

	nq_buf_addf(&ms, "%lld milliseconds", (long long)l->ms);
	rc = run(l,
	    "UPDATE nq_state SET lease_until = clock_timestamp() + $4::interval WHERE " KEY
	    " AND lease_token = $3",
	    ms.data, NULL, &n, err);
	nq_buf_free(&ms);
	return rc == -1 ? -1 : n == 1;
}

int
nq_lease_give(struct nq_lease *l, struct nq_err *err)
{
	uint64_t n;

	return run(l,
	    "UPDATE nq_state SET lease_token = NULL, lease_holder = NULL, lease_since = NULL,"
	    " lease_until = NULL, fence = nullif(fence, $3) WHERE " KEY " AND lease_token = $3",
	    NULL, NULL, &n, err);
}
