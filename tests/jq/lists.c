#include "generate.h"

static void
ints_written(unsigned d)
{
	both("[");
	for (unsigned n = upto(4); n > 0; n--) {
		if (upto(3) == 0) {
			two("when ", "(if ");
			gen_truth(d);
			two(" ", " then ");
			gen_int(d);
			two("", " else empty end)");
		} else if (upto(4) == 0) {
			two("...", "");
			gen_ints(d);
			two("", "[]");
		} else {
			gen_int(d);
		}
		both(n > 1 ? ", " : "");
	}
	both("]");
}

static void
ints_mapped(unsigned d)
{
	enum scope before = scope;

	switch (upto(4)) {
	case 0:
		inside(gen_ints, INT, gen_int, d, "map", "map", "))");
		break;
	case 1:
		inside(gen_ints, INT, gen_truth, d, "filter", "map(select", ")))");
		break;
	case 2:
		inside(gen_strs, STR, gen_int, d, "map", "map", "))");
		break;
	default:
		two("[for $root.lo ", "[$r.lo[] | ");
		scope = ITEM;
		gen_int(d);
		scope = before;
		both("]");
	}
}

/* jq 1.6 takes two parts of one list for the same when they are equally long, so they are copied.
 */
static void
ints_changed(unsigned d)
{
	static const char *const rows[][2] = {{"sort", "sort"}, {"unique | sort", "unique"},
	    {"slice(1)", "[.[1:][]]"}, {"slice(-2)", "[.[-2:][]]"}, {"slice(0, -1)", "[.[0:-1][]]"},
	    {"sort(0 - .)", "sort_by(0 - .)"}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	call(gen_ints, d, rows[i][0], rows[i][1]);
}

static void
ints_joined(unsigned d)
{
	if (upto(2) == 0) {
		two("($root.ll | flatten)", "($r.ll | flatten(1))");
		return;
	}
	both("([");
	two("$root", "$r");
	both(".m, ");
	gen_int(d);
	two(", null] | compact)", ", null] | map(select(. != null)))");
}

void
gen_ints(unsigned d)
{
	static production *const all[] = {ints_written, ints_mapped, ints_changed, ints_joined};

	if (d > 0 && scope == ROOT)
		all[upto(sizeof(all) / sizeof(all[0]))](d - 1);
	else if (upto(8) == 0)
		both("$l2");
	else
		two("$root.li", "$r.li");
}

static void
strs_changed(unsigned d)
{
	static const char *const rows[][2] = {{"sort", "sort"}, {"unique | sort", "unique"},
	    {"slice(1)", "[.[1:][]]"}, {"filter(. != \"\")", "map(select(. != \"\"))"},
	    {"sort(. | length)", "sort_by(length)"}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	call(gen_strs, d, rows[i][0], rows[i][1]);
}

static void
strs_made(unsigned d)
{
	switch (upto(4)) {
	case 0:
		inside(gen_ints, INT, gen_str, d, "map", "map", "))");
		break;
	case 1:
		inside(gen_strs, STR, gen_str, d, "map", "map", "))");
		break;
	case 2:
		both("(\"x\\(");
		gen_str(d);
		both(")\" | split(");
		text(separator());
		both("))");
		break;
	default:
		call(gen_object, d, "keys | sort", "keys");
	}
}

void
gen_strs(unsigned d)
{
	static production *const all[] = {strs_changed, strs_made};

	if (d > 0 && scope == ROOT)
		all[upto(sizeof(all) / sizeof(all[0]))](d - 1);
	else
		two("$root.ls", "$r.ls");
}

/* === objects ================================================================================ */

static void
object_written(unsigned d)
{
	both("({i: ");
	gen_int(d);
	both(", \"odd \\u00e9\": ");
	gen_str(d);
	both(", b: ");
	gen_bool(d);
	if (upto(2) == 0) {
		both("})");
		return;
	}
	two(", w: when ", "} + (if ");
	gen_truth(d);
	two(" ", " then {w: ");
	gen_ints(d);
	two("})", "} else {} end))");
}

static void
object_spread(unsigned d)
{
	two("{...", "(");
	gen_object(d);
	two(", ", " + {");
	both("i: ");
	gen_int(d);
	both(", z: ");
	gen_str(d);
	two("}", "})");
}

void
gen_object(unsigned d)
{
	if (d == 0)
		two("$root.o", "$r.o");
	else if (upto(2) == 0)
		object_written(d - 1);
	else
		object_spread(d - 1);
}
