#include "map/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/decimal.h"
#include "base/num.h"
#include "json/text.h"
#include "map/call.h"
#include "map/emit.h"

/* What is written for every record the same. */
static void
spell(const struct nq_prog *p, const struct nq_ins *ins, struct nq_buf *word)
{
	*word = (struct nq_buf)NQ_BUF_INIT;
	if (ins->op == NQ_OP_MEMBER) {
		nq_text_quote(word, p->consts[ins->arg].text);
		nq_buf_addc(word, ':');
	} else if (ins->op == NQ_OP_CONST && p->consts[ins->arg].type != NQ_ABSENT) {
		nq_value_write(&p->consts[ins->arg], word);
	}
}

void
nq_eval_init(struct nq_eval *e, const struct nq_prog *p, size_t max)
{
	memset(e, 0, sizeof(*e));
	e->prog = p;
	e->max = max;
	e->vars = nq_calloc(p->nvar + 1, sizeof(*e->vars));
	e->words = nq_calloc(p->n + 1, sizeof(*e->words));
	for (uint32_t i = 0; i < p->nvar; i++)
		e->vars[i] = p->vars[i].value;
	for (uint32_t i = 0; i < p->n; i++)
		spell(p, &p->ins[i], &e->words[i]);
}

void
nq_eval_free(struct nq_eval *e)
{
	for (uint32_t i = 0; e->prog != NULL && i < e->prog->n; i++)
		nq_buf_free(&e->words[i]);
	for (uint32_t i = 0; i < e->made_cap; i++) {
		nq_buf_free(&e->made[i]->text);
		nq_doc_free(&e->made[i]->doc);
		free(e->made[i]);
	}
	free(e->made);
	free(e->vars);
	free(e->words);
	nq_arena_free(&e->arena);
	memset(e, 0, sizeof(*e));
}

