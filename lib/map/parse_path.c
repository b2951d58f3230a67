#include "map/parser.h"

#include <stdlib.h>

#include "base/alloc.h"

static bool
is_index(const struct nq_lex *l)
{
	if (l->type != NQ_T_NUMBER || l->text.n > 9)
		return false;
	for (size_t i = 0; i < l->text.n; i++)
		if (l->text.p[i] < '0' || l->text.p[i] > '9')
			return false;
	return true;
}

static int
parse_index(struct nq_parser *p, struct nq_map_step *s)
{
	bool minus;

	if (nq_lex_next(&p->lex) == -1)
		return -1;
	if (p->lex.type == NQ_T_STRING) {
		s->key = p->lex.text;
		return nq_lex_next(&p->lex);
	}
	minus = nq_lex_is(&p->lex, "-");
	if (minus && nq_lex_next(&p->lex) == -1)
		return -1;
	if (!is_index(&p->lex))
		return nq_lex_error(&p->lex, p->lex.pos,
		    nq_lex_is(&p->lex, "]")
			? "a path leads to one value: for the items write for .list {…}"
			: "expected an index or a quoted key: .list[0], .[\"odd key\"]");
	for (size_t i = 0; i < p->lex.text.n; i++)
		s->index = s->index * 10 + (p->lex.text.p[i] - '0');
	s->index = minus ? -s->index : s->index;
	return nq_lex_next(&p->lex);
}

/* The steps that adjoin: a blank ends a path, so that two can stand side by side. */
int
nq_parse_steps(struct nq_parser *p, uint32_t at, bool first)
{
	struct nq_map_step s;

	p->prog->ins[at].arg = p->prog->nstep;
	for (;; first = false) {
		s = (struct nq_map_step){.index = 0};
		if (p->lex.spaced && !first)
			break;
		if (p->lex.type == NQ_T_FIELD) {
			s.key = p->lex.text;
			if (nq_lex_next(&p->lex) == -1)
				return -1;
		} else if (nq_lex_is(&p->lex, "[") && !p->lex.spaced) {
			if (parse_index(p, &s) == -1 ||
			    nq_parse_expect(p, "]", "after the index") == -1)
				return -1;
		} else {
			break;
		}
		nq_prog_step(p->prog, s);
		if (++p->prog->ins[at].n > NQ_MAX_PATH_STEPS)
			return nq_lex_error(&p->lex, p->prog->ins[at].pos, "too many steps");
	}
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

int
nq_parse_path(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_PATH, p->lex.pos);

	p->prog->ins[at].kind = NQ_BASE_DOT;
	if (p->lex.type == NQ_T_FIELD)
		return nq_parse_steps(p, at, true);
	return nq_lex_next(&p->lex) == -1 ? -1 : nq_parse_steps(p, at, false);
}

static void
unknown_var(struct nq_parser *p)
{
	const struct nq_prog *g = p->prog;
	const char **names = nq_calloc(g->nvar + 2, sizeof(*names)), *near;
	char *word = nq_strndup(p->lex.text.p, p->lex.text.n);

	names[0] = "root";
	for (uint32_t i = 0; i < g->nvar; i++)
		names[i + 1] = g->vars[i].name.p;
	near = nq_str_nearest(word, names);
	if (near != NULL)
		nq_lex_error(&p->lex, p->lex.pos, "unknown '$%s', did you mean '$%s'?", word, near);
	else
		nq_lex_error(&p->lex, p->lex.pos,
		    "unknown '$%s': give it with --arg %s=…, or by let %s = …", word, word, word);
	free(names);
	free(word);
}

int
nq_parse_var(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_PATH, p->lex.pos), slot;
	struct nq_ins *ins = &p->prog->ins[at];

	if (nq_str_is(p->lex.text, "root")) {
		ins->kind = NQ_BASE_ROOT;
	} else {
		slot = nq_prog_find_var(p->prog, p->lex.text);
		if (slot == NQ_NONE)
			unknown_var(p);
		ins->kind = NQ_BASE_VAR;
		ins->slot = (uint16_t)slot;
	}
	return nq_lex_next(&p->lex) == -1 ? -1 : nq_parse_steps(p, at, false);
}
