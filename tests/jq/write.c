#include "generate.h"

struct nq_buf nq = NQ_BUF_INIT, jq = NQ_BUF_INIT;
enum scope scope = ROOT;

void
two(const char *in_nq, const char *in_jq)
{
	nq_buf_adds(&nq, in_nq);
	nq_buf_adds(&jq, in_jq);
}

void
both(const char *text)
{
	two(text, text);
}

void
number(int n)
{
	nq_buf_addf(&nq, n < 0 ? "(%d)" : "%d", n);
	nq_buf_addf(&jq, n < 0 ? "(%d)" : "%d", n);
}

void
text(const char *s)
{
	nq_text_quote(&nq, nq_str(s));
	nq_text_quote(&jq, nq_str(s));
}

void
root(void)
{
	bool dot = scope == ROOT && upto(3) > 0;

	two(dot ? "" : "$root", dot ? "" : "$r");
}

/* input | function, in parentheses */
void
call(production *input, unsigned d, const char *in_nq, const char *in_jq)
{
	both("(");
	input(d);
	nq_buf_addf(&nq, " | %s)", in_nq);
	nq_buf_addf(&jq, " | %s)", in_jq);
}

void
pair(production *a, const char *in_nq, const char *in_jq, production *b, unsigned d)
{
	both("(");
	a(d);
	nq_buf_addf(&nq, " %s ", in_nq);
	nq_buf_addf(&jq, " %s ", in_jq);
	b(d);
	both(")");
}

void
branch(production *of, unsigned d)
{
	two("if ", "(if ");
	gen_truth(d);
	both(" then ");
	of(d);
	if (upto(3) == 0) {
		both(" elif ");
		gen_bool(d);
		both(" then ");
		of(d);
	}
	both(" else ");
	of(d);
	two(" end", " end)");
}

/* list | function(expression in another scope) */
void
inside(production *list, enum scope in, production *body, unsigned d, const char *in_nq,
    const char *in_jq, const char *close_jq)
{
	enum scope before = scope;

	both("(");
	list(d);
	nq_buf_addf(&nq, " | %s(", in_nq);
	nq_buf_addf(&jq, " | %s(", in_jq);
	scope = in;
	body(d);
	scope = before;
	two("))", close_jq);
}
