#include "state/history.h"

#include "json/text.h"

int
nq_history_add(struct nq_store *s, const char *event, const struct nq_row *row, const char *reason,
    struct nq_str old_cursor, struct nq_err *err)
{
	struct nq_key k = {row->value[NQ_F_CONNECTOR].data, row->value[NQ_F_STREAM].data};
	struct nq_buf line = NQ_BUF_INIT;
	int rc;

	nq_buf_addc(&line, '{');
	nq_text_member(&line, "event", event);
	nq_text_member(&line, "reason", reason);
	nq_text_name(&line, "old_cursor_value");
	if (old_cursor.n > 0)
		nq_text_quote(&line, old_cursor);
	else
		nq_buf_adds(&line, "null");
	nq_row_write(row, &line);
	nq_buf_addc(&line, '}');
	rc = s->ops->record(s, k, nq_buf_str(&line), err);
	nq_buf_free(&line);
	return rc;
}

struct last {
	struct nq_buf line;
	struct nq_doc doc;
	struct nq_row *row;
	int found;
};

static int
keep(void *ctx, struct nq_str line, struct nq_err *err)
{
	struct last *l = ctx;

	(void)err;
	nq_buf_reset(&l->line);
	nq_buf_addstr(&l->line, line);
	return 0;
}

/* Most often the last line is good and the only one that has to be parsed. */
static int
keep_readable(void *ctx, struct nq_str line, struct nq_err *err)
{
	struct last *l = ctx;
	struct nq_row row;

	(void)err;
	nq_row_init(&row);
	if (nq_doc_parse(&l->doc, line, &(struct nq_err)NQ_ERR_INIT) == 0 &&
	    nq_row_read(&row, &l->doc, &(struct nq_err)NQ_ERR_INIT) == 0) {
		nq_row_copy(l->row, &row);
		l->found = 1;
	}
	nq_row_free(&row);
	return 0;
}

int
nq_history_last(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct last l = {NQ_BUF_INIT, {0}, row, 0};
	int rc;

	nq_doc_init(&l.doc);
	rc = s->ops->history(s, k, false, keep, &l, err);
	if (rc == 0 && l.line.len > 0) {
		keep_readable(&l, nq_buf_str(&l.line), err);
		if (l.found == 0)
			rc = s->ops->history(s, k, true, keep_readable, &l, err);
	}
	nq_doc_free(&l.doc);
	nq_buf_free(&l.line);
	return rc == -1 ? -1 : l.found;
}
