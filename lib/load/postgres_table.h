#ifndef NQ_LOAD_POSTGRES_TABLE_H
#define NQ_LOAD_POSTGRES_TABLE_H

#include "load/columns.h"
#include "pg/conn.h"

/*
 * The shape of a table in PostgreSQL. What we create is boolean, bigint, numeric, text, and json
 * for nested values (not jsonb: json keeps digits, order and spelling). Tables of others keep
 * their types as long as these hold the values unchanged; a boolean, number or text column is
 * widened by ALTER TABLE within the transaction of the batch, int to numeric to text. What any
 * other type takes is the server's to judge, row by row.
 */
enum nq_pg_kind {
	NQ_PK_NONE,
	NQ_PK_OPEN, /* a key that had no value yet: its type is decided by the first one */
	NQ_PK_BOOL,
	NQ_PK_INT,
	NQ_PK_FLOAT4,
	NQ_PK_FLOAT8,
	NQ_PK_NUMERIC,
	NQ_PK_TEXT,
	NQ_PK_JSON,
	NQ_PK_OTHER,
};

/* What a column is beyond struct nq_column, by the same index. */
struct nq_pg_column {
	char *type;  /* as SQL writes it, numeric(12,2) as well */
	bool rounds; /* a numeric that would round */
	bool not_null;
	bool fills; /* has a default, so absent is not null in a new row */
};

struct nq_pg_table {
	struct nq_pg *pg;
	char *schema, *name;  /* schema NULL: where the search path finds it */
	struct nq_buf quoted; /* "schema"."name" */
	bool exists;
	bool keyed; /* a new table gets a primary key */
	bool temporary;
	char version[24]; /* changes with every change of the table's shape */
	struct nq_pg_column *col;
	uint32_t ncol;
};

/* NAME or SCHEMA.NAME; a part with a dot in it stands in double quotes. */
int nq_pg_table_name(struct nq_pg_table *, const char *spec, struct nq_err *);
void nq_pg_table_free(struct nq_pg_table *);

/* Finds the table: exists, schema, version. */
int nq_pg_table_find(struct nq_pg_table *, struct nq_err *);
/* Finds it, and fills in which columns exist and what they take. */
int nq_pg_table_describe(struct nq_pg_table *, struct nq_columns *, struct nq_err *);

/* Whether the columns of the key are there and unique. */
int nq_pg_table_check_key(struct nq_pg_table *, const struct nq_columns *, struct nq_err *);

/* For what makes and changes tables. */
extern const uint32_t nq_pg_takes[]; /* by kind: the classes that it holds unchanged */
extern const char nq_pg_open_mark[]; /* the comment on a column of kind OPEN */
int nq_pg_table_check_length(const char *what, const char *name, struct nq_err *);
void nq_pg_table_now_has(
    struct nq_pg_table *, struct nq_columns *, uint32_t i, const char *type, enum nq_pg_kind);

#endif
