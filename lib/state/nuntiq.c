#include "state/nuntiq.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cli.h"
#include "base/log.h"
#include "base/time.h"
#include "json/text.h"
#include "state/file.h"
#include "state/nuntiq_api.h"
#include "state/nuntiq_row.h"

enum { STALE_MS = 60 * 60 * 1000, SKEW_MS = 2 * 60 * 1000 };

static const uint64_t atto_per_ms = 1000000000000000u;

struct nuntiq {
	struct nq_nuntiq_api api;
	struct nq_store local; /* locks, history, and a copy of each row */
	struct nq_buf path;
	struct nq_buf cursor;  /* what the platform had committed when the row was loaded */
	struct nq_buf foreign; /* when somebody else's run began that may still be on; or empty */
};

/* Each platform and customer has a directory of its own, and none is taken for a connector. */
static int
find_local(struct nuntiq *n, struct nq_err *err)
{
	size_t from;

	if (nq_store_local(&n->path, err) == -1)
		return -1;
	nq_buf_adds(&n->path, "/");
	from = n->path.len;
	nq_buf_adds(&n->path, ".nuntiq,");
	nq_buf_add_percent(&n->path, nq_buf_str(&n->api.base));
	nq_buf_addc(&n->path, ',');
	nq_buf_add_percent(&n->path, nq_buf_str(&n->api.customer));
	if (n->path.len - from > NQ_MAX_NAME)
		return nq_err_set(err, NQ_USAGE, "--state: the base URL is too long");
	return 0;
}

static int
nuntiq_open(struct nq_store *s, struct nq_err *err)
{
	struct nuntiq *n = nq_calloc(1, sizeof(*n));

	s->own = n;
	n->path = n->cursor = n->foreign = (struct nq_buf)NQ_BUF_INIT;
	if (nq_nuntiq_api_open(&n->api, s->where, s->opt, err) == -1 || find_local(n, err) == -1)
		return -1;
	n->local = (struct nq_store){
	    .ops = &nq_file_store, .opt = s->opt, .where = n->path.data, .held = -1};
	return n->local.ops->open(&n->local, err);
}

static void
nuntiq_close(struct nq_store *s)
{
	struct nuntiq *n = s->own;

	if (n->local.ops != NULL)
		n->local.ops->close(&n->local);
	nq_nuntiq_api_close(&n->api);
	nq_buf_free(&n->foreign);
	nq_buf_free(&n->cursor);
	nq_buf_free(&n->path);
	free(n);
	s->own = NULL;
}

/* === what this machine has ================================================================= */

static struct nq_store *
local(struct nq_store *s)
{
	struct nuntiq *n = s->own;

	return &n->local;
}

static int
nuntiq_hold(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	return nq_file_store.hold(local(s), k, err);
}

static int
nuntiq_release(struct nq_store *s, bool keep, struct nq_err *err)
{
	return nq_file_store.release(local(s), keep, err);
}

static int
nuntiq_record(struct nq_store *s, struct nq_key k, struct nq_str line, struct nq_err *err)
{
	return nq_file_store.record(local(s), k, line, err);
}

static int
nuntiq_history(struct nq_store *s, struct nq_key k, bool all, nq_store_line_fn fn, void *ctx,
    struct nq_err *err)
{
	return nq_file_store.history(local(s), k, all, fn, ctx, err);
}

static int
nuntiq_list(struct nq_store *s, nq_store_key_fn fn, void *ctx, struct nq_err *err)
{
	return nq_file_store.list(local(s), fn, ctx, err);
}

static int
nuntiq_lock(struct nq_store *s, struct nq_key k, int64_t wait_ms, struct nq_err *err)
{
	return nq_file_store.lock(local(s), k, wait_ms, err);
}

static int
nuntiq_busy(struct nq_store *s, struct nq_key k, struct nq_err *err)
{
	const struct nuntiq *n = s->own;
	int rc = nq_file_store.busy(local(s), k, err);

	if (rc != 0 || n->foreign.len == 0)
		return rc;
	nq_err_set(err, NQ_TEMPFAIL,
	    "a run of '%s/%s' that was not begun here is on since %s, and the platform knows no "
	    "locks: it is left alone for an hour (NQ_STALE sets another time)",
	    k.connector, k.stream, n->foreign.data);
	return 1;
}

/* === whose run it is ======================================================================= */

/* Both as whole milliseconds: one answer may tell more digits than another. */
static bool
same_instant(struct nq_str a, struct nq_str b)
{
	struct nq_time x, y;
	int naive;

	if (nq_time_parse(a, &x, &naive) == -1 || nq_time_parse(b, &y, &naive) == -1)
		return a.n > 0 && nq_str_eq(a, b);
	return x.sec == y.sec && x.atto / atto_per_ms == y.atto / atto_per_ms;
}

