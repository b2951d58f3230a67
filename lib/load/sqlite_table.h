#ifndef NQ_LOAD_SQLITE_TABLE_H
#define NQ_LOAD_SQLITE_TABLE_H

#include "load/columns.h"
#include "load/sqlite_db.h"

/*
 * The shape of a table in SQLite. What we create is STRICT, so that no value is changed by an
 * affinity: INTEGER holds whole numbers of 64 bits and booleans as 0 and 1, ANY holds decimals (a
 * REAL where it gives all digits back, else their text), TEXT the rest, nested values as JSON.
 * Tables of others keep their types as long as these hold the values unchanged. A column is
 * widened, INTEGER to ANY to TEXT, by building the table anew from its own CREATE statement, within
 * the transaction of the batch; constraints, indexes, triggers and views stay.
 */
enum nq_kind {
	NQ_K_NONE,
	NQ_K_INT,
	NQ_K_REAL,
	NQ_K_NUMERIC,
	NQ_K_ANY,
	NQ_K_FREE,
	NQ_K_TEXT,
	NQ_K_BLOB
};

struct nq_sqlite_table {
	struct nq_db *db;
	const char *schema; /* "main" or "temp" */
	const char *name;
	bool exists, strict;
	bool keyed; /* a new table gets a primary key */
};

/* Looks at the table, and fills in which columns exist and what they take. */
int nq_sqlite_table_describe(struct nq_sqlite_table *, struct nq_columns *, struct nq_err *);

/*
 * Makes room for what the columns have seen: creates (once there is a column), adds, widens.
 * *changed: it did something.
 */
int
nq_sqlite_table_fit(struct nq_sqlite_table *, struct nq_columns *, bool *changed, struct nq_err *);

/* Adds "schema"."name". */
void nq_sqlite_table_quote(struct nq_buf *, const struct nq_sqlite_table *);

/* What making a table anew needs to know as well. */
int nq_sqlite_table_find(struct nq_sqlite_table *, struct nq_err *); /* exists and strict only */
int nq_sqlite_table_step(
    const struct nq_sqlite_table *, sqlite3_stmt *, struct nq_err *); /* 1 a row, 0 end, -1 */
const char *nq_sqlite_table_type(
    const struct nq_sqlite_table *, const struct nq_column *); /* for what it has seen */
void nq_sqlite_table_now_has(const struct nq_sqlite_table *, struct nq_column *, const char *type);

#endif
