#include "fetch/scalar.h"

void
nq_scalar_set(struct nq_scalar *v, enum nq_type type, const char *text, size_t n)
{
	v->type = type;
	nq_buf_reset(&v->text);
	nq_buf_add(&v->text, text, n);
}

bool
nq_scalar_empty(const struct nq_scalar *v)
{
	return v->type == NQ_ABSENT || v->type == NQ_NULL || v->type == NQ_FALSE ||
	       (v->type == NQ_STRING && v->text.len == 0);
}

int
nq_scalar_bool(const struct nq_scalar *v, bool *out)
{
	struct nq_str s = nq_buf_str(&v->text);

	if (v->type != NQ_TRUE && v->type != NQ_FALSE && v->type != NQ_STRING)
		return -1;
	*out = nq_str_is(s, "true");
	return *out || nq_str_is(s, "false") ? 0 : -1;
}

int
nq_scalar_uint(const struct nq_scalar *v, uint64_t *out)
{
	if (v->type != NQ_NUMBER && v->type != NQ_STRING)
		return -1;
	*out = 0;
	for (size_t i = 0; i < v->text.len; i++) {
		if (v->text.data[i] < '0' || v->text.data[i] > '9' || *out > (UINT64_MAX - 9) / 10)
			return -1;
		*out = *out * 10 + (uint64_t)(v->text.data[i] - '0');
	}
	return v->text.len > 0 ? 0 : -1;
}
