#include "state/run.h"

#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "json/doc.h"
#include "json/dup.h"
#include "json/utf8.h"
#include "state/bound.h"
#include "state/history.h"
#include "state/id.h"

static void
set_now(struct nq_row *row, enum nq_field f)
{
	nq_buf_reset(&row->value[f]);
	nq_id_now(&row->value[f]);
}

static void
set_text(struct nq_row *row, enum nq_field f, const char *text)
{
	nq_row_set(row, f, nq_str(text));
}

static void
stamp(struct nq_row *row)
{
	set_now(row, NQ_F_UPDATED_AT);
	nq_buf_reset(&row->value[NQ_F_UPDATED_BY]);
	nq_id_who(&row->value[NQ_F_UPDATED_BY]);
}

static int
save(struct nq_store *s, struct nq_key k, struct nq_row *row, enum nq_change change,
    struct nq_err *err)
{
	stamp(row);
	return s->ops->save(s, k, row, change, NULL, err);
}

/* The end of a hold: what was done is kept when all of it was. */
static int
let_go(struct nq_store *s, int rc, struct nq_err *err)
{
	return s->ops->release(s, rc == 0, err) == -1 ? -1 : rc;
}

static bool
ended(const struct nq_row *row)
{
	return nq_row_is(row, NQ_F_STATUS, "succeeded") || nq_row_is(row, NQ_F_STATUS, "failed");
}

/*
 * The history line of the run that the row shows as ended, unless it is there: the row comes
 * first, so a crash between both leaves it to the next one who holds the row.
 */
static int
record_end(struct nq_store *s, struct nq_key k, const char *event, const struct nq_row *row,
    struct nq_str old, struct nq_err *err)
{
	struct nq_row last;
	int rc;

	nq_row_init(&last);
	rc = nq_history_last(s, k, &last, err);
	if (rc != -1 && nq_str_eq(nq_row_get(&last, NQ_F_RUN_ID), nq_row_get(row, NQ_F_RUN_ID)))
		rc = 0;
	else if (rc != -1)
		rc = nq_history_add(s, event, row, NULL, old, err);
	nq_row_free(&last);
	return rc;
}

static int
heal_history(struct nq_store *s, struct nq_key k, const struct nq_row *row, struct nq_err *err)
{
	if (!ended(row) || !nq_row_has(row, NQ_F_RUN_ID))
		return 0;
	return record_end(s, k, nq_row_is(row, NQ_F_STATUS, "failed") ? "failed" : "completed", row,
	    (struct nq_str){NULL, 0}, err);
}

/* The row holds the new state: first it, then its line. */
static int
finish(struct nq_store *s, struct nq_key k, enum nq_change change, struct nq_row *row,
    struct nq_str old, struct nq_err *err)
{
	const char *event = change == NQ_COMPLETED ? "completed" : "failed";

	if (save(s, k, row, change, err) == -1)
		return -1;
	if (record_end(s, k, event, row, old, err) == 0)
		return 0;
	if (s->ops->atomic)
		return -1;
	return nq_err_at(err, "the run is %s, but not its history: ", event);
}

/* === begin ================================================================================= */

static int
check_destination(const struct nq_begin *b, const struct nq_row *row, struct nq_err *err)
{
	struct nq_str last = nq_row_get(row, NQ_F_DESTINATION);
	bool other = b->destination != NULL && last.n > 0 && !nq_str_is(last, b->destination);

	if (!nq_row_has(row, NQ_F_CURSOR) || b->full || (!other && !b->missing))
		return 0;
	if (other)
		return nq_err_set(err, NQ_FAIL,
		    "the cursor belongs to the destination '%.*s', not '%s': a new destination "
		    "must not get deltas only, run 'nq-sync --full' (nq-cursor begin --full)",
		    (int)last.n, last.p, b->destination);
	return nq_err_set(err, NQ_FAIL,
	    "the table of '%s' is gone, but there is a cursor: it must not get deltas only, "
	    "run 'nq-sync --full' (nq-cursor begin --full)",
	    b->destination != NULL ? b->destination
	    : last.n > 0	   ? last.p
				   : "the destination");
}

