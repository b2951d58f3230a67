#include "load/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "json/dup.h"
#include "json/text.h"

int
nq_recorder_init(struct nq_recorder *r, const struct nq_load_options *o, struct nq_columns *c,
    struct nq_err *err)
{
	memset(r, 0, sizeof(*r));
	r->o = o;
	r->columns = c;
	r->newer = UINT32_MAX;
	r->scratch = (struct nq_buf)NQ_BUF_INIT;
	if (o->newer_by != NULL)
		r->newer = nq_columns_named(c, nq_str(o->newer_by));
	if (o->delete_if == NULL)
		return 0;
	if (nq_path_parse(&r->delete_if, nq_str(o->delete_if), err) == 0)
		return 0;
	return nq_err_at(err, "option '--delete-if': ");
}

void
nq_recorder_free(struct nq_recorder *r)
{
	nq_path_free(&r->delete_if);
	free(r->guess);
	nq_buf_free(&r->scratch);
}

static enum nq_take
refuse(struct nq_err *err, const char *why)
{
	nq_err_set(err, NQ_FAIL, "%s", why);
	return NQ_TAKE_REJECTED;
}

static enum nq_take
refuse_member(struct nq_err *err, const struct nq_column *c, const char *why)
{
	nq_err_set(err, NQ_FAIL, "member '%s' %s", c->member, why);
	return NQ_TAKE_REJECTED;
}

/* The slow way to a column, for names that do not stand where they stood in the last record. */
static enum nq_take
look_up(
    struct nq_recorder *r, const struct nq_doc *d, uint32_t key, uint32_t *col, struct nq_err *err)
{
	struct nq_str name;

	if (nq_doc_string(d, key, &r->scratch, &name) == -1)
		return refuse(err, "a member's name holds a lone surrogate");
	if (memchr(name.p, '\0', name.n) != NULL)
		return refuse(err, "a member's name holds a NUL");
	if (r->o->meta && name.n > 4 && memcmp(name.p, "_nq_", 4) == 0) {
		nq_err_set(err, NQ_FAIL, "the member '%.*s': names in _nq_ are those of --meta",
		    (int)name.n, name.p);
		return NQ_TAKE_FAILED;
	}
	if (nq_columns_member(r->columns, name, col, err) == -1)
		return NQ_TAKE_FAILED;
	return NQ_TAKE_ROW;
}

static enum nq_take
column_of(struct nq_recorder *r, const struct nq_doc *d, uint32_t key, uint32_t i, uint32_t *col,
    struct nq_err *err)
{
	const struct nq_column *c;
	struct nq_str raw = {d->text + d->tok[key].off + 1, d->tok[key].len - 2};
	enum nq_take rc;

	if (i < r->nguess && !d->tok[key].escaped) {
		c = &r->columns->v[r->guess[i]];
		if (c->len == raw.n && memcmp(c->member, raw.p, raw.n) == 0) {
			*col = r->guess[i];
			return NQ_TAKE_ROW;
		}
	}
	rc = look_up(r, d, key, col, err);
	if (rc != NQ_TAKE_ROW)
		return rc;
	if (i >= r->nguess) {
		r->nguess = i + 1;
		r->guess = nq_reallocarray(r->guess, r->nguess, sizeof(*r->guess));
	}
	r->guess[i] = *col;
	return NQ_TAKE_ROW;
}

/* What the --schema-contract says of a value that its column does not hold as it is. */
static enum nq_take
by_contract(struct nq_recorder *r, const struct nq_cell *cell, struct nq_err *err)
{
	struct nq_column *c = &r->columns->v[cell->col];
	enum nq_load_contract contract = r->o->contract;

	if (c->exists)
		nq_err_set(err, NQ_FAIL, "column '%s' does not hold %s", c->name,
		    nq_class_name(cell->class));
	else
		nq_err_set(err, NQ_FAIL, "there is no column '%s'", c->name);
	if (contract == NQ_DISCARD_ROW)
		return NQ_TAKE_DISCARDED;
	if (contract == NQ_DISCARD_VALUE && !c->told) {
		nq_log(NQ_LOG_WARN, "load", "%s: its values are discarded", err->msg);
		c->told = true;
	}
	return contract == NQ_DISCARD_VALUE ? NQ_TAKE_ROW : NQ_TAKE_FAILED;
}

