#include "map/parser.h"

#include <string.h>

#include "json/text.h"
#include "map/func.h"

/* === literals =============================================================================== */

/* A string is kept as the JSON that it is written as, for that is what happens to it most. */
static uint32_t
add_const(struct nq_parser *p, struct nq_value v)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_CONST, p->lex.pos);
	struct nq_buf b = NQ_BUF_INIT;

	if (v.type == NQ_STRING) {
		nq_text_quote(&b, v.text);
		v.raw = 1;
		v.escaped = memchr(b.data, '\\', b.len) != NULL;
	} else {
		nq_buf_addstr(&b, v.text);
	}
	v.text = nq_arena_copy(&p->prog->arena, nq_buf_str(&b));
	nq_buf_free(&b);
	p->prog->ins[at].arg = nq_prog_const(p->prog, v);
	nq_prog_close(p->prog, at, (uint32_t)p->lex.at);
	return at;
}

static int
parse_const(struct nq_parser *p, struct nq_value v)
{
	add_const(p, v);
	return nq_lex_next(&p->lex);
}

static int
parse_pieces(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_TEXT, p->lex.pos);

	while (p->lex.type == NQ_T_STRING_OPEN) {
		add_const(p, nq_value_string(p->lex.text));
		if (nq_lex_next(&p->lex) == -1 || nq_parse_expr(p) == -1)
			return -1;
		p->prog->ins[at].n += 2;
		if (!nq_lex_is(&p->lex, ")"))
			return nq_parse_expect(p, ")", "to close the \\( in the string");
		if (nq_lex_rest(&p->lex) == -1)
			return -1;
	}
	add_const(p, nq_value_string(p->lex.text));
	p->prog->ins[at].n++;
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

/* === primary ================================================================================ */

static int
parse_if(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_IF, p->lex.pos);

	p->prog->ins[at].n = 2;
	if (nq_lex_next(&p->lex) == -1 || nq_parse_expr(p) == -1 ||
	    nq_parse_expect(p, "then", "after the condition") == -1 || nq_parse_expr(p) == -1)
		return -1;
	if (nq_lex_is(&p->lex, "elif")) {
		p->prog->ins[at].n = 3;
		if (++p->depth > NQ_MAX_DEPTH)
			return nq_lex_error(&p->lex, p->lex.pos, "nested too deeply");
		if (parse_if(p) == -1)
			return -1;
		p->depth--;
	} else {
		if (nq_lex_is(&p->lex, "else")) {
			p->prog->ins[at].n = 3;
			if (nq_lex_next(&p->lex) == -1 || nq_parse_expr(p) == -1)
				return -1;
		}
		if (nq_parse_expect(p, "end", "to close the 'if'") == -1)
			return -1;
	}
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_group(struct nq_parser *p)
{
	if (nq_lex_next(&p->lex) == -1 || nq_parse_expr(p) == -1)
		return -1;
	return nq_parse_expect(p, ")", "to close the '('");
}

/* What is behind .a-b: a name with a hyphen. */
static bool
behind_hyphen(const struct nq_lex *l)
{
	return !l->spaced && l->pos > 1 && l->source.p[l->pos - 1] == '-' &&
	       l->source.p[l->pos - 2] != ' ';
}

static void
bad_name(struct nq_parser *p, const char *shown)
{
	int n = (int)p->lex.text.n;

	if (nq_func_find(p->lex.text) != NQ_NONE)
		nq_lex_error(&p->lex, p->lex.pos,
		    "expected a value, got %s: a function stands after '|', as in .name | trim",
		    shown);
	else if (behind_hyphen(&p->lex))
		nq_lex_error(&p->lex, p->lex.pos,
		    "expected a value, got %s: a name with a hyphen is quoted, .\"odd-key\"",
		    shown);
	else
		nq_lex_error(&p->lex, p->lex.pos,
		    "expected a value, got %s: a member of the record is written .%.*s, text "
		    "\"%.*s\"",
		    shown, n, p->lex.text.p, n, p->lex.text.p);
}

