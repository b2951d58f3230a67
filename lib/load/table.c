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
nq_table_count(const struct nq_sink *s, const struct nq_counts *done)
{
	s->counts->inserted += done->inserted;
	s->counts->deleted += done->deleted;
	if (s->o->mode == NQ_LOAD_REPLACE) {
		s->counts->folded += done->updated + done->unchanged;
		return;
	}
	s->counts->updated += done->updated;
	s->counts->unchanged += done->unchanged;
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

void
nq_table_key(struct nq_buf *sql, const struct nq_columns *cols)
{
	for (uint32_t i = 0; i < cols->nkeys; i++) {
		nq_buf_adds(sql, i == 0 ? "" : ", ");
		nq_ddl_quote(sql, cols->v[cols->key[i]].name);
	}
}

int
nq_table_has_key(const char *table, const struct nq_columns *cols, struct nq_err *err)
{
	for (uint32_t i = 0; i < cols->nkeys; i++)
		if (!cols->v[cols->key[i]].exists)
			return nq_err_set(err, NQ_FAIL, "table '%s' has no column '%s' (--key)",
			    table, cols->v[cols->key[i]].name);
	return 0;
}

int
nq_table_no_key(const char *table, const struct nq_columns *cols, struct nq_err *err)
{
	struct nq_buf names = NQ_BUF_INIT;

	nq_table_key(&names, cols);
	nq_err_set(err, NQ_FAIL,
	    "table '%s' has no primary key or unique index on (%s): create one", table, names.data);
	nq_buf_free(&names);
	return -1;
}

void
nq_table_follow(
    struct nq_columns *own, const struct nq_columns *staged, uint32_t (*holds)(int kind))
{
	const struct nq_column *from;
	struct nq_column *c;

	for (uint32_t i = 0; i < staged->n; i++) {
		from = &staged->v[i];
		if (!from->exists)
			continue;
		c = nq_columns_get(own, nq_str(from->name));
		if (c->exists && c->kind == from->kind)
			continue;
		c->as = c->exists ? NULL : from->as;
		c->seen = holds(from->kind);
	}
}
