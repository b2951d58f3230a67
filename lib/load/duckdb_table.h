#ifndef NQ_LOAD_DUCKDB_TABLE_H
#define NQ_LOAD_DUCKDB_TABLE_H

#include "load/columns.h"
#include "load/duckdb_db.h"

/*
 * The shape of a table in DuckDB. What we create has BOOLEAN, BIGINT, DOUBLE (for decimals that
 * come back equal from one), JSON for objects and arrays, else VARCHAR; a column is widened along
 * BOOLEAN, BIGINT, DOUBLE, VARCHAR, and a step that would lose digits is left out. Tables of others
 * keep their types: what comes as text is cast, and a value that a type would change is refused.
 */
enum nq_duckdb_kind {
	NQ_D_BOOL,
	NQ_D_LONG, /* BIGINT */
	NQ_D_DOUBLE,
	NQ_D_TEXT,
	NQ_D_JSON,
	NQ_D_WHOLE,   /* other integers of up to 64 bits, cast from text */
	NQ_D_HUGE,    /* integers beyond that */
	NQ_D_DECIMAL, /* DECIMAL(p,s), FLOAT */
	NQ_D_OTHER,   /* dates, UUIDs, enumerations: cast from text */
	NQ_D_NESTED,  /* structs, lists, maps: cast from JSON */
	NQ_D_NONE,    /* bytes and bits: nothing in JSON is one */
};

/* What DuckDB knows of a column; by the same index as in struct nq_columns. */
struct nq_duckdb_column {
	char *type;	/* as DuckDB writes it, owned */
	char *standard; /* the DEFAULT, an expression; NULL: none. Owned */
};

struct nq_duckdb_table {
	struct nq_duckdb *db;
	const char *catalog; /* NULL: the file's, or "temp" */
	const char *name;
	bool exists;
	bool keyed; /* a new table gets a primary key */
	struct nq_duckdb_column *column;
	uint32_t ncolumns;
};

void nq_duckdb_table_free(struct nq_duckdb_table *);

/* Looks at the table, and fills in which columns exist and what they take. */
int nq_duckdb_table_describe(struct nq_duckdb_table *, struct nq_columns *, struct nq_err *);

/*
 * Makes room for what the columns have seen: creates (once there is a column), adds, widens.
 * *changed: it did something.
 */
int
nq_duckdb_table_fit(struct nq_duckdb_table *, struct nq_columns *, bool *changed, struct nq_err *);

/* Adds "catalog"."main"."name", or "main"."name". */
void nq_duckdb_table_quote(struct nq_buf *, const struct nq_duckdb_table *);

/* Adds a condition on duckdb_tables(), duckdb_columns() …: those of this table. */
void nq_duckdb_table_where(struct nq_buf *, const struct nq_duckdb_table *);

/* What making a table anew needs to know as well. */
void nq_duckdb_now_has(struct nq_duckdb_table *, struct nq_columns *, uint32_t, const char *type);

/* What a value of this kind is like, as class bits: to make another column of the same kind. */
uint32_t nq_duckdb_kind_holds(int kind);

#endif