static int
bad_start(struct nq_parser *p)
{
	struct nq_buf b = NQ_BUF_INIT;
	const char *shown = nq_lex_shown(&p->lex, &b);

	if (p->lex.type == NQ_T_NAME)
		bad_name(p, shown);
	else
		nq_lex_error(&p->lex, p->lex.pos, "expected a value, got %s%s", shown,
		    nq_lex_is(&p->lex, "!") ? " ('not' is written out)" : "");
	nq_buf_free(&b);
	return -1;
}

static int
parse_word(struct nq_parser *p)
{
	if (nq_lex_is(&p->lex, "{"))
		return nq_parse_object(p);
	if (nq_lex_is(&p->lex, "["))
		return nq_parse_array(p);
	if (nq_lex_is(&p->lex, "("))
		return parse_group(p);
	if (nq_lex_is(&p->lex, "if"))
		return parse_if(p);
	if (nq_lex_is(&p->lex, "true") || nq_lex_is(&p->lex, "false"))
		return parse_const(p, nq_value_bool(nq_lex_is(&p->lex, "true")));
	if (nq_lex_is(&p->lex, "null"))
		return parse_const(p, nq_value_null);
	return bad_start(p);
}

static int
parse_primary(struct nq_parser *p)
{
	switch (p->lex.type) {
	case NQ_T_FIELD:
	case NQ_T_DOT:
		return nq_parse_path(p);
	case NQ_T_VAR:
		return nq_parse_var(p);
	case NQ_T_NUMBER:
		return parse_const(p, nq_value_number(p->lex.text));
	case NQ_T_STRING:
		return parse_const(p, nq_value_string(p->lex.text));
	case NQ_T_STRING_OPEN:
		return parse_pieces(p);
	case NQ_T_SPREAD:
		return nq_lex_error(&p->lex, p->lex.pos, "'...' stands in an object or array only");
	default:
		return parse_word(p);
	}
}

/* === operators ============================================================================== */

int
nq_parse_chain(struct nq_parser *p, unsigned *n)
{
	if (++*n <= NQ_MAX_CHAIN)
		return 0;
	return nq_lex_error(&p->lex, p->lex.pos, "more than %d operators in a row", NQ_MAX_CHAIN);
}

