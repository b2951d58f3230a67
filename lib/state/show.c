#include "state/show.h"

static const struct {
	const char *head;
	enum nq_field field;
} row_columns[] = {
    {"CONNECTOR", NQ_F_CONNECTOR},
    {"STREAM", NQ_F_STREAM},
    {"STATUS", NQ_F_STATUS},
    {"CURSOR", NQ_F_CURSOR},
    {"RECORDS", NQ_F_RECORDS},
    {"STARTED", NQ_F_STARTED_AT},
    {"ENDED", NQ_F_COMPLETED_AT},
    {"ERROR", NQ_F_ERROR},
};

static const struct {
	const char *head, *member;
} event_columns[] = {
    {"AT", "updated_at_utc"},
    {"EVENT", "event"},
    {"CURSOR", "committed_cursor_value"},
    {"RECORDS", "records_processed"},
    {"RUN", "run_id"},
    {"BY", "updated_by"},
    {"ERROR", "error_summary"},
    {"REASON", "reason"},
};

enum {
	ROW_COLUMNS = sizeof(row_columns) / sizeof(row_columns[0]),
	EVENT_COLUMNS = sizeof(event_columns) / sizeof(event_columns[0])
};

void
nq_show_row(const struct nq_row *row, struct nq_buf *out)
{
	nq_buf_addc(out, '{');
	nq_row_write(row, out);
	nq_buf_adds(out, "}\n");
}

int
nq_show_fields_check(const struct nq_list *l, struct nq_err *err)
{
	const char *names[NQ_ROW_FIELDS + 1], *near;

	for (int f = 0; f < NQ_ROW_FIELDS; f++)
		names[f] = nq_row_field_name((enum nq_field)f);
	names[NQ_ROW_FIELDS] = NULL;
	for (size_t i = 0; i < l->n; i++) {
		if (nq_row_field(l->v[i]) != -1)
			continue;
		nq_err_set(err, NQ_USAGE, "--field: a row has no '%s'", l->v[i]);
		near = nq_str_nearest(l->v[i], names);
		if (near != NULL)
			return nq_err_add(err, ", did you mean '%s'?", near);
		for (int f = 0; f < NQ_ROW_FIELDS; f++)
			nq_err_add(err, "%s %s", f == 0 ? ": it has" : ",", names[f]);
		return -1;
	}
	return 0;
}

int
nq_show_fields(
    const struct nq_row *row, const struct nq_list *l, struct nq_buf *out, struct nq_err *err)
{
	struct nq_str s;

	for (size_t i = 0; i < l->n; i++) {
		s = nq_row_get(row, (enum nq_field)nq_row_field(l->v[i]));
		if (memchr(s.p, '\n', s.n) != NULL || memchr(s.p, '\0', s.n) != NULL)
			return nq_err_set(err, NQ_FAIL,
			    "--field: the value of '%s' is not one line: read the JSON", l->v[i]);
		nq_buf_addstr(out, s);
		nq_buf_addc(out, '\n');
	}
	return 0;
}

void
nq_show_rows(const struct nq_row *rows, size_t n, struct nq_buf *out)
{
	struct nq_table t = {ROW_COLUMNS, NULL, 0};

	for (size_t i = 0; i < ROW_COLUMNS; i++)
		nq_table_add(&t, nq_str(row_columns[i].head));
	for (size_t r = 0; r < n; r++)
		for (size_t i = 0; i < ROW_COLUMNS; i++)
			nq_table_add(&t, nq_row_get(&rows[r], row_columns[i].field));
	nq_table_format(&t, out);
	nq_table_free(&t);
}

void
nq_show_history_init(struct nq_show_history *h, bool json)
{
	*h = (struct nq_show_history){.json = json, .out = NQ_BUF_INIT};
	h->table = (struct nq_table){EVENT_COLUMNS, NULL, 0};
	nq_doc_init(&h->doc);
	for (size_t i = 0; i < EVENT_COLUMNS; i++)
		nq_table_add(&h->table, nq_str(event_columns[i].head));
}

void
nq_show_history_free(struct nq_show_history *h)
{
	nq_buf_free(&h->out);
	nq_table_free(&h->table);
	nq_doc_free(&h->doc);
}

static void
add_cell(struct nq_show_history *h, const char *member)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t i = nq_doc_get(&h->doc, 0, nq_str(member));
	struct nq_str s = {"", 0};

	if (nq_doc_type(&h->doc, i) == NQ_NUMBER)
		s = nq_doc_raw(&h->doc, i);
	else if (nq_doc_type(&h->doc, i) == NQ_STRING)
		(void)nq_doc_string(&h->doc, i, &scratch, &s);
	nq_table_add(&h->table, s);
	nq_buf_free(&scratch);
}

int
nq_show_history_line(void *ctx, struct nq_str line, struct nq_err *err)
{
	struct nq_show_history *h = ctx;

	h->lines++;
	if (nq_doc_parse(&h->doc, line, err) == -1 || nq_doc_type(&h->doc, 0) != NQ_OBJECT) {
		h->damaged++;
		return 0;
	}
	if (h->json) {
		nq_buf_addstr(&h->out, line);
		nq_buf_addc(&h->out, '\n');
		return 0;
	}
	for (size_t i = 0; i < EVENT_COLUMNS; i++)
		add_cell(h, event_columns[i].member);
	return 0;
}

const struct nq_buf *
nq_show_history_end(struct nq_show_history *h)
{
	if (!h->json)
		nq_table_format(&h->table, &h->out);
	return &h->out;
}
