#include "load/duckdb_api.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define ROW(type, name, arguments) {"duckdb_" #name, offsetof(struct nq_duckdb_api, name)},
static const struct {
	const char *name;
	size_t at;
} functions[] = {NQ_DUCKDB_FUNCTIONS(ROW)};

static int
find_all(void *library, struct nq_duckdb_api *api, const char *file, struct nq_err *err)
{
	void *f;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		f = dlsym(library, functions[i].name);
		if (f == NULL)
			return nq_err_set(err, NQ_FAIL,
			    "'%s' has no %s: it is not libduckdb, or older than 1.2: install a "
			    "newer one",
			    file, functions[i].name);
		memcpy((char *)api + functions[i].at, &f, sizeof(f));
	}
	return 0;
}

const struct nq_duckdb_api *
nq_duckdb_api(struct nq_err *err)
{
	static struct nq_duckdb_api api;
	static void *library;
	const char *named = getenv("NQ_LIBDUCKDB");
	const char *file = named != NULL && *named != '\0' ? named : "libduckdb.so";

	if (library != NULL)
		return &api;
	library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library == NULL) {
		nq_err_set(err, NQ_FAIL,
		    "cannot load libduckdb: %s: install it, or set NQ_LIBDUCKDB to its file",
		    dlerror());
		return NULL;
	}
	if (find_all(library, &api, file, err) == 0)
		return &api;
	dlclose(library);
	library = NULL;
	return NULL;
}
