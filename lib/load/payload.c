#include "load/payload.h"

#include <string.h>

#include "json/doc.h"
#include "json/text.h"

struct nq_payload_form {
	const char *name, *type;
	const char *results; /* where the answer tells of each row; NULL: nowhere in particular */
	const char *open, *between, *close;
	void (*row)(struct nq_payload *, const struct nq_batch *, const struct nq_batch_row *);
	bool list;    /* an array, that an envelope may hold */
	bool deletes; /* has a way to say so */
};

static void
add_record(struct nq_payload *p, const struct nq_batch *b, const struct nq_batch_row *row)
{
	const struct nq_record *rec = &b->record[row->first];
	const struct nq_cell *c = &b->cell[row->cells];
	const struct nq_column *col;

	if (row->nrecords == 1) {
		nq_buf_addstr(&p->body, nq_batch_slice(b, rec->raw, rec->rawlen));
		return;
	}
	for (uint32_t i = 0; i < row->ncells; i++) {
		col = &p->columns->v[c[i].col];
		nq_buf_addc(&p->body, i == 0 ? '{' : ',');
		nq_text_quote(&p->body, (struct nq_str){col->member, col->len});
		nq_buf_addc(&p->body, ':');
		nq_buf_addstr(&p->body, nq_batch_slice(b, c[i].raw, c[i].rawlen));
	}
	nq_buf_addc(&p->body, '}');
}

/* The cell of a key column; every row of a keyed load has it. */
static const struct nq_cell *
key_cell(const struct nq_payload *p, const struct nq_batch *b, const struct nq_batch_row *row,
    uint32_t part)
{
	uint32_t i = 0;

	while (i < row->ncells && b->cell[row->cells + i].col != p->columns->key[part])
		i++;
	return i < row->ncells ? &b->cell[row->cells + i] : NULL;
}

/* The key as a document's _id: the value itself, or percent-encoded parts with "/" between. */
static void
add_id(struct nq_payload *p, const struct nq_batch *b, const struct nq_batch_row *row)
{
	struct nq_buf id = NQ_BUF_INIT, part = NQ_BUF_INIT;
	const struct nq_cell *c;
	struct nq_str text;

	for (uint32_t i = 0; i < p->columns->nkeys; i++) {
		c = key_cell(p, b, row, i);
		text = c != NULL ? nq_batch_slice(b, c->text, c->textlen) : nq_str("");
		nq_buf_reset(&part);
		if (c != NULL && c->type == NQ_NUMBER)
			nq_class_canonical(text, &part);
		else
			nq_buf_addstr(&part, text);
		nq_buf_adds(&id, i > 0 ? "/" : "");
		if (p->columns->nkeys > 1)
			nq_buf_add_percent(&id, nq_buf_str(&part));
		else
			nq_buf_addstr(&id, nq_buf_str(&part));
	}
	nq_text_name(&p->body, "_id");
	nq_text_quote(&p->body, nq_buf_str(&id));
	nq_buf_free(&id);
	nq_buf_free(&part);
}

/* An action, and behind it the document: a merge touches only the members that the row has. */
static void
add_action(struct nq_payload *p, const struct nq_batch *b, const struct nq_batch_row *row)
{
	nq_buf_adds(&p->body, p->append	    ? "{\"create\":{"
			      : row->delete ? "{\"delete\":{"
					    : "{\"update\":{");
	if (!p->append)
		add_id(p, b, row);
	nq_buf_adds(&p->body, "}}\n");
	if (p->append) {
		add_record(p, b, row);
	} else if (!row->delete) {
		nq_buf_adds(&p->body, "{\"doc\":");
		add_record(p, b, row);
		nq_buf_adds(&p->body, ",\"doc_as_upsert\":true}");
	} else {
		nq_buf_cut(&p->body, p->body.len - 1);
	}
}

static const struct nq_payload_form forms[] = {
    {"array", "application/json", NULL, "[", ",", "]", add_record, true, false},
    {"ndjson", "application/x-ndjson", NULL, "", "\n", "\n", add_record, false, false},
    {"bulk", "application/x-ndjson", ".items", "", "\n", "\n", add_action, false, true},
};

