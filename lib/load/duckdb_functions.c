#include "load/duckdb_functions.h"

#include <strings.h>

#include "base/num.h"
#include "base/time.h"
#include "load/class.h"

static const struct nq_duckdb_api *api;

static bool
same(struct nq_str a, struct nq_str b)
{
	struct nq_time ta, tb;
	int naive;

	if (a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0)
		return true;
	if (nq_num_valid(a) && nq_num_valid(b))
		return nq_num_cmp(a, b) == 0;
	return nq_time_parse(a, &ta, &naive) == 0 && nq_time_parse(b, &tb, &naive) == 0 &&
	       nq_time_cmp(ta, tb) == 0;
}

static void
each_row(struct nq_duckdb_chunk *in, struct nq_duckdb_vector *out,
    bool (*f)(struct nq_str, struct nq_str))
{
	struct nq_duckdb_vector *v[2] = {
	    api->data_chunk_get_vector(in, 0), api->data_chunk_get_vector(in, 1)};
	const union nq_duckdb_string *a = api->vector_get_data(v[0]);
	const union nq_duckdb_string *b = api->vector_get_data(v[1]);
	const uint64_t *has_a = api->vector_get_validity(v[0]);
	const uint64_t *has_b = api->vector_get_validity(v[1]);
	bool *result = api->vector_get_data(out);

	for (uint64_t i = 0; i < api->data_chunk_get_size(in); i++)
		result[i] = nq_duckdb_valid(has_a, i) && nq_duckdb_valid(has_b, i) &&
			    f(nq_duckdb_text(&a[i]), nq_duckdb_text(&b[i]));
}

static void
call_newer(struct nq_duckdb_call *call, struct nq_duckdb_chunk *in, struct nq_duckdb_vector *out)
{
	(void)call;
	each_row(in, out, nq_class_newer);
}

static void
call_same(struct nq_duckdb_call *call, struct nq_duckdb_chunk *in, struct nq_duckdb_vector *out)
{
	(void)call;
	each_row(in, out, same);
}

static int
add(struct nq_duckdb_connection *con, const char *name, nq_duckdb_callback *callback)
{
	struct nq_duckdb_function *f = api->create_scalar_function();
	struct nq_duckdb_type *text = api->create_logical_type(NQ_DUCKDB_VARCHAR);
	struct nq_duckdb_type *boolean = api->create_logical_type(NQ_DUCKDB_BOOLEAN);
	int rc;

	api->scalar_function_set_name(f, name);
	api->scalar_function_add_parameter(f, text);
	api->scalar_function_add_parameter(f, text);
	api->scalar_function_set_return_type(f, boolean);
	api->scalar_function_set_function(f, callback);
	rc = api->register_scalar_function(con, f);
	api->destroy_logical_type(&text);
	api->destroy_logical_type(&boolean);
	api->destroy_scalar_function(&f);
	return rc == 0 ? 0 : -1;
}

int
nq_duckdb_functions(const struct nq_duckdb_api *a, struct nq_duckdb_connection *con)
{
	api = a;
	return add(con, "nq_newer", call_newer) == -1 || add(con, "nq_same", call_same) == -1 ? -1
											      : 0;
}
