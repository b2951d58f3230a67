#include "state/split.h"

#include <string.h>

static int
give(struct nq_split *s, struct nq_str line, struct nq_err *err)
{
	size_t i = 0;

	s->number++;
	if (line.n > s->max)
		return nq_err_set(err, NQ_FAIL,
		    "line %llu: longer than %zu bytes (--max-line raises the limit)",
		    (unsigned long long)s->number, s->max);
	while (i < line.n && strchr(" \t\r", line.p[i]) != NULL && line.p[i] != '\0')
		i++;
	return i == line.n ? 0 : s->fn(s->ctx, line, err);
}

static int
give_rest(struct nq_split *s, struct nq_err *err)
{
	int rc = give(s, nq_buf_str(&s->rest), err);

	nq_buf_reset(&s->rest);
	return rc;
}

int
nq_split_feed(struct nq_split *s, struct nq_str piece, struct nq_err *err)
{
	const char *at = piece.p, *end = piece.p + piece.n, *nl;
	int rc = 0;

	while (rc == 0 && (nl = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (s->rest.len > 0) {
			nq_buf_add(&s->rest, at, (size_t)(nl - at));
			rc = give_rest(s, err);
		} else {
			rc = give(s, (struct nq_str){at, (size_t)(nl - at)}, err);
		}
		at = nl + 1;
	}
	if (rc == 0)
		nq_buf_add(&s->rest, at, (size_t)(end - at));
	return rc == 0 && s->rest.len > s->max ? give_rest(s, err) : rc;
}

int
nq_split_end(struct nq_split *s, struct nq_err *err)
{
	return s->rest.len > 0 ? give_rest(s, err) : 0;
}

void
nq_split_free(struct nq_split *s)
{
	nq_buf_free(&s->rest);
}