void
nq_payload_member(struct nq_payload *p, struct nq_str name, struct nq_str value)
{
	struct nq_err ignored = NQ_ERR_INIT;
	struct nq_doc d;

	nq_buf_addc(&p->more, ',');
	nq_text_quote(&p->more, name);
	nq_buf_addc(&p->more, ':');
	nq_doc_init(&d);
	if (nq_doc_parse(&d, value, &ignored) == 0)
		nq_buf_addstr(&p->more, value);
	else
		nq_text_quote(&p->more, value);
	nq_doc_free(&d);
}

static int
add_members(struct nq_payload *p, const struct nq_list *members, struct nq_err *err)
{
	const char *text, *eq;

	for (size_t i = 0; i < members->n; i++) {
		text = members->v[i];
		eq = strchr(text, '=');
		if (eq == NULL || eq == text)
			return nq_err_set(
			    err, NQ_USAGE, "option '--member': write NAME=VALUE, not '%s'", text);
		nq_payload_member(p, (struct nq_str){text, (size_t)(eq - text)}, nq_str(eq + 1));
	}
	if (members->n > 0 && p->envelope == NULL)
		return nq_err_set(
		    err, NQ_USAGE, "option '--member' stands beside the rows: add --envelope NAME");
	return 0;
}

int
nq_payload_init(struct nq_payload *p, const struct nq_columns *columns, const char *form,
    const char *envelope, const struct nq_list *members, struct nq_err *err)
{
	size_t i = 0, n = sizeof(forms) / sizeof(forms[0]);

	*p = (struct nq_payload){
	    .columns = columns, .envelope = envelope, .more = NQ_BUF_INIT, .body = NQ_BUF_INIT};
	while (i < n && strcmp(forms[i].name, form == NULL ? "array" : form) != 0)
		i++;
	if (i == n)
		return nq_err_set(err, NQ_USAGE,
		    "option '--body': there is no '%s': write array, ndjson or bulk", form);
	p->form = &forms[i];
	if (envelope != NULL && !p->form->list)
		return nq_err_set(err, NQ_USAGE,
		    "option '--envelope': it holds an array, and '--body %s' is none", form);
	return add_members(p, members, err);
}

void
nq_payload_free(struct nq_payload *p)
{
	nq_buf_free(&p->more);
	nq_buf_free(&p->body);
}

void
nq_payload_begin(struct nq_payload *p)
{
	nq_buf_reset(&p->body);
	p->rows = 0;
	if (p->envelope != NULL) {
		nq_buf_addc(&p->body, '{');
		nq_text_name(&p->body, p->envelope);
	}
	nq_buf_adds(&p->body, p->form->open);
}

bool
nq_payload_add(struct nq_payload *p, const struct nq_batch *b, uint32_t row, uint64_t max)
{
	size_t before = p->body.len, tail = strlen(p->form->close);

	if (p->envelope != NULL)
		tail += p->more.len + 1;
	nq_buf_adds(&p->body, p->rows > 0 ? p->form->between : "");
	p->form->row(p, b, &b->row[row]);
	if (p->rows > 0 && p->body.len + tail > max) {
		nq_buf_cut(&p->body, before);
		return false;
	}
	p->rows++;
	return true;
}

void
nq_payload_end(struct nq_payload *p)
{
	if (p->rows > 0 || p->form->list)
		nq_buf_adds(&p->body, p->form->close);
	if (p->envelope != NULL) {
		nq_buf_addstr(&p->body, nq_buf_str(&p->more));
		nq_buf_addc(&p->body, '}');
	}
}

const char *
nq_payload_type(const struct nq_payload *p)
{
	return p->form->type;
}

const char *
nq_payload_results(const struct nq_payload *p)
{
	return p->form->results;
}

bool
nq_payload_deletes(const struct nq_payload *p)
{
	return p->form->deletes;
}
