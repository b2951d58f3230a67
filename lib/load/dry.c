#include <stdio.h>

#include "json/text.h"
#include "load/sink.h"
#include "load/sqlite_db.h"
#include "load/ddl.h"

/*
 * The destination "-": tells what would be done and does nothing. The text is SQL that SQLite and
 * PostgreSQL understand, values as literals, so that it can be read, or piped into a shell of
 * either; rows of a Nuntiq object (--object) are told as the requests.
 */
static int
dry_open(struct nq_sink *s, struct nq_err *err)
{
	if (s->o->table == NULL && s->o->object == NULL)
		return nq_err_set(
		    err, NQ_USAGE, "which table? add --table NAME (or --object NAME for nuntiq)");
	nq_buf_addc(&s->destination, '-');
	return 0;
}

static int
dry_probe(struct nq_sink *s, bool *exists, struct nq_err *err)
{
	(void)s;
	(void)err;
	*exists = false;
	return 0;
}

static int
dry_start(struct nq_sink *s, struct nq_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static int
dry_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	(void)err;
	fprintf(s->o->out, "-- batch %llu: %u record%s in %u row%s\n",
	    (unsigned long long)s->counts->batches, b->nrecords, nq_plural(b->nrecords), b->nrows,
	    nq_plural(b->nrows));
	return 0;
}

static void
add_literal(struct nq_buf *sql, const struct nq_batch *b, const struct nq_cell *c)
{
	struct nq_str text = nq_batch_slice(b, c->text, c->textlen);

	if (c->class == NQ_C_NULL || c->class == NQ_C_BOOL || c->type == NQ_NUMBER) {
		nq_buf_addstr(sql, text);
		return;
	}
	nq_buf_addc(sql, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			nq_buf_addc(sql, '\'');
		nq_buf_addc(sql, text.p[i]);
	}
	nq_buf_addc(sql, '\'');
}

static void
add_key_names(const struct nq_sink *s, struct nq_buf *sql)
{
	for (uint32_t i = 0; i < s->columns->nkeys; i++) {
		nq_buf_adds(sql, i > 0 ? ", " : "");
		nq_ddl_quote(sql, s->columns->v[s->columns->key[i]].name);
	}
}

static void
add_conflict(const struct nq_sink *s, const struct nq_batch *b, const struct nq_batch_row *row,
    struct nq_buf *sql)
{
	const struct nq_column *col;
	const char *between = "DO UPDATE SET ";
	bool leave = s->o->mode == NQ_LOAD_INSERT;

	if (s->columns->nkeys == 0 || s->o->mode == NQ_LOAD_APPEND)
		return;
	nq_buf_adds(sql, " ON CONFLICT (");
	add_key_names(s, sql);
	nq_buf_adds(sql, ") ");
	for (uint32_t i = 0; !leave && i < row->ncells; i++) {
		col = &s->columns->v[b->cell[row->cells + i].col];
		if (col->key)
			continue;
		nq_buf_adds(sql, between);
		nq_ddl_quote(sql, col->name);
		nq_buf_adds(sql, " = excluded.");
		nq_ddl_quote(sql, col->name);
		between = ", ";
	}
	nq_buf_adds(sql, *between == 'D' ? "DO NOTHING" : "");
}

static void
add_insert(const struct nq_sink *s, const struct nq_batch *b, const struct nq_batch_row *row,
    struct nq_buf *sql)
{
	const struct nq_cell *c = &b->cell[row->cells];

	nq_buf_adds(sql, "INSERT INTO ");
	nq_ddl_quote(sql, s->o->table);
	for (uint32_t i = 0; i < row->ncells; i++) {
		nq_buf_adds(sql, i == 0 ? " (" : ", ");
		nq_ddl_quote(sql, s->columns->v[c[i].col].name);
	}
	for (uint32_t i = 0; i < row->ncells; i++) {
		nq_buf_adds(sql, i == 0 ? ") VALUES (" : ", ");
		add_literal(sql, b, &c[i]);
	}
	nq_buf_adds(sql, ")");
	add_conflict(s, b, row, sql);
	nq_buf_adds(sql, ";\n");
}

static void
add_delete(const struct nq_sink *s, const struct nq_batch *b, const struct nq_batch_row *row,
    struct nq_buf *sql)
{
	const struct nq_cell *c = &b->cell[row->cells];
	const char *between = " WHERE ";

	nq_buf_adds(sql, "DELETE FROM ");
	nq_ddl_quote(sql, s->o->table);
	for (uint32_t i = 0; i < row->ncells; i++) {
		if (!s->columns->v[c[i].col].key)
			continue;
		nq_buf_adds(sql, between);
		nq_ddl_quote(sql, s->columns->v[c[i].col].name);
		nq_buf_adds(sql, " = ");
		add_literal(sql, b, &c[i]);
		between = " AND ";
	}
	nq_buf_adds(sql, ";\n");
}

static enum nq_write
dry_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to, uint32_t *done,
    struct nq_err *err)
{
	struct nq_buf sql = NQ_BUF_INIT;
	const struct nq_record *rec;

	(void)done;
	(void)err;
	if (s->o->object != NULL)
		nq_buf_addf(&sql, "POST /v1/%s\n", s->o->object);
	for (uint32_t i = from; i < to; i++) {
		rec = &b->record[b->row[i].first];
		if (s->o->object != NULL) {
			nq_buf_addc(&sql, i == from ? '[' : ',');
			nq_buf_addstr(&sql, nq_batch_slice(b, rec->raw, rec->rawlen));
		} else if (b->row[i].delete) {
			add_delete(s, b, &b->row[i], &sql);
		} else {
			add_insert(s, b, &b->row[i], &sql);
		}
	}
	nq_buf_adds(&sql, s->o->object != NULL ? "]\n" : "");
	fwrite(sql.data, 1, sql.len, s->o->out);
	nq_buf_free(&sql);
	return NQ_WRITE_OK;
}

static int
dry_commit(struct nq_sink *s, struct nq_err *err)
{
	(void)s;
	(void)err;
	return 0;
}

static int
dry_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	(void)err;
	fprintf(s->o->out, "-- %llu record%s, %llu folded, %llu rejected: nothing was done\n",
	    (unsigned long long)s->counts->records, nq_plural(s->counts->records),
	    (unsigned long long)s->counts->folded, (unsigned long long)s->counts->rejected);
	(void)tally;
	return 0;
}

static void
dry_close(struct nq_sink *s)
{
	(void)s;
}

const struct nq_sink_ops nq_sink_dry = {
    .scheme = "-",
    .form = "-",
    .folds = true,
    .modes = {true, true, true, true},
    .open = dry_open,
    .probe = dry_probe,
    .start = dry_start,
    .begin = dry_begin,
    .write = dry_write,
    .commit = dry_commit,
    .finish = dry_finish,
    .close = dry_close,
};
