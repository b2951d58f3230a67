#include "state/bound.h"

#include "base/cli.h"
#include "base/time.h"

/* -7d and the like: so long before now, in whole seconds. */
static int
relative(const char *s, struct nq_buf *out)
{
	struct nq_time t = nq_time_now();
	int64_t ms;

	if (*s != '-' || nq_cli_duration(s + 1, &ms) == -1)
		return -1;
	t = nq_time_add_ms(t, -ms);
	t.atto = 0;
	nq_time_format(t, out);
	return 0;
}

static int
given(const char *option, const char *value, enum nq_cursor_type type, struct nq_buf *out,
    struct nq_err *err)
{
	if (type == NQ_CURSOR_NONE)
		return nq_err_set(
		    err, NQ_USAGE, "%s needs --cursor-type: this stream has none so far", option);
	if (type != NQ_CURSOR_TIMESTAMP || relative(value, out) == -1)
		nq_buf_adds(out, value);
	if (nq_watermark_check(type, nq_buf_str(out), err) == 0)
		return 0;
	err->status = NQ_USAGE;
	if (type == NQ_CURSOR_TIMESTAMP)
		nq_err_add(err, ": write 2026-05-16T10:23:14Z, 2026-05-16 or -7d");
	return nq_err_at(err, "%s: ", option);
}

static int
lagged(struct nq_str committed, int64_t lag_ms, struct nq_buf *out, struct nq_err *err)
{
	struct nq_time t;
	int naive;

	if (nq_time_parse(committed, &t, &naive) == -1)
		return nq_err_set(err, NQ_FAIL, "the committed cursor is not a timestamp");
	nq_time_format(nq_time_add_ms(t, -lag_ms), out);
	if (nq_watermark_check(NQ_CURSOR_TIMESTAMP, nq_buf_str(out), err) == 0)
		return 0;
	err->status = NQ_USAGE;
	return nq_err_at(err, "--lag: ");
}

int
nq_bound_find(const struct nq_begin *b, enum nq_cursor_type type, const struct nq_row *row,
    struct nq_buf *out, struct nq_err *err)
{
	struct nq_str committed = nq_row_get(row, NQ_F_CURSOR);

	if (b->lag_ms != 0 && type != NQ_CURSOR_TIMESTAMP)
		return nq_err_set(err, NQ_USAGE,
		    "--lag: only a timestamp_utc cursor can go back by a time, not %s",
		    type == NQ_CURSOR_NONE ? "none" : nq_cursor_type_name(type));
	if (b->full)
		return 0;
	if (b->since != NULL)
		return given("--since", b->since, type, out, err);
	if (committed.n > 0 && b->lag_ms != 0)
		return lagged(committed, b->lag_ms, out, err);
	if (committed.n > 0)
		nq_buf_addstr(out, committed);
	else if (b->initial != NULL)
		return given("--initial", b->initial, type, out, err);
	return 0;
}

/*
 * Opaque tokens have no order: there "above" is any other token than the committed one, as long
 * as the run is on.
 */
static bool
began_above(const struct nq_row *row, enum nq_cursor_type type)
{
	struct nq_str lower = nq_row_get(row, NQ_F_LOWER_BOUND),
		      committed = nq_row_get(row, NQ_F_CURSOR);

	if (type == NQ_CURSOR_OPAQUE && !nq_row_is(row, NQ_F_STATUS, "running"))
		return false;
	return lower.n > 0 && committed.n > 0 && nq_watermark_cmp(type, lower, committed) > 0;
}

static int
check_explicit(
    const struct nq_row *row, enum nq_cursor_type type, struct nq_str value, struct nq_err *err)
{
	struct nq_str committed = nq_row_get(row, NQ_F_CURSOR);

	if (type == NQ_CURSOR_NONE)
		return nq_err_set(err, NQ_FAIL, "--cursor: the run began without --cursor-type");
	if (nq_watermark_check(type, value, err) == -1)
		return nq_err_at(err, "--cursor: ");
	if (committed.n > 0 && type != NQ_CURSOR_OPAQUE &&
	    nq_watermark_cmp(type, value, committed) < 0)
		return nq_err_set(err, NQ_FAIL,
		    "CURSOR_REGRESSION: '%.*s' is below the committed cursor '%.*s' "
		    "('nq-cursor reset' goes back)",
		    (int)value.n, value.p, (int)committed.n, committed.p);
	return 0;
}

static int
check_receipt(const struct nq_receipt *r, enum nq_cursor_type type, struct nq_err *err)
{
	const char *ours = nq_cursor_type_name(type);

	if (r->cursor_type == NQ_CURSOR_NONE || r->cursor_type == type)
		return 0;
	return nq_err_set(err, NQ_FAIL, "the receipt counts by %s, but the run began with %s",
	    nq_cursor_type_name(r->cursor_type), ours != NULL ? ours : "no cursor type");
}

int
nq_bound_next(const struct nq_row *row, const struct nq_complete *c, bool *kept, struct nq_buf *out,
    struct nq_err *err)
{
	enum nq_cursor_type type = nq_row_cursor_type(row);
	struct nq_str value = {NULL, 0};

	if (c->receipt != NULL) {
		value = nq_buf_str(&c->receipt->watermark);
		if (check_receipt(c->receipt, type, err) == -1)
			return -1;
	}
	if (c->cursor != NULL) {
		value = nq_str(c->cursor);
		if (check_explicit(row, type, value, err) == -1)
			return -1;
	}
	*kept = began_above(row, type);
	nq_buf_addstr(out, nq_row_get(row, NQ_F_CURSOR));
	if (*kept)
		return 0;
	if (value.n > 0)
		nq_watermark_raise(type, out, value);
	else if (out->len == 0)
		nq_buf_addstr(out, nq_row_get(row, NQ_F_LOWER_BOUND));
	return 0;
}
