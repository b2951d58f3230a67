#include "load/table.h"

#include "load/ddl.h"

void
nq_table_meta(const struct nq_sink *s, const char *time)
{
	if (!s->o->meta)
		return;
	nq_columns_get(s->columns, nq_str("_nq_run_id"))->as = "text";
	nq_columns_get(s->columns, nq_str("_nq_loaded_at"))->as = time;
}

int
nq_table_may_lack(const struct nq_sink *s, bool exists, struct nq_err *err)
{
	if (exists || s->o->contract != NQ_FREEZE)
		return 0;
	return nq_err_set(
	    err, NQ_FAIL, "there is no table '%s' (--schema-contract freeze)", s->o->table);
}

int
nq_table_may_empty(const struct nq_sink *s, struct nq_err *err)
{
	if (s->counts->inserted != s->counts->deleted || s->o->allow_empty)
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "refusing to replace table '%s' by nothing (--allow-empty allows it)", s->o->table);
}

void
nq_table_names(struct nq_buf *sql, const struct nq_columns *cols)
{
	const char *comma = "";

	for (uint32_t i = 0; i < cols->n; i++) {
		if (!cols->v[i].exists)
			continue;
		nq_buf_adds(sql, comma);
		nq_ddl_quote(sql, cols->v[i].name);
		comma = ", ";
	}
}
