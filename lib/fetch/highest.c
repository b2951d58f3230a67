#include "fetch/highest.h"

#include "base/limits.h"

/* What is no instant is told by the general way. */
static bool
take_instant(struct nq_highest *h, struct nq_str value)
{
	struct nq_time t;
	int naive;

	if (value.n > NQ_MAX_CURSOR || nq_time_parse(value, &t, &naive) == -1)
		return false;
	if (h->text->len > 0 && nq_time_cmp(t, h->instant) <= 0)
		return true;
	nq_buf_reset(h->text);
	nq_buf_addstr(h->text, value);
	h->instant = t;
	return true;
}

int
nq_highest_take(struct nq_highest *h, struct nq_str value, struct nq_err *err)
{
	if (h->type == NQ_CURSOR_TIMESTAMP && take_instant(h, value))
		return 0;
	if (nq_watermark_check(h->type, value, err) == -1)
		return -1;
	nq_watermark_raise(h->type, h->text, value);
	return 0;
}
