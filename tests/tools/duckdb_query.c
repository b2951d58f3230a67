#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "load/duckdb_api.h"

/*
 * What the shell of sqlite3 is for SQLite: says SQL to a DuckDB database, and writes what a query
 * answers, a line a row, the values as text with a bar between them, NULL as nothing.
 * usage: duckdb_query FILE SQL…
 */
static const struct nq_duckdb_api *d;

static void
write_value(struct nq_duckdb_vector *v, uint64_t row)
{
	const union nq_duckdb_string *s = d->vector_get_data(v);
	struct nq_str text;

	if (!nq_duckdb_valid(d->vector_get_validity(v), row))
		return;
	text = nq_duckdb_text(&s[row]);
	fwrite(text.p, 1, text.n, stdout);
}

static void
write_rows(struct nq_duckdb_result *r)
{
	struct nq_duckdb_chunk *c;

	while ((c = d->fetch_chunk(*r)) != NULL) {
		for (uint64_t i = 0; i < d->data_chunk_get_size(c); i++) {
			for (uint64_t k = 0; k < d->column_count(r); k++) {
				if (k > 0)
					putchar('|');
				write_value(d->data_chunk_get_vector(c, k), i);
			}
			putchar('\n');
		}
		d->destroy_data_chunk(&c);
	}
}

static int
say(struct nq_duckdb_connection *con, const char *sql)
{
	struct nq_duckdb_result r;
	struct nq_buf all = NQ_BUF_INIT;
	int asks = strncmp(sql, "select", 6) == 0, rc;

	nq_buf_addf(&all, asks ? "SELECT COLUMNS(*)::VARCHAR FROM (%s)" : "%s", sql);
	rc = d->query(con, all.data, &r);
	nq_buf_free(&all);
	if (rc != 0)
		fprintf(stderr, "duckdb_query: %s\n", d->result_error(&r));
	else if (asks != 0)
		write_rows(&r);
	d->destroy_result(&r);
	return rc;
}

int
main(int argc, char **argv)
{
	struct nq_duckdb_database *db = NULL;
	struct nq_duckdb_connection *con = NULL;
	struct nq_err err = NQ_ERR_INIT;
	char *error = NULL;
	int rc = 1;

	d = nq_duckdb_api(&err);
	if (d == NULL || argc < 3) {
		fprintf(stderr, "duckdb_query: %s\n", d == NULL ? err.msg : "FILE SQL...");
		return 2;
	}
	if (d->open_ext(argv[1], &db, NULL, &error) != 0 || d->connect(db, &con) != 0)
		fprintf(stderr, "duckdb_query: %s\n", error != NULL ? error : "no connection");
	else
		rc = 0;
	for (int i = 2; rc == 0 && i < argc; i++)
		rc = say(con, argv[i]);
	if (error != NULL)
		d->free(error);
	d->disconnect(&con);
	d->close(&db);
	return rc != 0;
}
