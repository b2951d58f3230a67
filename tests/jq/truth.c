#include "generate.h"

static const char *const patterns[] = {
    "^a", "b+$", "[0-9]+", "a.c", "(ab|cd)+", "^[A-Z]", "x?y", "^.{3}$"};

static void
bool_leaf(void)
{
	static const char *const leaves[] = {"true", "false"};

	if (upto(2) == 0) {
		both(PICK(leaves));
	} else {
		root();
		both(".b");
	}
}

static void
bool_order(unsigned d)
{
	static const char *const operators[] = {"==", "!=", "<", "<=", ">", ">="};
	const char *operator= PICK(operators);

	if (upto(2) == 0)
		pair(gen_int, operator, operator, gen_int, d);
	else
		pair(gen_str, operator, operator, gen_str, d);
}

static void
bool_same(unsigned d)
{
	static production *const kinds[] = {
	    gen_int, gen_str, gen_bool, gen_ints, gen_strs, gen_object};
	const char *operator= upto(2) == 0 ? "==" : "!=";

	pair(kinds[upto(6)], operator, operator, kinds[upto(6)], d);
}

static void
bool_logic(unsigned d)
{
	if (upto(3) == 0) {
		two("(not ", "(");
		gen_truth(d);
		two(")", " | not)");
	} else if (upto(2) == 0) {
		pair(gen_truth, "and", "and", gen_truth, d);
	} else {
		pair(gen_truth, "or", "or", gen_truth, d);
	}
}

/* Without parentheses: what binds how. */
static void
bool_chain(unsigned d)
{
	static const char *const joints[] = {" and ", " or "};
	static const char *const operators[] = {" == ", " < ", " >= ", " + 1 > "};

	both("(");
	for (unsigned n = upto(3) + 1 + d % 2; n > 0; n--) {
		int_leaf();
		both(PICK(operators));
		int_leaf();
		both(n > 1 ? PICK(joints) : ")");
	}
}

static void
bool_part(unsigned d)
{
	static const char *const rows[][2] = {{"starts_with(", "startswith("},
	    {"ends_with(", "endswith("}, {"contains(", "contains("}};
	unsigned i = upto(3);

	both("(");
	gen_str(d);
	both(" | ");
	two(rows[i][0], rows[i][1]);
	text(any_text());
	both("))");
}

static void
bool_match(unsigned d)
{
	both("(");
	gen_ascii(d);
	two(" | matches(", " | test(");
	text(PICK(patterns));
	both("))");
}

static void
bool_among(unsigned d)
{
	static const char *const rows[][2] = {{"any", "any"}, {"all", "all"}};
	unsigned i = upto(2);

	if (upto(3) == 0) {
		call(gen_object, d, "contains(\"i\")", "has(\"i\")");
	} else if (upto(2) == 0) {
		inside(gen_ints, INT, gen_bool, d, rows[i][0], rows[i][1], "))");
	} else {
		two("(", "((");
		gen_ints(d);
		two(" | contains(", ") as $q | (");
		int_leaf();
		two("))", ") as $w | $q | any(. == $w))");
	}
}

void
gen_bool(unsigned d)
{
	static production *const all[] = {
	    bool_order, bool_same, bool_logic, bool_chain, bool_part, bool_match, bool_among};

	if (d == 0)
		bool_leaf();
	else
		all[upto(sizeof(all) / sizeof(all[0]))](d - 1);
}

/* Anything is true or false, and so is what is not there. */
void
gen_truth(unsigned d)
{
	static const char *const maybe[] = {".m", ".none", ".n", ".li[3]", ".z", ".o.none"};

	switch (upto(4)) {
	case 0:
		two("$root", "$r");
		both(PICK(maybe));
		break;
	case 1:
		gen_int(d);
		break;
	default:
		gen_bool(d);
	}
}