/* Adds the cell of a value, unless it is one to discard. base: where the record's text begins. */
static enum nq_take
add_value(struct nq_recorder *r, const struct nq_doc *d, uint32_t value, uint32_t col,
    uint32_t base, struct nq_batch *b, struct nq_err *err)
{
	const struct nq_tok *t = &d->tok[value];
	struct nq_cell c = {col, base + t->off, t->len, base + t->off, t->len, 0, t->type};
	const struct nq_column *column = &r->columns->v[col];
	enum nq_take rc = NQ_TAKE_ROW;

	if (t->type == NQ_STRING) {
		c.text++;
		c.textlen -= 2;
	}
	if (t->type == NQ_STRING && t->escaped) {
		c.text = (uint32_t)b->text.len;
		if (nq_text_decode((struct nq_str){d->text + t->off + 1, t->len - 2}, &b->text) ==
		    -1)
			return refuse_member(err, column, "holds a lone surrogate");
		c.textlen = (uint32_t)b->text.len - c.text;
	}
	c.class = (uint8_t)nq_class_of(t->type, nq_batch_slice(b, c.text, c.textlen));
	if (r->o->contract != NQ_EVOLVE && r->columns->known && c.class != NQ_C_NULL &&
	    (column->takes & NQ_BIT(c.class)) == 0) {
		rc = by_contract(r, &c, err);
		if (rc == NQ_TAKE_ROW)
			return rc;
	}
	if (rc == NQ_TAKE_ROW)
		*nq_batch_cell(b) = c;
	return rc;
}

static enum nq_take
add_members(struct nq_recorder *r, const struct nq_doc *d, uint32_t base, struct nq_batch *b,
    struct nq_err *err)
{
	enum nq_take rc = NQ_TAKE_ROW;
	uint32_t col = 0, i = 0;

	for (uint32_t k = 1; k < d->tok[0].next && rc == NQ_TAKE_ROW; k = d->tok[k + 1].next) {
		rc = column_of(r, d, k, i++, &col, err);
		if (rc == NQ_TAKE_ROW)
			rc = add_value(r, d, k + 1, col, base, b, err);
	}
	return rc;
}

/* Members mostly come in the order of the columns, so this is one pass. */
static void
sort_cells(struct nq_cell *c, uint32_t n)
{
	struct nq_cell x;
	uint32_t j;

	for (uint32_t i = 1; i < n; i++) {
		if (c[i - 1].col <= c[i].col)
			continue;
		x = c[i];
		for (j = i; j > 0 && c[j - 1].col > x.col; j--)
			c[j] = c[j - 1];
		c[j] = x;
	}
}

static uint32_t
cell_of(const struct nq_batch *b, const struct nq_record *rec, uint32_t col)
{
	for (uint32_t i = 0; i < rec->ncells; i++)
		if (b->cell[rec->cells + i].col == col)
			return i;
	return UINT32_MAX;
}

/* One part of the key, so that equal values are equal bytes. */
static void
add_key_part(struct nq_batch *b, const struct nq_cell *c)
{
	struct nq_buf part = NQ_BUF_INIT;

	if (c->class == NQ_C_BOOL)
		nq_buf_addc(&part, c->type == NQ_TRUE ? '1' : '0');
	else if (c->type == NQ_NUMBER)
		nq_class_canonical(nq_batch_slice(b, c->text, c->textlen), &part);
	else
		nq_buf_addstr(&part, nq_batch_slice(b, c->text, c->textlen));
	nq_buf_addf(&b->text, "%zu:", part.len);
	nq_buf_addstr(&b->text, nq_buf_str(&part));
	nq_buf_free(&part);
}

/* A key that is one plain string is its own text. */
static bool
plain_key(const struct nq_recorder *r, const struct nq_batch *b, struct nq_record *rec)
{
	uint32_t i = cell_of(b, rec, r->columns->key[0]);
	const struct nq_cell *c = &b->cell[rec->cells + i];

	if (r->columns->nkeys > 1 || i == UINT32_MAX || c->type != NQ_STRING || c->textlen == 0)
		return false;
	rec->key = c->text;
	rec->keylen = c->textlen;
	return true;
}

