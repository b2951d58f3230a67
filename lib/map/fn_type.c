#include "map/func.h"

#include "base/decimal.h"
#include "base/num.h"
#include "json/dup.h"
#include "json/text.h"

static int
unfit(struct nq_call *c, const char *what)
{
	if (c->in->type == NQ_STRING)
		return nq_eval_reject(c->e, c->at, "'%.*s' is not %s",
		    c->in->text.n > 100 ? 100 : (int)c->in->text.n, c->in->text.p, what);
	return nq_eval_reject(c->e, c->at, "%s is not %s", nq_value_type_name(c->in), what);
}

int
nq_fn_string(struct nq_call *c, struct nq_value *out)
{
	*out = *c->in;
	return c->in->type <= NQ_NULL || c->in->type == NQ_STRING ? 0 : nq_fn_tojson(c, out);
}

int
nq_fn_tojson(struct nq_call *c, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;

	*out = *c->in;
	if (c->in->type == NQ_ABSENT)
		return 0;
	nq_value_write(c->in, &b);
	*out = nq_value_string(nq_arena_copy(&c->e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return 0;
}

/* A value of a record stands on one line, whatever the text looked like. */
int
nq_fn_json(struct nq_call *c, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(c->e);
	uint32_t twice;

	nq_buf_addstr(&m->text, c->in->text);
	if (nq_eval_made(c->e, c->at, m, out) == -1)
		return -1;
	twice = nq_dup_find(&m->doc, 0);
	if (twice != NQ_NONE)
		return nq_eval_reject(c->e, c->at, "the member %.*s stands twice in one object",
		    (int)(m->doc.tok[twice].len > 100 ? 100 : m->doc.tok[twice].len),
		    nq_doc_raw(&m->doc, twice).p);
	nq_text_compact(&m->text, 0);
	return nq_eval_made(c->e, c->at, m, out);
}

/* Texts may bring blanks around, a plus, and zeros in front, which JSON does not know. */
static bool
number_in(struct nq_call *c, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_value trimmed;
	struct nq_str s;
	bool good;

	nq_fn_trim(c, &trimmed);
	s = trimmed.text;
	if (s.n > 0 && (s.p[0] == '+' || s.p[0] == '-')) {
		nq_buf_adds(&b, s.p[0] == '-' ? "-" : "");
		s.p++;
		s.n--;
	}
	while (s.n > 1 && s.p[0] == '0' && s.p[1] >= '0' && s.p[1] <= '9') {
		s.p++;
		s.n--;
	}
	good = s.n > 0 && s.p[0] != '-';
	nq_buf_addstr(&b, s);
	good = good && nq_num_valid(nq_buf_str(&b));
	*out = nq_value_number(nq_arena_copy(&c->e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return good;
}

int
nq_fn_number(struct nq_call *c, struct nq_value *out)
{
	*out = *c->in;
	if (c->in->type <= NQ_NULL || c->in->type == NQ_NUMBER)
		return 0;
	if (c->in->type == NQ_STRING && number_in(c, out))
		return 0;
	return unfit(c, "a number");
}

int
nq_fn_int(struct nq_call *c, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	const char *why = NULL;

	if (nq_fn_number(c, out) == -1)
		return -1;
	if (out->type != NQ_NUMBER)
		return 0;
	if (nq_decimal_whole(out->text, &b, &why) == 0)
		*out = nq_value_number(nq_arena_copy(&c->e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return why == NULL ? 0 : nq_eval_reject(c->e, c->at, "%s", why);
}

int
nq_fn_bool(struct nq_call *c, struct nq_value *out)
{
	static const char *const words[] = {
	    "false", "true", "0", "1", "no", "yes", "n", "y", "f", "t", "off", "on", NULL};
	struct nq_value small;

	*out = *c->in;
	if (c->in->type <= NQ_TRUE)
		return 0;
	if (c->in->type >= NQ_ARRAY)
		return unfit(c, "true or false");
	nq_fn_lower(c, &small);
	for (size_t i = 0; words[i] != NULL; i++) {
		if (!nq_str_is(small.text, words[i]))
			continue;
		*out = nq_value_bool(i % 2 == 1);
		return 0;
	}
	return unfit(c, "true or false");
}

int
nq_fn_default(struct nq_call *c, struct nq_value *out)
{
	bool empty = c->in->type == NQ_STRING && c->in->text.n == 0;

	*out = c->in->type <= NQ_NULL || empty ? c->arg[0] : *c->in;
	return 0;
}

/* A table that is made by the mapping for this record. */
static int
look_up_now(struct nq_call *c, struct nq_str key, struct nq_value *out)
{
	struct nq_value table;

	if (nq_eval_value(c->e, c->expr[0], &table) == -1)
		return -1;
	if (table.type != NQ_OBJECT)
		return nq_eval_reject(c->e, c->at,
		    "argument 1 of 'lookup' must be a file name or an object, got %s",
		    nq_value_type_name(&table));
	*out = nq_value_token(table.doc, nq_doc_get(table.doc, table.tok, key));
	return 0;
}

int
nq_fn_lookup(struct nq_call *c, struct nq_value *out)
{
	struct nq_ready ready = nq_func_ready(c);
	struct nq_value key, found = nq_value_absent;

	if (nq_fn_string(c, &key) == -1)
		return -1;
	if (key.type > NQ_NULL && ready.table != NULL)
		found = nq_value_token(&ready.table->doc, nq_lookup_get(ready.table, key.text));
	else if (key.type > NQ_NULL && look_up_now(c, key.text, &found) == -1)
		return -1;
	*out = found;
	if (found.type == NQ_ABSENT)
		*out = c->n > 1 ? c->arg[1] : nq_value_absent;
	return 0;
}