static bool
not_before(struct nq_str a, struct nq_str b)
{
	struct nq_time x, y;
	int naive;

	return nq_time_parse(a, &x, &naive) == 0 && nq_time_parse(b, &y, &naive) == 0 &&
	       nq_time_cmp(nq_time_add_ms(x, SKEW_MS), y) >= 0;
}

/*
 * Whether our copy is of the run that the platform shows. A copy without a start is that of a
 * begin which was cut off before the answer came.
 */
static bool
is_ours(const struct nq_row *copy, const struct nq_row *row)
{
	if (!nq_row_has(copy, NQ_F_RUN_ID) || nq_row_is(row, NQ_F_STATUS, "idle"))
		return false;
	if (nq_row_has(copy, NQ_F_STARTED_AT))
		return same_instant(
		    nq_row_get(copy, NQ_F_STARTED_AT), nq_row_get(row, NQ_F_STARTED_AT));
	return not_before(nq_row_get(row, NQ_F_STARTED_AT), nq_row_get(copy, NQ_F_UPDATED_AT));
}

static int64_t
stale_ms(void)
{
	const char *text = getenv("NQ_STALE");
	int64_t ms;

	return text != NULL && nq_cli_duration(text, &ms) == 0 ? ms : STALE_MS;
}

static void
find_foreign(struct nuntiq *n, const struct nq_row *row)
{
	struct nq_str started = nq_row_get(row, NQ_F_STARTED_AT);
	struct nq_time t;
	int naive;

	nq_buf_reset(&n->foreign);
	if (!nq_row_is(row, NQ_F_STATUS, "running"))
		return;
	if (nq_time_parse(started, &t, &naive) == -1 ||
	    nq_time_cmp(nq_time_add_ms(t, stale_ms()), nq_time_now()) > 0)
		nq_buf_adds(&n->foreign, started.n > 0 ? started.p : "an unknown time");
}

/* The members of the run, which only the metadata of a completed one has. */
static void
add_run(struct nuntiq *n, const struct nq_row *copy, struct nq_row *row)
{
	nq_buf_reset(&n->foreign);
	if (is_ours(copy, row)) {
		for (int f = NQ_F_RUN_ID; f <= NQ_F_DESTINATION; f++)
			nq_row_set(row, (enum nq_field)f, nq_row_get(copy, (enum nq_field)f));
		if (!nq_row_has(row, NQ_F_CURSOR))
			nq_row_set(row, NQ_F_CURSOR_TYPE, nq_row_get(copy, NQ_F_CURSOR_TYPE));
		return;
	}
	if (nq_row_is(row, NQ_F_STATUS, "succeeded"))
		return;
	nq_buf_reset(&row->value[NQ_F_RUN_ID]);
	nq_buf_reset(&row->value[NQ_F_LOWER_BOUND]);
	if (nq_row_is(row, NQ_F_STATUS, "idle"))
		return;
	nq_buf_addf(&row->value[NQ_F_RUN_ID], "elsewhere-%s", row->value[NQ_F_STARTED_AT].data);
	find_foreign(n, row);
}

/* === the row =============================================================================== */

static void
load_copy(struct nuntiq *n, struct nq_key k, struct nq_row *copy)
{
	struct nq_err why = NQ_ERR_INIT;

	if (nq_file_store.load(&n->local, k, copy, &why) < 0) {
		nq_log(NQ_LOG_WARN, "state", "the copy of the row is of no use: %s", why.msg);
		nq_row_idle(copy, k.connector, k.stream);
	}
}

static int
nuntiq_load(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	struct nq_row copy;
	uint32_t object;

	nq_row_idle(row, k.connector, k.stream);
	if (nq_nuntiq_call(&n->api, k, NULL, (struct nq_str){NULL, 0}, &object, err) == -1 ||
	    nq_nuntiq_row_read(row, &n->api.doc, object, err) == -1)
		return -1;
	nq_buf_reset(&n->cursor);
	nq_buf_addstr(&n->cursor, nq_row_get(row, NQ_F_CURSOR));
	nq_row_init(&copy);
	load_copy(n, k, &copy);
	add_run(n, &copy, row);
	nq_row_free(&copy);
	return nq_row_has(row, NQ_F_CURSOR_TYPE) || !nq_row_is(row, NQ_F_STATUS, "idle");
}

static int
save_copy(struct nuntiq *n, struct nq_key k, struct nq_row *row, enum nq_change change,
    struct nq_err *err)
{
	return nq_file_store.save(&n->local, k, row, change, NULL, err);
}

static int
post(struct nuntiq *n, struct nq_key k, const char *verb, struct nq_buf *body, uint32_t *object,
    struct nq_err *err)
{
	int rc;

	nq_buf_addc(body, '}');
	rc = nq_nuntiq_call(&n->api, k, verb, nq_buf_str(body), object, err);
	nq_buf_free(body);
	return rc;
}

