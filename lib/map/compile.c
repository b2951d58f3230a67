#include "map/compile.h"

#include <string.h>

#include "base/hash.h"
#include "json/utf8.h"
#include "map/bind.h"
#include "map/parser.h"

static int parse_item(struct nq_parser *);
static int parse_member_value(struct nq_parser *);

int
nq_parse_expect(struct nq_parser *p, const char *word, const char *context)
{
	struct nq_buf b = NQ_BUF_INIT;
	int rc;

	if (nq_lex_is(&p->lex, word))
		return nq_lex_next(&p->lex);
	nq_lex_shown(&p->lex, &b);
	if (nq_lex_is(&p->lex, "=") && *word != ':')
		rc = nq_lex_error(&p->lex, p->lex.pos, "'=' has no meaning: equality is '=='");
	else
		rc = nq_lex_error(
		    &p->lex, p->lex.pos, "expected '%s' %s, got %s", word, context, b.data);
	nq_buf_free(&b);
	return rc;
}

/* === when and for =========================================================================== */

static int
parse_when(struct nq_parser *p, int (*value)(struct nq_parser *))
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_WHEN, p->lex.pos);

	p->prog->ins[at].n = 2;
	if (nq_lex_next(&p->lex) == -1 || nq_parse_expr(p) == -1)
		return -1;
	if (nq_lex_is(&p->lex, ",") || nq_lex_is(&p->lex, "]") || nq_lex_is(&p->lex, "}"))
		return nq_lex_error(
		    &p->lex, p->lex.pos, "expected a value after the condition of 'when'");
	if (value(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_for(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_FOR, p->lex.pos);

	p->prog->ins[at].n = 2;
	if (nq_lex_next(&p->lex) == -1 || nq_parse_postfix(p) == -1)
		return -1;
	if (nq_lex_is(&p->lex, ",") || nq_lex_is(&p->lex, "]") || p->lex.type == NQ_T_END)
		return nq_lex_error(
		    &p->lex, p->lex.pos, "expected what to make of each item: for .list {…}");
	if (parse_item(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_spread(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_SPREAD, p->lex.pos);

	p->prog->ins[at].n = 1;
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	if (nq_lex_is(&p->lex, ",") || nq_lex_is(&p->lex, "]") || nq_lex_is(&p->lex, "}"))
		return nq_lex_error(&p->lex, p->lex.pos,
		    "expected what to spread: ... . for all members of the record");
	if (nq_parse_expr(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

/* === arrays ================================================================================= */

static int
parse_item(struct nq_parser *p)
{
	if (nq_lex_is(&p->lex, "when"))
		return parse_when(p, parse_item);
	if (nq_lex_is(&p->lex, "for"))
		return parse_for(p);
	if (p->lex.type == NQ_T_SPREAD)
		return parse_spread(p);
	return nq_parse_expr(p);
}

static int
take_item(struct nq_parser *p)
{
	if (p->lex.type == NQ_T_BAD || parse_item(p) == -1)
		return -1;
	if (nq_lex_is(&p->lex, "]") || nq_lex_is(&p->lex, ","))
		return 0;
	return nq_parse_expect(p, ",", "or ']' after an item");
}

int
nq_parse_array(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_ARRAY, p->lex.pos);
	struct nq_point start;

	nq_lex_next(&p->lex);
	while (!nq_lex_is(&p->lex, "]")) {
		start = nq_parse_point(p);
		if (take_item(p) == -1 && nq_parse_recover(p, &start, "]") == -1)
			return -1;
		p->prog->ins[at].n++;
		if (nq_lex_is(&p->lex, ","))
			nq_lex_next(&p->lex);
	}
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

/* === objects ================================================================================ */

/* names tells where each was first seen; a member that was wrong is no longer there. */
static void
check_new_name(struct nq_parser *p, struct nq_seen *names)
{
	const struct nq_prog *g = p->prog;
	struct nq_str name = p->lex.text;
	uint32_t first = (uint32_t)nq_seen_before(names, nq_hash(0, name.p, name.n), g->n);

	if (first != 0 && first < g->n && g->ins[first].op == NQ_OP_MEMBER &&
	    nq_str_eq(g->consts[g->ins[first].arg].text, name))
		nq_lex_error(&p->lex, p->lex.pos, "the member '%.*s' stands twice in this object",
		    (int)name.n, name.p);
}

static int
parse_member_value(struct nq_parser *p)
{
	if (nq_lex_is(&p->lex, "when"))
		return parse_when(p, parse_member_value);
	if (nq_lex_is(&p->lex, "for"))
		return nq_lex_error(&p->lex, p->lex.pos,
		    "'for' makes items: write it in brackets, [for .list {…}]");
	return nq_parse_expr(p);
}

static int
parse_member(struct nq_parser *p, struct nq_seen *names)
{
	uint32_t at;
	struct nq_str name = p->lex.text;

	if (p->lex.type == NQ_T_STRING_OPEN)
		return nq_lex_error(
		    &p->lex, p->lex.pos, "the name of a member is fixed: no \\(…) in it");
	if (p->lex.type == NQ_T_FIELD || p->lex.type == NQ_T_DOT)
		return nq_lex_error(
		    &p->lex, p->lex.pos, "the name of a member stands without a dot: name: .path");
	if (p->lex.type != NQ_T_NAME && p->lex.type != NQ_T_STRING)
		return nq_parse_expect(p, "}", "or a member 'name: value'");
	check_new_name(p, names);
	at = nq_prog_add(p->prog, NQ_OP_MEMBER, p->lex.pos);
	p->prog->ins[at].n = 1;
	p->prog->ins[at].arg = nq_prog_const(
	    p->prog, nq_value_string(nq_arena_copy(&p->prog->arena, name)));
	if (nq_lex_next(&p->lex) == -1 ||
	    nq_parse_expect(p, ":", "after the member's name") == -1 || parse_member_value(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
take_member(struct nq_parser *p, uint32_t object, struct nq_seen *names)
{
	bool spread = p->lex.type == NQ_T_SPREAD;

	if (p->lex.type == NQ_T_BAD || (spread ? parse_spread(p) : parse_member(p, names)) == -1)
		return -1;
	p->prog->ins[object].n++;
	p->prog->ins[object].kind |= spread;
	if (nq_lex_is(&p->lex, "}") || nq_lex_is(&p->lex, ","))
		return 0;
	return nq_parse_expect(p, ",", "or '}' after a member");
}

static int
take_members(struct nq_parser *p, uint32_t at, struct nq_seen *names)
{
	struct nq_point start;
	uint32_t n;

	nq_lex_next(&p->lex);
	while (!nq_lex_is(&p->lex, "}")) {
		start = nq_parse_point(p);
		n = p->prog->ins[at].n;
		if (take_member(p, at, names) == -1) {
			p->prog->ins[at].n = n;
			if (nq_parse_recover(p, &start, "}") == -1)
				return -1;
		}
		if (nq_lex_is(&p->lex, ","))
			nq_lex_next(&p->lex);
	}
	return nq_lex_next(&p->lex);
}

int
nq_parse_object(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_OBJECT, p->lex.pos);
	struct nq_seen names = {NULL, 0, 0};
	int rc = take_members(p, at, &names);

	nq_seen_free(&names);
	if (rc == 0)
		nq_prog_close(p->prog, at, p->lex.last);
	return rc;
}

/* === statements ============================================================================= */

static int
parse_skip(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_SKIP, p->lex.pos);

	p->prog->ins[at].n = 1;
	if (nq_lex_next(&p->lex) == -1 || nq_parse_expect(p, "if", "after 'skip'") == -1 ||
	    nq_parse_expr(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_reject(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_REJECT, p->lex.pos);

	p->prog->ins[at].n = 2;
	if (nq_lex_next(&p->lex) == -1 || nq_parse_expect(p, "if", "after 'reject'") == -1 ||
	    nq_parse_expr(p) == -1 ||
	    nq_parse_expect(p, ",", "and the reason: reject if COND, \"reason\"") == -1 ||
	    nq_parse_expr(p) == -1)
		return -1;
	nq_prog_close(p->prog, at, p->lex.last);
	return 0;
}

static int
parse_let_value(struct nq_parser *p)
{
	if (nq_lex_next(&p->lex) == -1 || nq_parse_expect(p, "=", "after the name") == -1)
		return -1;
	return nq_parse_expr(p);
}

/*
 * A name means what was said of it last, and nothing before: so it is known after its value. It
 * is known too when its value is wrong: that is one fault, not one more at each use.
 */
static int
parse_let(struct nq_parser *p)
{
	uint32_t at = nq_prog_add(p->prog, NQ_OP_LET, p->lex.pos), name_at, slot;
	struct nq_str name;
	int rc;

	p->prog->ins[at].n = 1;
	if (nq_lex_next(&p->lex) == -1)
		return -1;
	name = p->lex.text;
	name_at = p->lex.pos;
	if (p->lex.type != NQ_T_NAME)
		return nq_lex_error(&p->lex, name_at,
		    "expected a name after 'let': let total = .a + .b (and then $total)");
	if (nq_str_is(name, "root") || nq_prog_find_var(p->prog, name) != NQ_NONE)
		nq_lex_error(&p->lex, name_at, "'$%.*s' has a value already", (int)name.n, name.p);
	rc = parse_let_value(p);
	slot = nq_prog_var(p->prog, name);
	if (rc == -1)
		return -1;
	p->prog->ins[at].slot = (uint16_t)slot;
	nq_prog_close(p->prog, at, p->lex.last);
	if (slot >= NQ_MAX_VARS)
		return nq_lex_error(
		    &p->lex, name_at, "more than %d names are given by let", NQ_MAX_VARS);
	return 0;
}

static int
parse_statements(struct nq_parser *p)
{
	static const struct {
		const char *word;
		int (*parse)(struct nq_parser *);
	} statements[] = {
	    {"skip", parse_skip},
	    {"reject", parse_reject},
	    {"let", parse_let},
	};
	const size_t n = sizeof(statements) / sizeof(statements[0]);
	struct nq_point start;
	size_t i;

	do {
		start = nq_parse_point(p);
		for (i = 0; i < n; i++)
			if (nq_lex_is(&p->lex, statements[i].word))
				break;
		if (i < n && statements[i].parse(p) == -1 &&
		    nq_parse_recover_statement(p, &start) == -1)
			return -1;
	} while (i < n);
	return 0;
}

static int
check_top(struct nq_parser *p)
{
	const struct nq_prog *g = p->prog;
	uint32_t top = g->body, i;

	while (g->ins[top].op == NQ_OP_FOR || g->ins[top].op == NQ_OP_WHEN)
		top = nq_prog_next(g, top + 1);
	if (g->ins[top].op == NQ_OP_SPREAD)
		return nq_lex_error(&p->lex, g->ins[top].pos,
		    "'...' stands in an object or array only: an output record is an object");
	if (g->ins[top].op != NQ_OP_OBJECT)
		return 0;
	i = top + 1;
	for (uint32_t k = 0; k < g->ins[top].n; k++, i = nq_prog_next(g, i))
		if (g->ins[i].op == NQ_OP_MEMBER && nq_str_is(g->consts[g->ins[i].arg].text, "_nq"))
			return nq_lex_error(
			    &p->lex, g->ins[i].pos, "the name '_nq' is reserved for control lines");
	return 0;
}

static int
parse_mapping(struct nq_parser *p)
{
	struct nq_buf b = NQ_BUF_INIT;

	if (parse_statements(p) == -1)
		return -1;
	p->prog->body = p->prog->n;
	if (p->lex.type == NQ_T_END)
		return nq_lex_error(&p->lex, p->lex.pos,
		    "expected the output record: an object {…}, or for .list {…}");
	p->prog->many = nq_lex_is(&p->lex, "for");
	if ((p->prog->many ? parse_for(p) : nq_parse_expr(p)) == -1)
		return -1;
	if (p->lex.type != NQ_T_END) {
		nq_lex_error(&p->lex, p->lex.pos, "expected the end of the mapping, got %s",
		    nq_lex_shown(&p->lex, &b));
		nq_buf_free(&b);
		return -1;
	}
	return check_top(p);
}

static int
take_arg(struct nq_prog *g, const char *arg, struct nq_err *err)
{
	const char *eq = strchr(arg, '=');
	struct nq_str name, value;
	uint32_t v;

	if (eq == NULL || eq == arg)
		return nq_err_set(err, NQ_USAGE, "option '--arg': '%s' is not NAME=VALUE", arg);
	name = (struct nq_str){arg, (size_t)(eq - arg)};
	value = nq_str(eq + 1);
	if (nq_utf8_check(value.p, value.n) != value.n)
		return nq_err_set(err, NQ_USAGE, "option '--arg': the value of '%.*s' is not UTF-8",
		    (int)name.n, name.p);
	if (nq_str_is(name, "root") || nq_prog_find_var(g, name) != NQ_NONE)
		return nq_err_set(err, NQ_USAGE, "option '--arg': '%.*s' has a value already",
		    (int)name.n, name.p);
	if (g->nvar == NQ_MAX_VARS)
		return nq_err_set(err, NQ_USAGE, "option '--arg': more than %d", NQ_MAX_VARS);
	v = nq_prog_var(g, name);
	g->vars[v].is_arg = true;
	g->vars[v].value = nq_value_string(value);
	return 0;
}

static int
take_args(struct nq_prog *g, const struct nq_list *args, struct nq_faults *faults)
{
	struct nq_err err = NQ_ERR_INIT;

	for (size_t i = 0; i < args->n; i++)
		if (take_arg(g, args->v[i], &err) == -1)
			nq_faults_take(faults, &err);
	return faults->n > 0 ? -1 : 0;
}

int
nq_compile(
    struct nq_prog *g, const char *file, const struct nq_list *args, struct nq_faults *faults)
{
	struct nq_parser p = {.prog = g};

	g->file = file;
	if (take_args(g, args, faults) == -1)
		return -1;
	if (nq_lex_open(&p.lex, file, nq_buf_str(&g->source), &g->arena, faults) == -1 ||
	    parse_mapping(&p) == -1 || faults->n > 0)
		return -1;
	return nq_bind(g, faults);
}