int
nq_eval_reject(struct nq_eval *e, uint32_t i, const char *fmt, ...)
{
	struct nq_buf place = NQ_BUF_INIT;
	char text[NQ_MAX_MESSAGE / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	nq_prog_place(e->prog, i, &place);
	nq_err_set(e->err, NQ_FAIL, "%s%s", place.data, text);
	nq_buf_free(&place);
	return -1;
}

/* === made values ============================================================================ */

struct nq_made *
nq_eval_make(struct nq_eval *e)
{
	struct nq_made *m;

	if (e->nmade == e->made_cap) {
		m = nq_calloc(1, sizeof(*m));
		m->text = (struct nq_buf)NQ_BUF_INIT;
		nq_doc_init(&m->doc);
		e->made = nq_reallocarray(e->made, e->made_cap + 1, sizeof(struct nq_made *));
		e->made[e->made_cap++] = m;
	}
	m = e->made[e->nmade++];
	nq_buf_reset(&m->text);
	return m;
}

int
nq_eval_made(struct nq_eval *e, uint32_t i, struct nq_made *m, struct nq_value *out)
{
	struct nq_err why = NQ_ERR_INIT;

	if (nq_doc_parse(&m->doc, nq_buf_str(&m->text), &why) == -1)
		return nq_eval_reject(e, i, "%s", why.msg);
	*out = nq_value_token(&m->doc, 0);
	return 0;
}

/* What an object, an array or one of their parts is, where it is not written right away. */
static int
made_by_emit(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	struct nq_made *m = nq_eval_make(e);
	struct nq_buf *before = e->out;
	int rc;

	e->out = &m->text;
	rc = nq_eval_emit(e, i);
	e->out = before;
	*out = nq_value_absent;
	return rc == 1 ? nq_eval_made(e, i, m, out) : rc;
}

/* === paths and texts ======================================================================== */

int
nq_eval_text(struct nq_eval *e, uint32_t i, const struct nq_value *v, struct nq_str *s)
{
	if (nq_value_text(v, &e->arena, s) == -1)
		return nq_eval_reject(e, i, "the string holds a lone surrogate");
	return 0;
}

/* Mappings often take several members of one member of the record, which is found once. */
static uint32_t
member_of(struct nq_eval *e, const struct nq_doc *d, uint32_t object, struct nq_str key)
{
	if (d != e->root.doc || object != e->root.tok)
		return nq_doc_get(d, object, key);
	if (e->recent.p == NULL || !nq_str_eq(key, e->recent)) {
		e->recent = key;
		e->found = nq_doc_get_near(d, object, key, &e->near);
	}
	return e->found;
}

static int
eval_path(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	const struct nq_ins *ins = &e->prog->ins[i];
	const struct nq_map_step *s, *end;
	uint32_t tok;

	if (ins->kind == NQ_BASE_DOT)
		*out = e->dot;
	else if (ins->kind == NQ_BASE_ROOT)
		*out = e->root;
	else if (ins->kind == NQ_BASE_VAR)
		*out = e->vars[ins->slot];
	else if (nq_eval_value(e, i + 1, out) == -1)
		return -1;
	if (ins->n == 0)
		return 0;
	s = &e->prog->steps[ins->arg];
	end = s + ins->n;
	tok = out->type >= NQ_ARRAY ? out->tok : NQ_NONE;
	for (; s < end && tok != NQ_NONE; s++) {
		if (s->key.p != NULL)
			tok = member_of(e, out->doc, tok, s->key);
		else
			tok = nq_doc_item(out->doc, tok, s->index);
	}
	*out = tok == NQ_NONE ? nq_value_absent : nq_value_token(out->doc, tok);
	return 0;
}

static int
add_piece(struct nq_eval *e, uint32_t i, struct nq_buf *b)
{
	struct nq_value v = {0};
	struct nq_str s;

	if (nq_eval_value(e, i, &v) == -1)
		return -1;
	if (v.type <= NQ_NULL)
		return nq_eval_reject(e, i, "%s inside a string (a default is written ?? \"\")",
		    nq_value_type_name(&v));
	if (v.type != NQ_STRING) {
		nq_value_write(&v, b);
		return 0;
	}
	if (nq_eval_text(e, i, &v, &s) == -1)
		return -1;
	nq_buf_addstr(b, s);
	return 0;
}

static int
eval_pieces(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	uint32_t k = i + 1;
	int rc = 0;

	for (uint32_t n = 0; n < e->prog->ins[i].n && rc == 0; n++, k = nq_prog_next(e->prog, k))
		rc = add_piece(e, k, &b);
	*out = nq_value_string(nq_arena_copy(&e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return rc;
}

/* === operators ============================================================================== */

static int
both(struct nq_eval *e, uint32_t i, struct nq_value *a, struct nq_value *b)
{
	if (nq_eval_value(e, i + 1, a) == -1)
		return -1;
	return nq_eval_value(e, nq_prog_next(e->prog, i + 1), b);
}

static int
eval_required(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	struct nq_str text;

	if (nq_eval_value(e, i + 1, out) == -1)
		return -1;
	if (out->type > NQ_NULL)
		return 0;
	text = nq_prog_text(e->prog, i + 1);
	return nq_eval_reject(e, i, "'%.*s' is required, but it is %s", (int)text.n, text.p,
	    out->type == NQ_NULL ? "null" : "absent");
}

static int
eval_default(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	if (nq_eval_value(e, i + 1, out) == -1)
		return -1;
	return out->type > NQ_NULL ? 0 : nq_eval_value(e, nq_prog_next(e->prog, i + 1), out);
}

static int
truth(struct nq_eval *e, uint32_t i, bool *yes)
{
	struct nq_value v = {0};

	if (nq_eval_value(e, i, &v) == -1)
		return -1;
	*yes = nq_value_true(&v);
	return 0;
}

static int
eval_logic(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	enum nq_op op = e->prog->ins[i].op;
	bool yes;

	if (truth(e, i + 1, &yes) == -1)
		return -1;
	if (op == NQ_OP_NOT)
		yes = !yes;
	else if (yes == (op == NQ_OP_AND) && truth(e, nq_prog_next(e->prog, i + 1), &yes) == -1)
		return -1;
	*out = nq_value_bool(yes);
	return 0;
}

static int
eval_order(struct nq_eval *e, uint32_t i, const struct nq_value *a, const struct nq_value *b,
    struct nq_value *out)
{
	enum nq_compare kind = e->prog->ins[i].kind;
	struct nq_str x, y;
	int c;

	*out = nq_value_bool(false);
	if (a->type <= NQ_NULL || b->type <= NQ_NULL)
		return 0;
	if (a->type != b->type || (a->type != NQ_NUMBER && a->type != NQ_STRING))
		return nq_eval_reject(
		    e, i, "cannot order %s and %s", nq_value_type_name(a), nq_value_type_name(b));
	if (a->type == NQ_STRING) {
		if (nq_eval_text(e, i, a, &x) == -1 || nq_eval_text(e, i, b, &y) == -1)
			return -1;
		c = nq_str_cmp(x, y);
	} else {
		c = nq_num_cmp(a->text, b->text);
	}
	*out = nq_value_bool(kind == NQ_LT   ? c < 0
			     : kind == NQ_LE ? c <= 0
			     : kind == NQ_GT ? c > 0
					     : c >= 0);
	return 0;
}

static int
eval_compare(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	enum nq_compare kind = e->prog->ins[i].kind;
	struct nq_value a, b;

	if (both(e, i, &a, &b) == -1)
		return -1;
	if (kind != NQ_EQ && kind != NQ_NE)
		return eval_order(e, i, &a, &b, out);
	*out = nq_value_bool(nq_value_same(&a, &b, &e->arena) == (kind == NQ_EQ));
	return 0;
}

static int
eval_calc(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	char kind = (char)e->prog->ins[i].kind;
	struct nq_value v[2];
	struct nq_buf b = NQ_BUF_INIT;
	const char *why = NULL;

	if (both(e, i, &v[0], &v[1]) == -1)
		return -1;
	for (int k = 0; k < 2; k++)
		if (v[k].type != NQ_NUMBER)
			return nq_eval_reject(e, i, "'%c' needs numbers, and the %s side is %s%s",
			    kind, k == 0 ? "left" : "right", nq_value_type_name(&v[k]),
			    v[k].type == NQ_STRING ? " (text is joined by \"\\(.a)\\(.b)\")" : "");
	if (nq_decimal_calc(kind, v[0].text, v[1].text, &b, &why) == 0)
		*out = nq_value_number(nq_arena_copy(&e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return why == NULL ? 0 : nq_eval_reject(e, i, "%s", why);
}

static int
eval_if(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	uint32_t then = nq_prog_next(e->prog, i + 1);
	bool yes;

	*out = nq_value_absent;
	if (truth(e, i + 1, &yes) == -1)
		return -1;
	if (yes)
		return nq_eval_value(e, then, out);
	return e->prog->ins[i].n == 3 ? nq_eval_value(e, nq_prog_next(e->prog, then), out) : 0;
}

/* === any expression ======================================================================== */

int
nq_eval_value(struct nq_eval *e, uint32_t i, struct nq_value *out)
{
	switch ((enum nq_op)e->prog->ins[i].op) {
	case NQ_OP_CONST:
		*out = e->prog->consts[e->prog->ins[i].arg];
		return 0;
	case NQ_OP_PATH:
		return eval_path(e, i, out);
	case NQ_OP_TEXT:
		return eval_pieces(e, i, out);
	case NQ_OP_REQUIRED:
		return eval_required(e, i, out);
	case NQ_OP_DEFAULT:
		return eval_default(e, i, out);
	case NQ_OP_AND:
	case NQ_OP_OR:
	case NQ_OP_NOT:
		return eval_logic(e, i, out);
	case NQ_OP_COMPARE:
		return eval_compare(e, i, out);
	case NQ_OP_CALC:
		return eval_calc(e, i, out);
	case NQ_OP_CALL:
		return nq_call_function(e, i, out);
	case NQ_OP_IF:
		return eval_if(e, i, out);
	default:
		return made_by_emit(e, i, out);
	}
}

/* === statements ============================================================================= */

static int
reject_if(struct nq_eval *e, uint32_t i)
{
	uint32_t reason = nq_prog_next(e->prog, i + 1);
	struct nq_value v = {0};
	struct nq_str s;
	bool yes;

	if (truth(e, i + 1, &yes) == -1)
		return -1;
	if (!yes)
		return 1;
	if (nq_eval_value(e, reason, &v) == -1)
		return -1;
	if (v.type != NQ_STRING)
		return nq_eval_reject(e, i, "rejected");
	if (nq_eval_text(e, reason, &v, &s) == -1)
		return -1;
	return nq_eval_reject(e, i, "%.*s", s.n > 500 ? 500 : (int)s.n, s.p);
}

/* 1 go on, 0 skip, -1 reject. */
static int
run_statements(struct nq_eval *e)
{
	const struct nq_prog *p = e->prog;
	bool skip = false;
	int rc = 1;

	for (uint32_t i = 0; i < p->body && rc == 1; i = nq_prog_next(p, i)) {
		if (p->ins[i].op == NQ_OP_SKIP)
			rc = truth(e, i + 1, &skip) == -1 ? -1 : !skip;
		else if (p->ins[i].op == NQ_OP_REJECT)
			rc = reject_if(e, i);
		else if (nq_eval_value(e, i + 1, &e->vars[p->ins[i].slot]) == -1)
			rc = -1;
	}
	return rc;
}

int
nq_eval_record(struct nq_eval *e, const struct nq_doc *d, uint32_t tok, struct nq_buf *out,
    uint64_t *written, struct nq_err *err)
{
	size_t start = out->len;
	int rc;

	nq_arena_reset(&e->arena);
	e->nmade = 0;
	e->out = out;
	e->err = err;
	e->root = e->dot = nq_value_token(d, tok);
	e->recent.p = NULL;
	e->near = 0;
	*written = 0;
	rc = run_statements(e);
	if (rc == 1 && nq_emit_records(e, e->prog->body, written) == -1)
		rc = -1;
	if (rc == -1)
		nq_buf_cut(out, start);
	return rc;
}
