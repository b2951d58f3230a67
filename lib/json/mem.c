#include "json/mem.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void *
get(void *ctx, size_t n)
{
	(void)ctx;
	return nq_malloc(n);
}

static void *
grow(void *ctx, void *p, size_t n)
{
	(void)ctx;
	return nq_realloc(p, n);
}

static void
drop(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

yajl_alloc_funcs nq_json_mem = {get, grow, drop, NULL};

/* The lexer steps back from a byte that does not go on a token, but not from one that begins none.
 */
static bool
stepped_back(const char *said)
{
	static const char lexical[] = "lexical error: ", begins[] = "invalid char in json text";

	return strncmp(said, lexical, sizeof(lexical) - 1) == 0 &&
	       strncmp(said + sizeof(lexical) - 1, begins, sizeof(begins) - 1) != 0;
}

size_t
nq_json_why(yajl_handle yajl, struct nq_buf *why)
{
	unsigned char *text = yajl_get_error(yajl, 0, NULL, 0);
	const char *said = (const char *)text, *colon = strstr(said, ": ");
	size_t at = yajl_get_bytes_consumed(yajl) + stepped_back(said), n;

	said = colon != NULL ? colon + 2 : said;
	n = strcspn(said, "\n");
	nq_buf_add(why, said, n > 0 && said[n - 1] == '.' ? n - 1 : n);
	yajl_free_error(yajl, text);
	return at;
}
