#include "map/record.h"

#include <string.h>

#include "json/dup.h"

enum { NAME_SHOWN = 100 };

void
nq_mapper_init(
    struct nq_mapper *m, const struct nq_prog *p, const struct nq_schema *schema, size_t max)
{
	m->schema = schema;
	nq_eval_init(&m->eval, p, max);
	nq_doc_init(&m->made);
}

void
nq_mapper_free(struct nq_mapper *m)
{
	nq_eval_free(&m->eval);
	nq_doc_free(&m->made);
}

static int
check_names(const struct nq_doc *d, uint32_t tok, struct nq_err *err)
{
	uint32_t twice = nq_dup_find(d, tok);
	struct nq_str name;

	if (twice == NQ_NONE)
		return 0;
	name = nq_doc_raw(d, twice);
	return nq_err_set(err, NQ_FAIL, "the member %.*s stands twice in one object",
	    name.n > NAME_SHOWN ? NAME_SHOWN : (int)name.n, name.p);
}

/* Each line of the output from start on. */
static int
check_schema(struct nq_mapper *m, const struct nq_buf *out, size_t start, struct nq_err *err)
{
	const char *p = out->data + start, *end = out->data + out->len, *nl;

	for (; m->schema != NULL && p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nq_doc_parse(&m->made, (struct nq_str){p, (size_t)(nl - p)}, err) == -1 ||
		    nq_schema_check(m->schema, &m->made, 0, err) == -1)
			return -1;
	}
	return 0;
}

int
nq_mapper_record(struct nq_mapper *m, const struct nq_doc *d, uint32_t tok, struct nq_buf *out,
    uint64_t *written, struct nq_err *err)
{
	size_t start = out->len;
	int rc;

	if (check_names(d, tok, err) == -1)
		return -1;
	rc = nq_eval_record(&m->eval, d, tok, out, written, err);
	if (rc == 1 && check_schema(m, out, start, err) == -1) {
		nq_buf_cut(out, start);
		rc = -1;
	}
	return rc;
}