static enum nq_take
find_key(const struct nq_recorder *r, struct nq_batch *b, struct nq_record *rec, struct nq_err *err)
{
	const struct nq_columns *cols = r->columns;
	uint32_t cell;
	enum nq_class class;

	if (cols->nkeys == 0 || plain_key(r, b, rec))
		return NQ_TAKE_ROW;
	rec->key = (uint32_t)b->text.len;
	for (uint32_t i = 0; i < cols->nkeys; i++) {
		cell = cell_of(b, rec, cols->key[i]);
		class = cell == UINT32_MAX ? NQ_C_NULL
					   : (enum nq_class)b->cell[rec->cells + cell].class;
		if (class == NQ_C_JSON)
			return refuse_member(err, &cols->v[cols->key[i]],
			    "is an object or array, and cannot be a key");
		if (class != NQ_C_NULL) {
			add_key_part(b, &b->cell[rec->cells + cell]);
			continue;
		}
		if (!cols->v[cols->key[i]].optional)
			return refuse_member(err, &cols->v[cols->key[i]],
			    cell == UINT32_MAX ? "is missing, and it is a key"
					       : "is null, and it is a key");
		nq_buf_adds(&b->text, "-");
	}
	rec->keylen = (uint32_t)b->text.len - rec->key;
	return NQ_TAKE_ROW;
}

static enum nq_take
find_version(const struct nq_recorder *r, const struct nq_batch *b, struct nq_record *rec,
    struct nq_err *err)
{
	if (r->newer == UINT32_MAX)
		return NQ_TAKE_ROW;
	rec->newer = cell_of(b, rec, r->newer);
	if (rec->newer == UINT32_MAX)
		return refuse_member(err, &r->columns->v[r->newer], "is missing (--newer-by)");
	if (b->cell[rec->cells + rec->newer].class == NQ_C_NULL)
		return refuse_member(err, &r->columns->v[r->newer], "is null (--newer-by)");
	return NQ_TAKE_ROW;
}

/* Of a record that deletes, only the key has to have a place. */
static void
note_seen(const struct nq_recorder *r, const struct nq_batch *b, const struct nq_record *rec)
{
	const struct nq_cell *c = b->cell + rec->cells;

	for (uint32_t i = 0; i < rec->ncells; i++)
		if (!rec->delete || r->columns->v[c[i].col].key)
			r->columns->v[c[i].col].seen |= NQ_BIT(c[i].class);
}

static enum nq_take
build(struct nq_recorder *r, const struct nq_doc *d, struct nq_batch *b, struct nq_record *rec,
    struct nq_err *err)
{
	enum nq_type flag = NQ_ABSENT;
	enum nq_take rc;

	if (nq_dup_find(d, 0) != NQ_NONE)
		return refuse(err, "the same member twice in one object");
	nq_buf_add(&b->text, d->text, rec->rawlen);
	rc = add_members(r, d, rec->raw, b, err);
	if (rc != NQ_TAKE_ROW)
		return rc;
	rec->ncells = b->ncells - rec->cells;
	if (rec->ncells == 0)
		return refuse(err, "the record has no members");
	sort_cells(b->cell + rec->cells, rec->ncells);
	if (r->o->delete_if != NULL)
		flag = nq_doc_type(d, nq_path_find(&r->delete_if, d, 0));
	rec->delete = flag > NQ_FALSE;
	rc = find_key(r, b, rec, err);
	return rc == NQ_TAKE_ROW ? find_version(r, b, rec, err) : rc;
}

enum nq_take
nq_recorder_take(struct nq_recorder *r, const struct nq_doc *d, uint64_t line, struct nq_batch *b,
    struct nq_err *err)
{
	size_t text = b->text.len;
	uint32_t cells = b->ncells;
	bool may_fold = r->o->mode == NQ_LOAD_MERGE || r->o->mode == NQ_LOAD_REPLACE;
	struct nq_record rec = {.line = line,
	    .raw = (uint32_t)text,
	    .rawlen = (uint32_t)d->len,
	    .cells = cells,
	    .newer = UINT32_MAX,
	    .next = UINT32_MAX};
	enum nq_take rc = build(r, d, b, &rec, err);

	if (rc != NQ_TAKE_ROW) {
		nq_buf_cut(&b->text, text);
		b->ncells = cells;
		return rc;
	}
	note_seen(r, b, &rec);
	return nq_batch_take(b, &rec, may_fold) ? NQ_TAKE_FOLDED : NQ_TAKE_ROW;
}
