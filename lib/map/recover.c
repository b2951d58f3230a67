#include "map/parser.h"

/* The closing brackets that are awaited, the innermost last; '"' for the end of "\(" */
struct nest {
	char open[NQ_MAX_DEPTH];
	unsigned depth;
};

struct nq_point
nq_parse_point(const struct nq_parser *p)
{
	return (struct nq_point){p->lex, p->prog->n, p->depth};
}

static int
enter(struct nest *n, char closer)
{
	if (n->depth == NQ_MAX_DEPTH)
		return -1;
	n->open[n->depth++] = closer;
	return 0;
}

/* At a closing bracket; -1: it closes something that is not open here. */
static int
leave(struct nest *n, struct nq_lex *l)
{
	char c = l->text.p[0], awaited = n->depth > 0 ? n->open[n->depth - 1] : '\0';

	if (awaited != c && !(awaited == '"' && c == ')'))
		return -1;
	n->depth--;
	if (awaited == '"' && nq_lex_rest(l) == 0 && l->type == NQ_T_STRING_OPEN)
		return enter(n, '"');
	return 0;
}

/* Passes over one token. -1: the brackets do not fit, or the text is at its end. */
static int
pass(struct nest *n, struct nq_lex *l)
{
	int rc = 0;

	if (l->type == NQ_T_END)
		return -1;
	if (l->type == NQ_T_STRING_OPEN)
		rc = enter(n, '"');
	else if (nq_lex_is(l, "{"))
		rc = enter(n, '}');
	else if (nq_lex_is(l, "["))
		rc = enter(n, ']');
	else if (nq_lex_is(l, "("))
		rc = enter(n, ')');
	else if (nq_lex_is(l, "}") || nq_lex_is(l, "]") || nq_lex_is(l, ")"))
		rc = leave(n, l);
	if (rc == 0)
		nq_lex_next(l);
	return rc;
}

static bool
starts_member(const struct nq_lex *l)
{
	struct nq_lex ahead = *l;

	if (l->type != NQ_T_NAME && l->type != NQ_T_STRING)
		return false;
	return nq_lex_next(&ahead) == 0 && nq_lex_is(&ahead, ":");
}

static void
go_back(struct nq_parser *p, const struct nq_point *pt)
{
	uint32_t wrong_at = p->lex.wrong_at;

	p->lex = pt->lex;
	p->lex.wrong_at = wrong_at;
	p->lex.quiet = true;
	p->prog->n = pt->n;
	p->depth = pt->depth;
	p->lost |= p->lex.faults->n >= NQ_MAX_FAULTS;
}

/* 0 at what ends the member or item, 1 at the next member, -1 elsewhere. */
static int
at_end(const struct nq_lex *l, const char *closer)
{
	if (nq_lex_is(l, ",") || nq_lex_is(l, closer))
		return 0;
	return *closer == '}' && starts_member(l) ? 1 : -1;
}

int
nq_parse_recover(struct nq_parser *p, const struct nq_point *pt, const char *closer)
{
	struct nest nest = {.depth = 0};
	int rc = -1;

	go_back(p, pt);
	while (!p->lost && rc == -1) {
		if (nest.depth == 0 && p->lex.pos >= p->lex.wrong_at)
			rc = at_end(&p->lex, closer);
		if (rc == -1)
			p->lost = pass(&nest, &p->lex) == -1;
	}
	p->lex.quiet = false;
	return rc;
}

static bool
starts_line(const struct nq_lex *l)
{
	uint32_t i = l->pos;

	while (i > 0 && (l->source.p[i - 1] == ' ' || l->source.p[i - 1] == '\t'))
		i--;
	return i == 0 || l->source.p[i - 1] == '\n';
}

static bool
starts_statement(const struct nq_lex *l)
{
	static const char *const words[] = {"skip", "reject", "let", "for", "{"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (nq_lex_is(l, words[i]))
			return starts_line(l);
	return false;
}

int
nq_parse_recover_statement(struct nq_parser *p, const struct nq_point *pt)
{
	struct nest nest = {.depth = 0};

	go_back(p, pt);
	do
		p->lost |= pass(&nest, &p->lex) == -1;
	while (!p->lost &&
	       (nest.depth > 0 || p->lex.pos < p->lex.wrong_at || !starts_statement(&p->lex)));
	p->lex.quiet = false;
	return p->lost ? -1 : 0;
}
