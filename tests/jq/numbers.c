#include "generate.h"

void
int_leaf(void)
{
	static const char *const paths[] = {".i", ".j", ".o.i", ".o.p.q", ".\"o\".i"};

	if (upto(3) == 0)
		number((int)upto(199) - 99);
	else if (upto(8) == 0)
		both("$l0");
	else if (scope == INT)
		both(".");
	else if (scope == ITEM && upto(2) == 0)
		both(".i");
	else {
		root();
		both(PICK(paths));
	}
}

static void
int_sum(unsigned d)
{
	pair(gen_int, "+", "+", gen_int, d);
}

static void
int_difference(unsigned d)
{
	pair(gen_int, "-", "-", gen_int, d);
}

static void
int_product(unsigned d)
{
	both("(");
	gen_int(d);
	both(" * ");
	number((int)upto(19) - 9);
	two(")", " + 0)"); /* jq knows a negative zero */
}

static void
int_quotient(unsigned d)
{
	unsigned k = upto(9) + 1;

	both("(");
	gen_int(d);
	nq_buf_addf(&nq, " * %u / %u)", k, k);
	nq_buf_addf(&jq, " * %u / %u)", k, k);
}

static void
int_remainder(unsigned d)
{
	both("(");
	gen_int(d);
	both(" % ");
	number(upto(2) == 0 ? (int)upto(9) + 1 : -1 - (int)upto(9));
	both(")");
}

/* Without parentheses: what binds how. */
static void
int_chain(unsigned d)
{
	static const char *const operators[] = {" + ", " - ", " + 2 * ", " - 3 * "};

	both("(");
	int_leaf();
	for (unsigned n = upto(4) + d % 2; n > 0; n--) {
		both(PICK(operators));
		int_leaf();
	}
	both(")");
}

static void
int_of_list(unsigned d)
{
	static const char *const rows[][2] = {{"length", "length"}, {"sum", "add // 0"},
	    {"min) ?? (0", "min) // (0"}, {"max) ?? (0", "max) // (0"},
	    {"first) ?? (7", ".[0]) // (7"}, {"last) ?? (7", ".[-1]) // (7"},
	    {"any | string | length", "any | tostring | length"}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	both("(");
	call(gen_ints, d, rows[i][0], rows[i][1]);
	both(")");
}

static void
int_of_other(unsigned d)
{
	static const char *const maybe[] = {
	    ".m", ".none", ".li[1]", ".li[-2]", ".o.none.deep", ".lo[0].i"};

	switch (upto(4)) {
	case 0:
		call(gen_str, d, "length", "length");
		break;
	case 1:
		call(gen_int, d, "string | number", "tostring | tonumber");
		break;
	case 2:
		call(gen_object, d, "length", "length");
		break;
	default:
		both("(");
		two("$root", "$r");
		both(PICK(maybe));
		two(" ?? ", " // ");
		int_leaf();
		both(")");
	}
}

static void
int_branch(unsigned d)
{
	branch(gen_int, d);
}

void
gen_int(unsigned d)
{
	static production *const all[] = {int_sum, int_difference, int_product, int_quotient,
	    int_remainder, int_chain, int_of_list, int_of_other, int_branch};

	if (d == 0)
		int_leaf();
	else
		all[upto(sizeof(all) / sizeof(all[0]))](d - 1);
}
