#include "load/postgres_suspect.h"

#include <string.h>

#include "pg/query.h"

/* Texts are equal where their bytes are; char(n) and citext are not text. */
static bool
own_equality(const struct nq_pg_stage *s)
{
	const struct nq_columns *cols = s->columns;
	const char *type;

	for (uint32_t i = 0; i < cols->nkeys; i++) {
		type = s->table->col[cols->key[i]].type;
		if (cols->v[cols->key[i]].kind == NQ_PK_OTHER ||
		    (cols->v[cols->key[i]].kind == NQ_PK_TEXT && strcmp(type, "text") != 0 &&
			strncmp(type, "character varying", 17) != 0))
			return true;
	}
	return false;
}

static int
any_row(struct nq_pg_stage *s, bool *any, struct nq_err *err)
{
	struct nq_pg_rows rows;
	int rc = nq_pg_query(s->pg, s->sql.data, NULL, 0, &rows, err);

	*any = rc == 0 && rows.n > 0;
	nq_pg_rows_free(&rows);
	return rc;
}

static int
find_rounded(struct nq_pg_stage *s, uint32_t i, struct nq_err *err)
{
	uint32_t col = s->col[i];
	const char *type = s->table->col[col].type;
	bool any;

	nq_buf_reset(&s->sql);
	nq_buf_addf(&s->sql, "SELECT 1 FROM pg_temp._nq_batch s WHERE s.c%u::%s <> s.c%u LIMIT 1",
	    col, type, col);
	if (any_row(s, &any, err) == -1)
		return -1;
	if (!any)
		return 0;
	nq_err_set(
	    err, NQ_FAIL, "column '%s' (%s) would round it", s->columns->v[s->col[i]].name, type);
	return 1;
}

int
nq_pg_suspect(struct nq_pg_stage *s, struct nq_err *err)
{
	const struct nq_columns *cols = s->columns;
	int rc = 0;
	bool any;

	for (uint32_t i = 0; rc == 0 && i < s->ncol; i++)
		if (s->table->col[s->col[i]].rounds)
			rc = find_rounded(s, i, err);
	if (rc != 0 || cols->nkeys == 0 || s->o->mode == NQ_LOAD_APPEND ||
	    s->o->mode == NQ_LOAD_INSERT || !own_equality(s) || s->values + s->deletes < 2)
		return rc;
	nq_buf_reset(&s->sql);
	nq_buf_addf(&s->sql, "SELECT 1 FROM pg_temp._nq_batch s%s GROUP BY ",
	    s->deletes > 0 ? " WHERE NOT s.d" : "");
	for (uint32_t i = 0; i < cols->nkeys; i++)
		nq_buf_addf(&s->sql, "%ss.c%u", i == 0 ? "" : ", ", cols->key[i]);
	nq_buf_adds(&s->sql, " HAVING count(*) > 1 LIMIT 1");
	if (any_row(s, &any, err) == -1)
		return -1;
	if (!any)
		return 0;
	return nq_err_set(err, NQ_FAIL, "two keys of the batch are one to the server"), 1;
}
