#ifndef NQ_LOAD_DUCKDB_API_H
#define NQ_LOAD_DUCKDB_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/*
 * The functions of DuckDB's C API that we use (https://duckdb.org/docs/stable/clients/c/api), found
 * in libduckdb at run time: nobody who does not load into DuckDB needs to have it. The types are
 * ours; those that the library only hands out are left unsaid. States are 0 for success.
 */
struct nq_duckdb_database;
struct nq_duckdb_connection;
struct nq_duckdb_config;
struct nq_duckdb_chunk;
struct nq_duckdb_vector;
struct nq_duckdb_type;
struct nq_duckdb_appender;
struct nq_duckdb_function;
struct nq_duckdb_call;

/* An answer; its members are the library's own. Passed by value in one place. */
struct nq_duckdb_result {
	uint64_t columns, rows, changed;
	void *column;
	char *error;
	void *own;
};

/* A VARCHAR in a vector: up to 12 bytes are in place, longer ones elsewhere. */
union nq_duckdb_string {
	struct {
		uint32_t length;
		char text[12];
	} here;
	struct {
		uint32_t length;
		char prefix[4];
		const char *text;
	} there;
};

/* Numbers of types (duckdb_type). */
enum {
	NQ_DUCKDB_BOOLEAN = 1,
	NQ_DUCKDB_BIGINT = 5,
	NQ_DUCKDB_UINTEGER = 8,
	NQ_DUCKDB_UBIGINT = 9,
	NQ_DUCKDB_DOUBLE = 11,
	NQ_DUCKDB_VARCHAR = 17,
};

typedef void nq_duckdb_callback(
    struct nq_duckdb_call *, struct nq_duckdb_chunk *in, struct nq_duckdb_vector *out);

/* clang-format off */
#define NQ_DUCKDB_FUNCTIONS(F) \
	F(int, create_config, (struct nq_duckdb_config **)) \
	F(int, set_config, (struct nq_duckdb_config *, const char *name, const char *value)) \
	F(void, destroy_config, (struct nq_duckdb_config **)) \
	F(int, open_ext, (const char *path, struct nq_duckdb_database **, \
	    struct nq_duckdb_config *, char **error)) \
	F(void, close, (struct nq_duckdb_database **)) \
	F(int, connect, (struct nq_duckdb_database *, struct nq_duckdb_connection **)) \
	F(void, disconnect, (struct nq_duckdb_connection **)) \
	F(void, free, (void *)) \
	F(int, query, (struct nq_duckdb_connection *, const char *sql, struct nq_duckdb_result *)) \
	F(void, destroy_result, (struct nq_duckdb_result *)) \
	F(const char *, result_error, (struct nq_duckdb_result *)) \
	F(uint64_t, rows_changed, (struct nq_duckdb_result *)) \
	F(uint64_t, column_count, (struct nq_duckdb_result *)) \
	F(struct nq_duckdb_chunk *, fetch_chunk, (struct nq_duckdb_result)) \
	F(uint64_t, vector_size, (void)) \
	F(struct nq_duckdb_chunk *, create_data_chunk, (struct nq_duckdb_type **, uint64_t n)) \
	F(void, destroy_data_chunk, (struct nq_duckdb_chunk **)) \
	F(void, data_chunk_reset, (struct nq_duckdb_chunk *)) \
	F(void, data_chunk_set_size, (struct nq_duckdb_chunk *, uint64_t)) \
	F(uint64_t, data_chunk_get_size, (struct nq_duckdb_chunk *)) \
	F(struct nq_duckdb_vector *, data_chunk_get_vector, (struct nq_duckdb_chunk *, uint64_t)) \
	F(void *, vector_get_data, (struct nq_duckdb_vector *)) \
	F(uint64_t *, vector_get_validity, (struct nq_duckdb_vector *)) \
	F(void, vector_ensure_validity_writable, (struct nq_duckdb_vector *)) \
	F(void, vector_assign_string_element_len, \
	    (struct nq_duckdb_vector *, uint64_t at, const char *, uint64_t len)) \
	F(struct nq_duckdb_type *, create_logical_type, (int)) \
	F(void, logical_type_set_alias, (struct nq_duckdb_type *, const char *)) \
	F(void, destroy_logical_type, (struct nq_duckdb_type **)) \
	F(int, appender_create_ext, (struct nq_duckdb_connection *, const char *catalog, \
	    const char *schema, const char *table, struct nq_duckdb_appender **)) \
	F(int, append_data_chunk, (struct nq_duckdb_appender *, struct nq_duckdb_chunk *)) \
	F(int, appender_flush, (struct nq_duckdb_appender *)) \
	F(const char *, appender_error, (struct nq_duckdb_appender *)) \
	F(int, appender_destroy, (struct nq_duckdb_appender **)) \
	F(struct nq_duckdb_function *, create_scalar_function, (void)) \
	F(void, destroy_scalar_function, (struct nq_duckdb_function **)) \
	F(void, scalar_function_set_name, (struct nq_duckdb_function *, const char *)) \
	F(void, scalar_function_add_parameter, (struct nq_duckdb_function *, \
	    struct nq_duckdb_type *)) \
	F(void, scalar_function_set_return_type, (struct nq_duckdb_function *, \
	    struct nq_duckdb_type *)) \
	F(void, scalar_function_set_function, (struct nq_duckdb_function *, nq_duckdb_callback *)) \
	F(int, register_scalar_function, (struct nq_duckdb_connection *, \
	    struct nq_duckdb_function *))

/* NOLINTNEXTLINE(bugprone-macro-parentheses): they are parts of a declaration */
#define NQ_DUCKDB_MEMBER(type, name, arguments) type(*name) arguments;
struct nq_duckdb_api {
	NQ_DUCKDB_FUNCTIONS(NQ_DUCKDB_MEMBER)
};
/* clang-format on */

static inline struct nq_str
nq_duckdb_text(const union nq_duckdb_string *s)
{
	bool in_place = s->here.length <= sizeof(s->here.text);

	return (struct nq_str){in_place ? s->here.text : s->there.text, s->here.length};
}

/* Whether a row of a vector is not NULL; the mask is NULL where all are there. */
static inline bool
nq_duckdb_valid(const uint64_t *mask, uint64_t row)
{
	return mask == NULL || (mask[row / 64] >> row % 64 & 1) != 0;
}

/*
 * The library that $NQ_LIBDUCKDB names, else libduckdb.so where the system looks for libraries.
 * It stays loaded; NULL and an error that says what to do if it is not there or too old.
 */
const struct nq_duckdb_api *nq_duckdb_api(struct nq_err *);

#endif
