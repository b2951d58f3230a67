/* The verbs that look at many rows. */
#include <stdio.h>

#include "cursor.h"
#include "state/metrics.h"
#include "state/rows.h"
#include "state/show.h"

static void
put(const struct nq_buf *b)
{
	fwrite(b->data, 1, b->len, stdout);
}

static int
list_with(
    struct nq_store *s, void (*show)(const struct nq_rows *, struct nq_buf *), struct nq_err *err)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_rows rows = {NULL, 0, 0};
	int rc = nq_rows_collect(&rows, s, o.operands > 0 ? o.operand[0] : NULL,
	    o.operands > 1 ? o.operand[1] : NULL, err);

	if (rc == 0) {
		show(&rows, &b);
		put(&b);
	}
	if (rc == 0 && rows.unreadable > 0)
		rc = nq_err_set(err, NQ_FAIL, "not all rows could be read");
	nq_rows_free(&rows);
	nq_buf_free(&b);
	return rc;
}

static void
show_table(const struct nq_rows *rows, struct nq_buf *b)
{
	nq_show_rows(rows->v, rows->n, b);
}

static void
show_lines(const struct nq_rows *rows, struct nq_buf *b)
{
	for (size_t i = 0; i < rows->n; i++)
		nq_show_row(&rows->v[i], b);
}

static void
show_metrics(const struct nq_rows *rows, struct nq_buf *b)
{
	nq_metrics_format(rows->v, rows->n, nq_time_now(), b);
}

int
do_list(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	(void)k;
	(void)row;
	return list_with(s, o.json ? show_lines : show_table, err);
}

int
do_metrics(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	(void)k;
	(void)row;
	return list_with(s, show_metrics, err);
}

int
do_history(struct nq_store *s, struct nq_key k, struct nq_row *row, struct nq_err *err)
{
	struct nq_show_history h;
	int rc;

	(void)row;
	nq_show_history_init(&h, o.json);
	rc = s->ops->history(s, k, true, nq_show_history_line, &h, err);
	put(nq_show_history_end(&h));
	if (rc == 0 && h.damaged > 0)
		rc = nq_err_set(err, NQ_FAIL, "%llu of %llu line%s of the history %s damaged",
		    (unsigned long long)h.damaged, (unsigned long long)h.lines, nq_plural(h.lines),
		    h.damaged == 1 ? "is" : "are");
	nq_show_history_free(&h);
	return rc;
}