static int
reset(struct nuntiq *n, struct nq_key k, const struct nq_row *row, const char *reason,
    struct nq_err *err)
{
	struct nq_buf body = NQ_BUF_INIT;
	uint32_t object;

	nq_buf_addc(&body, '{');
	if (nq_row_has(row, NQ_F_CURSOR_TYPE))
		nq_text_member(&body, "cursor_type", row->value[NQ_F_CURSOR_TYPE].data);
	nq_text_member(&body, "new_cursor_value",
	    nq_row_has(row, NQ_F_CURSOR) ? row->value[NQ_F_CURSOR].data : NULL);
	nq_text_member(&body, "reason", reason);
	return post(n, k, "reset", &body, &object, err);
}

/* The start as the platform tells it, in its answer to begin or in the row. */
static int
learn_start(
    struct nuntiq *n, struct nq_key k, uint32_t object, struct nq_row *row, struct nq_err *err)
{
	nq_nuntiq_row_start(row, &n->api.doc, object);
	if (nq_row_has(row, NQ_F_STARTED_AT))
		return 0;
	if (nq_nuntiq_call(&n->api, k, NULL, (struct nq_str){NULL, 0}, &object, err) == -1)
		return -1;
	nq_nuntiq_row_start(row, &n->api.doc, object);
	if (nq_row_has(row, NQ_F_STARTED_AT))
		return 0;
	return nq_err_set(err, NQ_FAIL, "begin: the platform does not tell when the run began");
}

static int
begin(struct nuntiq *n, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_buf body = NQ_BUF_INIT;
	uint32_t object;

	nq_buf_reset(&row->value[NQ_F_STARTED_AT]);
	if (save_copy(n, k, row, NQ_BEGUN, err) == -1)
		return -1;
	if (n->cursor.len > 0 && !nq_row_has(row, NQ_F_CURSOR) &&
	    reset(n, k, row, "full pull into a new destination", err) == -1)
		return -1;
	nq_buf_addc(&body, '{');
	nq_text_member(&body, "cursor_type", nq_nuntiq_row_type(row));
	if (post(n, k, "begin", &body, &object, err) == -1 ||
	    learn_start(n, k, object, row, err) == -1)
		return -1;
	return save_copy(n, k, row, NQ_BEGUN, err);
}

static int
complete(struct nuntiq *n, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_buf body = NQ_BUF_INIT, cursor = NQ_BUF_INIT;
	uint32_t object;
	int rc;

	nq_nuntiq_row_cursor(row, &cursor);
	nq_buf_addc(&body, '{');
	nq_text_member(&body, "new_cursor_value", cursor.data);
	nq_buf_free(&cursor);
	nq_text_name(&body, "records_processed");
	nq_row_write_value(row, NQ_F_RECORDS, &body);
	nq_text_name(&body, "metadata");
	rc = nq_nuntiq_row_metadata(row, &body, err);
	if (rc == 0)
		rc = post(n, k, "complete", &body, &object, err);
	nq_buf_free(&body);
	return rc;
}

static int
fail(struct nuntiq *n, struct nq_key k, const struct nq_row *row, struct nq_err *err)
{
	struct nq_buf body = NQ_BUF_INIT;
	uint32_t object;

	nq_buf_addc(&body, '{');
	nq_text_member(&body, "error_summary", row->value[NQ_F_ERROR].data);
	return post(n, k, "fail", &body, &object, err);
}

/* The platform comes first: what it has done is done, and the copy only remembers whose it is. */
static int
nuntiq_save(struct nq_store *s, struct nq_key k, struct nq_row *row, enum nq_change change,
    const char *reason, struct nq_err *err)
{
	struct nuntiq *n = s->own;
	struct nq_err why = NQ_ERR_INIT;
	int rc = -1;

	if (change == NQ_BEGUN)
		return begin(n, k, row, err);
	if (change == NQ_COMPLETED)
		rc = complete(n, k, row, err);
	else if (change == NQ_FAILED)
		rc = fail(n, k, row, err);
	else
		rc = reset(n, k, row, reason, err);
	if (rc == 0 && save_copy(n, k, row, change, &why) == -1)
		nq_log(NQ_LOG_WARN, "state", "%s", why.msg);
	return rc;
}

const struct nq_store_ops nq_nuntiq_store = {
    .prefix = "nuntiq:",
    .open = nuntiq_open,
    .close = nuntiq_close,
    .hold = nuntiq_hold,
    .release = nuntiq_release,
    .load = nuntiq_load,
    .save = nuntiq_save,
    .record = nuntiq_record,
    .history = nuntiq_history,
    .list = nuntiq_list,
    .busy = nuntiq_busy,
    .lock = nuntiq_lock,
};