static int
parse_required(struct nq_parser *p, uint32_t at)
{
	nq_prog_wrap(p->prog, at, NQ_OP_REQUIRED, p->prog->ins[at].pos);
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_more_path(struct nq_parser *p, uint32_t at)
{
	nq_prog_wrap(p->prog, at, NQ_OP_PATH, p->prog->ins[at].pos);
	p->prog->ins[at].kind = NQ_BASE_VALUE;
	p->prog->ins[at].n = 0;
	return nq_parse_steps(p, at, false);
}

int
nq_parse_postfix(struct nq_parser *p)
{
	uint32_t at = p->prog->n;
	unsigned n = 0;

	if (++p->depth > NQ_MAX_DEPTH)
		return nq_lex_error(&p->lex, p->lex.pos, "nested too deeply");
	if (parse_primary(p) == -1)
		return -1;
	while (!p->lex.spaced || nq_lex_is(&p->lex, "!")) {
		if (nq_parse_chain(p, &n) == -1)
			return -1;
		if (nq_lex_is(&p->lex, "!")) {
			if (parse_required(p, at) == -1)
				return -1;
		} else if (p->lex.type == NQ_T_FIELD || nq_lex_is(&p->lex, "[")) {
			if (parse_more_path(p, at) == -1)
				return -1;
		} else {
			break;
		}
	}
	p->depth--;
	return 0;
}

static int
parse_minus(struct nq_parser *p)
{
	uint32_t pos = p->lex.pos, at = p->prog->n;
	struct nq_value *v, zero = nq_value_number(nq_str("0"));
	char *text;

	if (!nq_lex_is(&p->lex, "-"))
		return nq_parse_postfix(p);
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	if (p->lex.type == NQ_T_NUMBER && !p->lex.spaced) {
		if (nq_parse_postfix(p) == -1)
			return -1;
		v = &p->prog->consts[p->prog->ins[at].arg];
		text = nq_arena_get(&p->prog->arena, v->text.n + 1);
		text[0] = '-';
		memcpy(text + 1, v->text.p, v->text.n);
		v->text = (struct nq_str){text, v->text.n + 1};
		p->prog->ins[at].pos = pos;
		return 0;
	}
	at = nq_prog_add(p->prog, NQ_OP_CALC, pos);
	p->prog->ins[at].n = 2;
	p->prog->ins[at].kind = '-';
	add_const(p, zero);
	if (nq_parse_postfix(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

/* One level of binary operators: what it is made of, its words, and what they become. */
struct level {
	int (*below)(struct nq_parser *);
	const char *const *words;
	enum nq_op op;
	bool once; /* a comparison of comparisons is a mistake */
};

static uint8_t
kind_of(const struct level *l, size_t word)
{
	return l->op == NQ_OP_CALC ? (uint8_t)l->words[word][0] : (uint8_t)word;
}

static int
parse_level(struct nq_parser *p, const struct level *l)
{
	uint32_t at = p->prog->n, pos = p->lex.pos;
	unsigned done = 0;
	size_t w;

	if (l->below(p) == -1)
		return -1;
	for (;;) {
		for (w = 0; l->words[w] != NULL && !nq_lex_is(&p->lex, l->words[w]);)
			w++;
		if (l->words[w] == NULL)
			return 0;
		if (l->once && done > 0)
			return nq_lex_error(&p->lex, p->lex.pos,
			    "comparisons do not chain: write 'a < b and b < c'");
		if (nq_parse_chain(p, &done) == -1)
			return -1;
		nq_prog_wrap(p->prog, at, l->op, pos);
		p->prog->ins[at].n = 2;
		p->prog->ins[at].kind = kind_of(l, w);
		if (nq_lex_next(&p->lex) == -1 || l->below(p) == -1)
			return -1;
		nq_prog_close(p->prog, at, p->lex.last);
	}
}

static int
parse_product(struct nq_parser *p)
{
	static const char *const words[] = {"*", "/", "%", NULL};

	return parse_level(p, &(struct level){parse_minus, words, NQ_OP_CALC, false});
}

static int
parse_sum(struct nq_parser *p)
{
	static const char *const words[] = {"+", "-", NULL};

	return parse_level(p, &(struct level){parse_product, words, NQ_OP_CALC, false});
}

static int
parse_compare(struct nq_parser *p)
{
	static const char *const words[] = {"==", "!=", "<", "<=", ">", ">=", NULL};

	return parse_level(p, &(struct level){parse_sum, words, NQ_OP_COMPARE, true});
}

static int
parse_not(struct nq_parser *p)
{
	uint32_t at;

	if (!nq_lex_is(&p->lex, "not"))
		return parse_compare(p);
	at = nq_prog_add(p->prog, NQ_OP_NOT, p->lex.pos);
	p->prog->ins[at].n = 1;
	if (++p->depth > NQ_MAX_DEPTH)
		return nq_lex_error(&p->lex, p->lex.pos, "nested too deeply");
	if (nq_lex_next(&p->lex) == -1 || parse_not(p) == -1)
		return -1;
	p->depth--;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_and(struct nq_parser *p)
{
	static const char *const words[] = {"and", NULL};

	return parse_level(p, &(struct level){parse_not, words, NQ_OP_AND, false});
}

static int
parse_or(struct nq_parser *p)
{
	static const char *const words[] = {"or", NULL};

	return parse_level(p, &(struct level){parse_and, words, NQ_OP_OR, false});
}

static int
parse_default(struct nq_parser *p)
{
	static const char *const words[] = {"??", NULL};

	return parse_level(p, &(struct level){parse_or, words, NQ_OP_DEFAULT, false});
}

int
nq_parse_expr(struct nq_parser *p)
{
	uint32_t at = p->prog->n;

	return parse_default(p) == -1 ? -1 : nq_parse_calls(p, at);
}
