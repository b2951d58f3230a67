#include "map/parser.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "map/func.h"

static int
no_function(struct nq_parser *p)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_lex_error(&p->lex, p->lex.pos, "expected a function after '|', got %s%s",
	    nq_lex_shown(&p->lex, &b), nq_lex_is(&p->lex, "|") ? " ('or' is written out)" : "");
	nq_buf_free(&b);
	return -1;
}

static void
unknown_function(struct nq_parser *p)
{
	char *word = nq_strndup(p->lex.text.p, p->lex.text.n);
	const char *near = nq_func_nearest(word), *here = nq_func_foreign(p->lex.text);

	if (here != NULL)
		nq_lex_error(&p->lex, p->lex.pos, "unknown function '%s': write %s", word, here);
	else if (near != NULL)
		nq_lex_error(
		    &p->lex, p->lex.pos, "unknown function '%s', did you mean '%s'?", word, near);
	else
		nq_lex_error(&p->lex, p->lex.pos, "unknown function '%s'", word);
	free(word);
}

static int
parse_arguments(struct nq_parser *p, uint32_t at)
{
	if (!nq_lex_is(&p->lex, "(") || p->lex.spaced)
		return 0;
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	while (!nq_lex_is(&p->lex, ")")) {
		if (nq_parse_expr(p) == -1)
			return -1;
		p->prog->ins[at].n++;
		if (nq_lex_is(&p->lex, ")"))
			break;
		if (nq_parse_expect(p, ",", "or ')' after an argument") == -1)
			return -1;
	}
	return nq_lex_next(&p->lex);
}

static int
parse_call(struct nq_parser *p, uint32_t at)
{
	uint32_t row, pos = p->lex.pos, n;

	if (p->lex.type != NQ_T_NAME)
		return no_function(p);
	row = nq_func_find(p->lex.text);
	if (row == NQ_NONE)
		unknown_function(p);
	nq_prog_wrap(p->prog, at, NQ_OP_CALL, pos);
	p->prog->ins[at].arg = row;
	if (nq_lex_next(&p->lex) == -1 || parse_arguments(p, at) == -1)
		return -1;
	n = p->prog->ins[at].n - 1;
	if (row != NQ_NONE && (n < nq_functions[row].min || n > nq_functions[row].max))
		nq_lex_error(&p->lex, pos, "wrong number of arguments (%u): write %s", n,
		    nq_functions[row].form);
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

/* '|' binds loosest, which is forgotten most easily where a calculation goes on behind it. */
static int
goes_on(struct nq_parser *p, uint32_t at)
{
	static const char *const words[] = {
	    "??", "or", "and", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "!"};
	struct nq_str text = nq_prog_text(p->prog, at + 1);
	uint32_t row = p->prog->ins[at].arg;

	for (size_t i = 0; row != NQ_NONE && i < sizeof(words) / sizeof(words[0]); i++)
		if (nq_lex_is(&p->lex, words[i]))
			return nq_lex_error(&p->lex, p->lex.pos,
			    "'|' binds loosest: write (%.*s | %s) %s …", (int)text.n, text.p,
			    nq_functions[row].form, words[i]);
	return 0;
}

int
nq_parse_calls(struct nq_parser *p, uint32_t at)
{
	unsigned n = 0;

	if (!nq_lex_is(&p->lex, "|"))
		return 0;
	while (nq_lex_is(&p->lex, "|"))
		if (nq_parse_chain(p, &n) == -1 || nq_lex_next(&p->lex) == -1 ||
		    parse_call(p, at) == -1)
			return -1;
	return goes_on(p, at);
}
