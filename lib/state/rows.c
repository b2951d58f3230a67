#include "state/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

struct search {
	struct nq_rows *rows;
	struct nq_store *store;
	const char *connector, *stream;
};

/* A row that went away since the listing is no error; one that is damaged does not hide others. */
static int
collect(void *ctx, struct nq_key k, struct nq_err *err)
{
	const struct search *s = ctx;
	struct nq_err why = NQ_ERR_INIT;
	struct nq_row row;
	int rc;

	(void)err;
	if ((s->connector != NULL && strcmp(s->connector, k.connector) != 0) ||
	    (s->stream != NULL && strcmp(s->stream, k.stream) != 0))
		return 0;
	nq_row_init(&row);
	rc = s->store->ops->load(s->store, k, &row, &why);
	if (rc == 1) {
		s->rows->v = nq_reallocarray(s->rows->v, s->rows->n + 1, sizeof(row));
		s->rows->v[s->rows->n++] = row;
		return 0;
	}
	nq_row_free(&row);
	if (rc < 0) {
		nq_log(NQ_LOG_ERROR, "list", "%s", why.msg);
		s->rows->unreadable++;
	}
	return 0;
}

int
nq_rows_collect(struct nq_rows *r, struct nq_store *s, const char *connector, const char *stream,
    struct nq_err *err)
{
	struct search search = {r, s, connector, stream};

	return s->ops->list(s, collect, &search, err);
}

void
nq_rows_free(struct nq_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		nq_row_free(&r->v[i]);
	free(r->v);
	*r = (struct nq_rows){NULL, 0, 0};
}