static int
settle_type(const struct nq_begin *b, const struct nq_row *row, enum nq_cursor_type *type,
    struct nq_err *err)
{
	enum nq_cursor_type had = nq_row_cursor_type(row);

	*type = b->type != NQ_CURSOR_NONE ? b->type : had;
	if (*type == had || !nq_row_has(row, NQ_F_CURSOR))
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "the committed cursor is a %s, not a %s: 'nq-cursor reset --cursor-type' changes it",
	    nq_cursor_type_name(had), nq_cursor_type_name(*type));
}

static int
close_abandoned(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	if (!nq_row_is(row, NQ_F_STATUS, "running"))
		return heal_history(s, k, row, err);
	nq_log(NQ_LOG_WARN, "begin", "the run %s was abandoned", row->value[NQ_F_RUN_ID].data);
	set_text(row, NQ_F_STATUS, "failed");
	set_text(row, NQ_F_ERROR, "abandoned");
	set_now(row, NQ_F_COMPLETED_AT);
	stamp(row);
	return record_end(s, k, "abandoned", row, nq_row_get(row, NQ_F_CURSOR), err);
}

/* A full pull into another place leaves nothing of the old cursor to go on from. */
static int
forget_cursor(struct nq_store *s, const struct nq_begin *b, struct nq_row *row, struct nq_err *err)
{
	struct nq_str dest = nq_row_get(row, NQ_F_DESTINATION);
	struct nq_buf old = NQ_BUF_INIT;
	int rc = 0;

	if (!b->full || !nq_row_has(row, NQ_F_CURSOR) ||
	    (!b->missing && (b->destination == NULL || nq_str_is(dest, b->destination))))
		return 0;
	nq_buf_addstr(&old, nq_row_get(row, NQ_F_CURSOR));
	set_text(row, NQ_F_CURSOR, "");
	set_text(row, NQ_F_COMMITTED_AT, "");
	set_text(row, NQ_F_RUN_ID, "");
	rc = nq_history_add(
	    s, "reset", row, "full pull into a new destination", nq_buf_str(&old), err);
	nq_buf_free(&old);
	return rc;
}

static int
start(const struct nq_begin *b, enum nq_cursor_type type, const struct nq_buf *lower,
    struct nq_row *row, struct nq_err *err)
{
	const char *name = nq_cursor_type_name(type);

	nq_buf_reset(&row->value[NQ_F_RUN_ID]);
	if (nq_id_run(&row->value[NQ_F_RUN_ID], err) == -1)
		return -1;
	set_text(row, NQ_F_CURSOR_TYPE, name != NULL ? name : "");
	set_text(row, NQ_F_STATUS, "running");
	set_now(row, NQ_F_STARTED_AT);
	set_text(row, NQ_F_COMPLETED_AT, "");
	set_text(row, NQ_F_RECORDS, "");
	set_text(row, NQ_F_ERROR, "");
	nq_row_set(row, NQ_F_LOWER_BOUND, nq_buf_str(lower));
	if (b->destination != NULL)
		set_text(row, NQ_F_DESTINATION, b->destination);
	else if (!nq_row_has(row, NQ_F_CURSOR))
		set_text(row, NQ_F_DESTINATION, "");
	return 0;
}

static int
begin_held(struct nq_store *s, struct nq_key k, const struct nq_begin *b, struct nq_row *row,
    struct nq_err *err)
{
	struct nq_buf lower = NQ_BUF_INIT;
	enum nq_cursor_type type;
	int rc = -1;

