#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "load/ddl.h"
#include "load/sink.h"
#include "load/table.h"

/*
 * The destination "-", and --dry-run: tells what would be done and does nothing. For a database
 * that is SQL of the kind that SQLite, PostgreSQL and DuckDB share, one transaction a batch or a
 * run as it would be, so that it can be read, or piped into a shell of either once the table is
 * there. For the others it is the requests, as the destination itself writes them.
 */
struct dry {
	struct nq_load_options o; /* those of the other one, which finds itself in to */
	struct nq_sink as;	  /* whose requests are told; ops is NULL: SQL */
	bool open;		  /* a transaction is */
};

static int
dry_open(struct nq_sink *s, struct nq_err *err)
{
	struct dry *d = nq_calloc(1, sizeof(*d));

	s->own = d;
	nq_buf_addc(&s->destination, '-');
	d->o = *s->o;
	d->o.to = d->o.as;
	if (d->o.as != NULL &&
	    nq_sink_bind(&d->as, d->o.as, &d->o, s->columns, s->counts, err) == -1)
		return -1;
	if (d->o.table == NULL && (d->as.ops == NULL || d->as.ops->show == NULL))
		return nq_err_set(
		    err, NQ_USAGE, "which table? add --table NAME (or --object NAME for nuntiq)");
	return 0;
}

/* Whether it is told in SQL. */
static bool
in_sql(const struct nq_sink *s)
{
	const struct dry *d = s->own;

	return d->as.ops == NULL || d->as.ops->show == NULL;
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

/* One transaction a batch, or one a run. */
static bool
by_batch(const struct nq_sink *s)
{
	return s->o->mode == NQ_LOAD_MERGE || s->o->mode == NQ_LOAD_INSERT;
}

static void
open_transaction(struct nq_sink *s)
{
	struct dry *d = s->own;
	struct nq_buf sql = NQ_BUF_INIT;

	if (d->open || !in_sql(s))
		return;
	d->open = true;
	nq_buf_adds(&sql, "BEGIN;\n");
	if (s->o->mode == NQ_LOAD_REPLACE) {
		nq_buf_adds(&sql, "DELETE FROM ");
		nq_ddl_quote(&sql, s->o->table);
		nq_buf_adds(&sql, ";\n");
	}
	fputs(sql.data, s->o->out);
	nq_buf_free(&sql);
}

static void
close_transaction(struct nq_sink *s)
{
	struct dry *d = s->own;

	if (d->open)
		fputs("COMMIT;\n", s->o->out);
	d->open = false;
}

static int
dry_begin(struct nq_sink *s, const struct nq_batch *b, struct nq_err *err)
{
	(void)err;
	fprintf(s->o->out, "-- batch %llu: %u record%s in %u row%s\n",
	    (unsigned long long)s->counts->batches, b->nrecords, nq_plural(b->nrecords), b->nrows,
	    nq_plural(b->nrows));
	open_transaction(s);
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

/* Only a row that is not newer is overwritten. */
static void
add_version(const struct nq_sink *s, struct nq_buf *sql)
{
	nq_buf_adds(sql, " WHERE excluded.");
	nq_ddl_quote(sql, s->o->newer_by);
	nq_buf_adds(sql, " >= ");
	nq_ddl_quote(sql, s->o->table);
	nq_buf_addc(sql, '.');
	nq_ddl_quote(sql, s->o->newer_by);
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
	nq_table_key(sql, s->columns);
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
	if (s->o->newer_by != NULL && *between != 'D')
		add_version(s, sql);
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

static void
add_rows(
    struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to, struct nq_buf *sql)
{
	for (uint32_t i = from; i < to; i++)
		if (b->row[i].delete)
			add_delete(s, b, &b->row[i], sql);
		else
			add_insert(s, b, &b->row[i], sql);
}

static enum nq_write
dry_write(struct nq_sink *s, const struct nq_batch *b, uint32_t from, uint32_t to, uint32_t *done,
    struct nq_err *err)
{
	struct dry *d = s->own;
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	(void)done;
	if (in_sql(s))
		add_rows(s, b, from, to, &text);
	else
		rc = d->as.ops->show(&d->as, b, from, to, &text, err);
	fwrite(text.data, 1, text.len, s->o->out);
	nq_buf_free(&text);
	return rc == 0 ? NQ_WRITE_OK : NQ_WRITE_FAILED;
}

static int
dry_commit(struct nq_sink *s, struct nq_err *err)
{
	(void)err;
	if (by_batch(s))
		close_transaction(s);
	return 0;
}

static int
show_end(struct nq_sink *s, struct nq_err *err)
{
	struct dry *d = s->own;
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	if (!in_sql(s))
		rc = d->as.ops->show(&d->as, NULL, 0, 0, &text, err);
	fwrite(text.data, 1, text.len, s->o->out);
	nq_buf_free(&text);
	if (rc == 0 && s->o->mode == NQ_LOAD_REPLACE && s->counts->batches == 0 && in_sql(s)) {
		if (nq_table_may_empty(s, err) == -1)
			return -1;
		open_transaction(s);
	}
	return rc;
}

static int
dry_finish(struct nq_sink *s, const struct nq_tally *tally, struct nq_err *err)
{
	(void)tally;
	if (show_end(s, err) == -1)
		return -1;
	close_transaction(s);
	fprintf(s->o->out, "-- %llu record%s, %llu folded, %llu rejected: nothing was done\n",
	    (unsigned long long)s->counts->records, nq_plural(s->counts->records),
	    (unsigned long long)s->counts->folded, (unsigned long long)s->counts->rejected);
	return 0;
}

static void
dry_close(struct nq_sink *s)
{
	struct dry *d = s->own;

	if (d == NULL)
		return;
	nq_sink_close(&d->as);
	free(d);
	s->own = NULL;
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
