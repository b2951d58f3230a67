/* The verbs that print or change one row. */
#include <stdio.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "cursor.h"
#include "state/run.h"
#include "state/show.h"

static int
put_row(const struct nq_row *row, struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc = 0;

	if (o.fields.n == 0)
		nq_show_row(row, &b);
	else
		rc = nq_show_fields(row, &o.fields, &b, err);
	if (rc == 0)
		fwrite(b.data, 1, b.len, stdout);
	nq_buf_free(&b);
	return rc;
}

static int
cursor_type(enum nq_cursor_type *type, struct nq_err *err)
{
	*type = NQ_CURSOR_NONE;
	if (o.cursor_type == NULL)
		return 0;
	return nq_cursor_type_parse(nq_str(o.cursor_type), type, err);
}

static int
needs(const char *option, const char *value, struct nq_err *err)
{
	if (value != NULL)
		return 0;
	return nq_err_set(err, NQ_USAGE, "option '%s' is missing", option);
}

int
do_get(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	return s->ops->load(s, k, row, err) < 0 ? -1 : put_row(row, err);
}

int
do_begin(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_begin b = {.since = o.since,
	    .initial = o.initial,
	    .lag_ms = o.lag_ms,
	    .destination = o.destination,
	    .missing = o.missing,
	    .full = o.full};

	if (o.full && o.since != NULL)
		return nq_err_set(err, NQ_USAGE, "--full and --since exclude each other");
	if (cursor_type(&b.type, err) == -1 || nq_run_begin(s, k, &b, row, err) == -1)
		return -1;
	return put_row(row, err);
}

/* 1 and the receipt, 0 when a cursor was given instead of one, -1. */
static int
read_receipt(struct nq_receipt *r, struct nq_err *err)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = -1;

	if (o.cursor != NULL)
		return 0;
	if (isatty(STDIN_FILENO))
		return nq_err_set(err, NQ_USAGE,
		    "say --cursor, or give the receipt of nq-load on standard input");
	if (nq_io_read_file("-", NQ_MAX_CONFIG, &text, err) == -1)
		err->status = NQ_FAIL;
	else
		rc = nq_receipt_read(r, nq_buf_str(&text), err) == -1 ? -1 : 1;
	nq_buf_free(&text);
	return rc;
}

int
do_complete(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_complete c = {.run = o.run,
	    .cursor = o.cursor,
	    .metadata = o.metadata,
	    .has_records = o.records != NULL};
	struct nq_receipt receipt;
	bool kept = false;
	int rc = -1;

	if (needs("--run", o.run, err) == -1)
		return -1;
	if (c.has_records && nq_cli_number(o.records, &c.records) == -1)
		return nq_err_set(
		    err, NQ_USAGE, "option '--records': '%s' is not a whole number", o.records);
	nq_receipt_init(&receipt);
	rc = read_receipt(&receipt, err);
	c.receipt = rc == 1 ? &receipt : NULL;
	if (rc != -1)
		rc = nq_run_complete(s, k, &c, &kept, row, err);
	nq_receipt_free(&receipt);
	if (kept)
		nq_log(NQ_LOG_WARN, "complete",
		    "the run began above the committed cursor: the cursor stays");
	return rc == -1 ? -1 : put_row(row, err);
}

int
do_fail(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	if (needs("--run", o.run, err) == -1 || needs("--error", o.error, err) == -1 ||
	    nq_run_fail(s, k, o.run, o.error, row, err) == -1)
		return -1;
	return put_row(row, err);
}

int
do_reset(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_reset r = {NQ_CURSOR_NONE, o.cursor, o.reason};

	if (needs("--cursor", o.cursor, err) == -1 || needs("--reason", o.reason, err) == -1 ||
	    cursor_type(&r.type, err) == -1 || nq_run_reset(s, k, &r, row, err) == -1)
		return -1;
	return put_row(row, err);
}