	if (s->ops->load(s, k, row, err) < 0 || s->ops->busy(s, k, err) != 0)
		return -1;
	if (settle_type(b, row, &type, err) == 0 && check_destination(b, row, err) == 0 &&
	    nq_bound_find(b, type, row, &lower, err) == 0 && close_abandoned(s, k, row, err) == 0 &&
	    forget_cursor(s, b, row, err) == 0 && start(b, type, &lower, row, err) == 0)
		rc = save(s, k, row, NQ_BEGUN, err);
	nq_buf_free(&lower);
	return rc;
}

int
nq_run_begin(struct nq_store *s, struct nq_key k, const struct nq_begin *b, struct nq_row *out,
    struct nq_err *err)
{
	int rc;

	if (s->ops->hold(s, k, err) == -1)
		return -1;
	rc = begin_held(s, k, b, out, err);
	return let_go(s, rc, err);
}

/* === complete ============================================================================== */

/* 1 when the run is the one that is on, 0 when it ended already, -1 when it is neither. */
static int
own_run(const struct nq_row *row, const char *run, struct nq_err *err)
{
	if (nq_row_is(row, NQ_F_RUN_ID, run))
		return nq_row_is(row, NQ_F_STATUS, "running");
	if (!nq_row_has(row, NQ_F_RUN_ID))
		return nq_err_set(
		    err, NQ_FAIL, "run '%s' is not on: no run has begun since the last reset", run);
	return nq_err_set(err, NQ_FAIL, "run '%s' is superseded by run '%s' (%s)", run,
	    row->value[NQ_F_RUN_ID].data, row->value[NQ_F_STATUS].data);
}

static int
settle_destination(struct nq_row *row, const struct nq_receipt *r, struct nq_err *err)
{
	struct nq_str have = nq_row_get(row, NQ_F_DESTINATION);

	if (r == NULL)
		return 0;
	if (have.n > 0 && !nq_str_eq(have, nq_buf_str(&r->destination)))
		return nq_err_set(err, NQ_FAIL,
		    "the receipt is from '%s', but the run is for '%.*s'", r->destination.data,
		    (int)have.n, have.p);
	nq_row_set(row, NQ_F_DESTINATION, nq_buf_str(&r->destination));
	return 0;
}

static int
set_metadata(struct nq_row *row, const char *text, struct nq_err *err)
{
	struct nq_doc d;
	int rc = -1;

	if (text == NULL)
		return 0;
	nq_doc_init(&d);
	if (strlen(text) > NQ_MAX_METADATA)
		nq_err_set(
		    err, NQ_USAGE, "--metadata: longer than %u bytes", (unsigned)NQ_MAX_METADATA);
	else if (nq_doc_parse(&d, nq_str(text), err) == -1)
		nq_err_at(err, "--metadata: ");
	else if (nq_doc_type(&d, 0) != NQ_OBJECT || nq_dup_find(&d, 0) != NQ_NONE)
		nq_err_set(err, NQ_USAGE, "--metadata: not an object with each member once");
	else
		rc = 0;
	if (rc == 0) {
		nq_buf_reset(&row->value[NQ_F_METADATA]);
		nq_row_compact(&d, 0, &row->value[NQ_F_METADATA]);
	} else {
		err->status = NQ_USAGE;
	}
	nq_doc_free(&d);
	return rc;
}

static void
set_records(struct nq_row *row, const struct nq_complete *c)
{
	if (!c->has_records && c->receipt == NULL)
		return;
	nq_buf_reset(&row->value[NQ_F_RECORDS]);
	nq_buf_addf(&row->value[NQ_F_RECORDS], "%llu",
	    (unsigned long long)(c->has_records ? c->records : c->receipt->records));
}

static int
commit(struct nq_store *s, struct nq_key k, const struct nq_complete *c, const struct nq_buf *next,
    struct nq_row *row, struct nq_err *err)
{
	struct nq_buf old = NQ_BUF_INIT;
	int rc = -1;

