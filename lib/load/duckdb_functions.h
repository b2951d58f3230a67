#ifndef NQ_LOAD_DUCKDB_FUNCTIONS_H
#define NQ_LOAD_DUCKDB_FUNCTIONS_H

#include "load/duckdb_api.h"

/*
 * What our SQL calls in DuckDB: nq_newer(a, b), whether the text a is as new as b or newer, and
 * nq_same(a, b), whether a value still is what it was after a change of its type. NULL is no.
 */
int nq_duckdb_functions(const struct nq_duckdb_api *, struct nq_duckdb_connection *);

#endif
