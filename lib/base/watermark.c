#include "base/watermark.h"

#include "base/num.h"
#include "base/time.h"

static const char *const names[] = {NULL, "timestamp_utc", "numeric_id", "opaque_token"};

const char *
nq_cursor_type_name(enum nq_cursor_type type)
{
	return names[type];
}

int
nq_cursor_type_parse(struct nq_str s, enum nq_cursor_type *type, struct nq_err *err)
{
	for (int i = NQ_CURSOR_TIMESTAMP; i <= NQ_CURSOR_OPAQUE; i++) {
		if (nq_str_is(s, names[i])) {
			*type = (enum nq_cursor_type)i;
			return 0;
		}
	}
	return nq_err_set(err, NQ_USAGE,
	    "unknown cursor type '%.*s': write timestamp_utc, numeric_id or opaque_token", (int)s.n,
	    s.p);
}

int
nq_watermark_check(enum nq_cursor_type type, struct nq_str s, struct nq_err *err)
{
	struct nq_time t;
	int naive;

	if (s.n == 0 || s.n > NQ_MAX_CURSOR)
		return nq_err_set(
		    err, NQ_FAIL, "a cursor has 1 to %d bytes, not %zu", NQ_MAX_CURSOR, s.n);
	if (type == NQ_CURSOR_TIMESTAMP && nq_time_parse(s, &t, &naive) == -1)
		return nq_err_set(err, NQ_FAIL, "'%.*s' is not a timestamp", (int)s.n, s.p);
	if (type == NQ_CURSOR_NUMERIC && !nq_num_valid(s))
		return nq_err_set(err, NQ_FAIL, "'%.*s' is not a number", (int)s.n, s.p);
	return 0;
}

int
nq_watermark_cmp(enum nq_cursor_type type, struct nq_str a, struct nq_str b)
{
	struct nq_time ta, tb;
	int naive;

	if (type == NQ_CURSOR_NUMERIC)
		return nq_num_cmp(a, b);
	if (type != NQ_CURSOR_TIMESTAMP || nq_time_parse(a, &ta, &naive) == -1 ||
	    nq_time_parse(b, &tb, &naive) == -1)
		return !nq_str_eq(a, b);
	return nq_time_cmp(ta, tb);
}

void
nq_watermark_raise(enum nq_cursor_type type, struct nq_buf *high, struct nq_str value)
{
	if (high->len > 0 && type != NQ_CURSOR_OPAQUE &&
	    nq_watermark_cmp(type, value, nq_buf_str(high)) <= 0)
		return;
	nq_buf_reset(high);
	nq_buf_addstr(high, value);
}