	nq_buf_addstr(&old, nq_row_get(row, NQ_F_CURSOR));
	if (settle_destination(row, c->receipt, err) == -1 ||
	    set_metadata(row, c->metadata, err) == -1)
		goto out;
	if (!nq_str_eq(nq_buf_str(&old), nq_buf_str(next))) {
		nq_row_set(row, NQ_F_CURSOR, nq_buf_str(next));
		set_now(row, NQ_F_COMMITTED_AT);
	}
	set_records(row, c);
	set_text(row, NQ_F_STATUS, "succeeded");
	set_now(row, NQ_F_COMPLETED_AT);
	rc = finish(s, k, NQ_COMPLETED, row, nq_buf_str(&old), err);
out:
	nq_buf_free(&old);
	return rc;
}

static int
already_ended(struct nq_store *s, struct nq_key k, const struct nq_complete *c,
    const struct nq_buf *next, const struct nq_row *row, struct nq_err *err)
{
	if (nq_row_is(row, NQ_F_STATUS, "failed"))
		return nq_err_set(err, NQ_FAIL, "run '%s' has failed already (%s)", c->run,
		    row->value[NQ_F_ERROR].data);
	if (!nq_str_eq(nq_buf_str(next), nq_row_get(row, NQ_F_CURSOR)))
		return nq_err_set(err, NQ_FAIL, "run '%s' has completed already, with cursor '%s'",
		    c->run, row->value[NQ_F_CURSOR].data);
	return heal_history(s, k, row, err);
}

/* What a run comes to. A second attempt, which may find it done, takes it from the first. */
struct outcome {
	bool known, kept;
	struct nq_buf next;
};

static int
complete_held(struct nq_store *s, struct nq_key k, const struct nq_complete *c, struct outcome *o,
    struct nq_row *row, struct nq_err *err)
{
	int on = -1;

	if (s->ops->load(s, k, row, err) < 0 || (on = own_run(row, c->run, err)) == -1)
		return -1;
	if (on == 1 || !o->known) {
		nq_buf_reset(&o->next);
		if (nq_bound_next(row, c, &o->kept, &o->next, err) == -1)
			return -1;
		o->kept = o->kept && on == 1;
		o->known = true;
	}
	return on == 1 ? commit(s, k, c, &o->next, row, err)
		       : already_ended(s, k, c, &o->next, row, err);
}

int
nq_run_complete(struct nq_store *s, struct nq_key k, const struct nq_complete *c, bool *kept,
    struct nq_row *out, struct nq_err *err)
{
	struct outcome o = {false, false, NQ_BUF_INIT};
	int rc, attempt = 1;

	do {
		rc = s->ops->hold(s, k, err);
		if (rc == 0)
			rc = let_go(s, complete_held(s, k, c, &o, out, err), err);
	} while (rc == -1 && s->ops->again != NULL && s->ops->again(s, ++attempt, err));
	*kept = rc == 0 && o.kept;
	nq_buf_free(&o.next);
	return rc;
}

/* === fail and reset ======================================================================== */

static void
set_summary(struct nq_row *row, const char *error)
{
	struct nq_buf text = NQ_BUF_INIT;
	size_t n;

	nq_buf_adds(&text, *error != '\0' ? error : "unknown error");
	nq_secret_redact(&text);
	n = text.len < NQ_MAX_SUMMARY ? text.len : NQ_MAX_SUMMARY;
	nq_buf_cut(&text, nq_utf8_check(text.data, n));
	nq_row_set(row, NQ_F_ERROR, text.len > 0 ? nq_buf_str(&text) : nq_str("unknown error"));
	nq_buf_free(&text);
}

static int
fail_held(struct nq_store *s, struct nq_key k, const char *run, const char *error,
    struct nq_row *row, struct nq_err *err)
{
	int on;

	if (s->ops->load(s, k, row, err) < 0 || (on = own_run(row, run, err)) == -1)
		return -1;
	if (on == 0 && !nq_row_is(row, NQ_F_STATUS, "failed"))
		return nq_err_set(err, NQ_FAIL, "run '%s' has completed already", run);
	if (on == 0)
		return heal_history(s, k, row, err);
	set_text(row, NQ_F_STATUS, "failed");
	set_summary(row, error);
	set_now(row, NQ_F_COMPLETED_AT);
	return finish(s, k, NQ_FAILED, row, nq_row_get(row, NQ_F_CURSOR), err);
}

int
nq_run_fail(struct nq_store *s, struct nq_key k, const char *run, const char *error,
    struct nq_row *out, struct nq_err *err)
{
	int rc;

	if (s->ops->hold(s, k, err) == -1)
		return -1;
	rc = fail_held(s, k, run, error, out, err);
	return let_go(s, rc, err);
}

/* Of a damaged row, what the history knows: the names and the type of the cursor. */
static int
load_for_reset(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	int rc = s->ops->load(s, k, row, err);

	if (rc == -2) {
		nq_log(NQ_LOG_WARN, "reset", "%s", err->msg);
		rc = nq_history_last(s, k, row, err);
		set_text(row, NQ_F_CONNECTOR, k.connector);
		set_text(row, NQ_F_STREAM, k.stream);
	}
	return rc < 0 ? -1 : 0;
}

static int
check_reset(const struct nq_reset *r, const struct nq_row *row, enum nq_cursor_type *type,
    struct nq_err *err)
{
	*type = r->type != NQ_CURSOR_NONE ? r->type : nq_row_cursor_type(row);
	if (*r->cursor == '\0')
		return 0;
	if (*type == NQ_CURSOR_NONE)
		return nq_err_set(
		    err, NQ_USAGE, "--cursor needs --cursor-type: this stream has none so far");
	if (nq_watermark_check(*type, nq_str(r->cursor), err) == 0)
		return 0;
	err->status = NQ_USAGE;
	return nq_err_at(err, "--cursor: ");
}

static void
set_cursor(const struct nq_reset *r, enum nq_cursor_type type, struct nq_row *row)
{
	if (type != NQ_CURSOR_NONE)
		set_text(row, NQ_F_CURSOR_TYPE, nq_cursor_type_name(type));
	set_text(row, NQ_F_CURSOR, r->cursor);
	set_text(row, NQ_F_COMMITTED_AT, "");
	if (*r->cursor != '\0')
		set_now(row, NQ_F_COMMITTED_AT);
	set_text(row, NQ_F_STATUS, "idle");
	set_text(row, NQ_F_RUN_ID, "");
	set_text(row, NQ_F_LOWER_BOUND, "");
	set_text(row, NQ_F_ERROR, "");
}

static int
reset_held(struct nq_store *s, struct nq_key k, const struct nq_reset *r, struct nq_row *row,
    struct nq_err *err)
{
	struct nq_buf old = NQ_BUF_INIT;
	enum nq_cursor_type type;
	int rc = -1;

	if (load_for_reset(s, k, row, err) == -1 || s->ops->busy(s, k, err) != 0 ||
	    check_reset(r, row, &type, err) == -1 || close_abandoned(s, k, row, err) == -1)
		return -1;
	nq_buf_addstr(&old, nq_row_get(row, NQ_F_CURSOR));
	set_cursor(r, type, row);
	stamp(row);
	if (nq_history_add(s, "reset", row, r->reason, nq_buf_str(&old), err) == 0)
		rc = s->ops->save(s, k, row, NQ_RESET, r->reason, err);
	nq_buf_free(&old);
	return rc;
}

int
nq_run_reset(struct nq_store *s, struct nq_key k, const struct nq_reset *r, struct nq_row *out,
    struct nq_err *err)
{
	int rc;

	if (s->ops->hold(s, k, err) == -1)
		return -1;
	rc = reset_held(s, k, r, out, err);
	return let_go(s, rc, err);
}
