#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "json/text.h"

/*
 * Writes mappings, the jq programs that mean the same, and records, for a comparison of the two.
 * Only what both have is used, and only where both mean the same: whole numbers that a double
 * holds, ASCII where letters change, no empty text where it is split, objects in the order of
 * their members. Every expression has the type that its place needs, so none of them fails.
 *
 * usage: generate SEED MEMBERS RECORDS DIRECTORY    writes DIRECTORY/map, DIRECTORY/jq,
 * DIRECTORY/in
 */

enum scope { ROOT, ITEM, INT, STR }; /* what '.' is */

static struct nq_buf nq = NQ_BUF_INIT, jq = NQ_BUF_INIT;
static enum scope scope = ROOT;
static uint64_t state;

static void gen_int(unsigned), gen_str(unsigned), gen_ascii(unsigned), gen_bool(unsigned);
static void gen_truth(unsigned), gen_ints(unsigned), gen_strs(unsigned), gen_object(unsigned);

typedef void production(unsigned);

/* === writing ================================================================================ */

static unsigned
upto(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % n);
}

static void
two(const char *in_nq, const char *in_jq)
{
	nq_buf_adds(&nq, in_nq);
	nq_buf_adds(&jq, in_jq);
}

static void
both(const char *text)
{
	two(text, text);
}

static void
number(int n)
{
	nq_buf_addf(&nq, n < 0 ? "(%d)" : "%d", n);
	nq_buf_addf(&jq, n < 0 ? "(%d)" : "%d", n);
}

static void
text(const char *s)
{
	nq_text_quote(&nq, nq_str(s));
	nq_text_quote(&jq, nq_str(s));
}

static const char *
pick(const char *const *list, unsigned n)
{
	return list[upto(n)];
}
#define PICK(list) pick(list, sizeof(list) / sizeof((list)[0]))

static const char *const any_text[] = {"", "a", "abc", "Zebra", " padded ", "line\nfeed", "tab\t",
    "quote\"back\\slash", "caf\xc3\xa9", "\xf0\x9f\x98\x80", "a,b,,c", "\xe2\x82\xac 5", "{}",
    "\\(x)", "\x01\x1f", "0", "a/b?c=d&e", "\xcf\x80\xd0\x96"};
static const char *const ascii_text[] = {
    "a", "abc", "ABC", " x ", "x1y22", "Hello World", "\tq", "a-b-c", "cdcd", "0007", "ab", "z"};
static const char *const separators[] = {"a", ",", "-", " ", "bc", "\xc3\xa9"};
static const char *const patterns[] = {
    "^a", "b+$", "[0-9]+", "a.c", "(ab|cd)+", "^[A-Z]", "x?y", "^.{3}$"};

static void
root(void)
{
	bool dot = scope == ROOT && upto(3) > 0;

	two(dot ? "" : "$root", dot ? "" : "$r");
}

/* input | function, in parentheses */
static void
call(production *input, unsigned d, const char *in_nq, const char *in_jq)
{
	both("(");
	input(d);
	nq_buf_addf(&nq, " | %s)", in_nq);
	nq_buf_addf(&jq, " | %s)", in_jq);
}

static void
pair(production *a, const char *in_nq, const char *in_jq, production *b, unsigned d)
{
	both("(");
	a(d);
	nq_buf_addf(&nq, " %s ", in_nq);
	nq_buf_addf(&jq, " %s ", in_jq);
	b(d);
	both(")");
}

static void
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
static void
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

/* === whole numbers ========================================================================== */

static void
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

static void
gen_int(unsigned d)
{
	static production *const all[] = {int_sum, int_difference, int_product, int_quotient,
	    int_remainder, int_chain, int_of_list, int_of_other, int_branch};

	if (d == 0)
		int_leaf();
	else
		all[upto(sizeof(all) / sizeof(all[0]))](d - 1);
}

/* === texts ================================================================================== */

static void
str_leaf(void)
{
	static const char *const paths[] = {
	    ".s", ".t", ".o.s", ".o.\"odd key\"", ".o[\"odd key\"]"};

	if (upto(3) == 0)
		text(PICK(any_text));
	else if (upto(8) == 0)
		both("$l1");
	else if (scope == STR)
		both(".");
	else if (scope == ITEM && upto(2) == 0)
		both(".s");
	else {
		root();
		both(PICK(paths));
	}
}

static void
str_pieces(unsigned d)
{
	static production *const kinds[] = {gen_str, gen_int, gen_bool, gen_ints, gen_strs};

	both("\"");
	for (unsigned n = upto(3) + 1; n > 0; n--) {
		both("x\\(");
		kinds[upto(sizeof(kinds) / sizeof(kinds[0]))](d);
		both(")\\n");
	}
	both("\"");
}

static void
str_slice(unsigned d)
{
	int from = (int)upto(9) - 4, to = (int)upto(9) - 4;

	both("(");
	gen_str(d);
	nq_buf_addf(&nq, " | slice(%d, %d))", from, to);
	nq_buf_addf(&jq, " | .[%d:%d])", from, to);
}

static void
str_replace(unsigned d)
{
	const char *old = PICK(separators), *new = PICK(any_text);

	both("(");
	gen_str(d);
	two(" | replace(", " | split(");
	text(old);
	two(", ", ") | join(");
	text(new);
	both("))");
}

static void
str_join(unsigned d)
{
	both("(");
	gen_strs(d);
	both(" | join(");
	text(PICK(separators));
	both("))");
}

static void
str_spelled(unsigned d)
{
	static production *const kinds[] = {
	    gen_str, gen_int, gen_bool, gen_ints, gen_strs, gen_object};
	static const char *const rows[][2] = {
	    {"tojson", "tojson"}, {"string", "tostring"}, {"string | tojson", "tostring | tojson"}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	call(kinds[upto(sizeof(kinds) / sizeof(kinds[0]))], d, rows[i][0], rows[i][1]);
}

static void
str_coded(unsigned d)
{
	static const char *const rows[][2] = {{"base64", "@base64"},
	    {"tojson | json", "tojson | fromjson"},
	    {"split(\"\") | join(\"\")", "split(\"\") | join(\"\")"}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	call(gen_str, d, rows[i][0], rows[i][1]);
}

static void
str_of_list(unsigned d)
{
	static const char *const rows[][2] = {{"min) ?? (\"\"", "min) // (\"\""},
	    {"max) ?? (\"\"", "max) // (\"\""}, {"first) ?? (\"f\"", ".[0]) // (\"f\""},
	    {"last) ?? (\"l\"", ".[-1]) // (\"l\""}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	both("(");
	call(gen_strs, d, rows[i][0], rows[i][1]);
	both(")");
}

static void
str_ascii(unsigned d)
{
	gen_ascii(d);
}

static void
str_branch(unsigned d)
{
	branch(gen_str, d);
}

static void
gen_str(unsigned d)
{
	static production *const all[] = {str_pieces, str_slice, str_replace, str_join, str_spelled,
	    str_coded, str_of_list, str_ascii, str_branch};

	if (d == 0)
		str_leaf();
	else
		all[upto(sizeof(all) / sizeof(all[0]))](d - 1);
}

/* Texts of ASCII without line feeds, where jq knows no other letters or patterns differ. */
static void
gen_ascii(unsigned d)
{
	static const char *const rows[][2] = {{"upper", "ascii_upcase"},
	    {"lower", "ascii_downcase"},
	    {"trim", "sub(\"^[ \\t]+\"; \"\") | sub(\"[ \\t]+$\"; \"\")"}, {"slice(1)", ".[1:]"},
	    {"uri", "@uri"}};
	unsigned i = upto(sizeof(rows) / sizeof(rows[0]));

	if (d > 0)
		call(gen_ascii, d - 1, rows[i][0], rows[i][1]);
	else if (upto(2) == 0)
		text(PICK(ascii_text));
	else
		two("$root.a", "$r.a");
}

/* === truth ================================================================================== */

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
	text(PICK(any_text));
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

static void
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
static void
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

/* === lists ================================================================================== */

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

static void
ints_changed(unsigned d)
{
	static const char *const rows[][2] = {{"sort", "sort"}, {"unique | sort", "unique"},
	    {"slice(1)", ".[1:]"}, {"slice(-2)", ".[-2:]"}, {"slice(0, -1)", ".[0:-1]"},
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

static void
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
	    {"slice(1)", ".[1:]"}, {"filter(. != \"\")", "map(select(. != \"\"))"},
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
		text(PICK(separators));
		both("))");
		break;
	default:
		call(gen_object, d, "keys | sort", "keys");
	}
}

static void
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

static void
gen_object(unsigned d)
{
	if (d == 0)
		two("$root.o", "$r.o");
	else if (upto(2) == 0)
		object_written(d - 1);
	else
		object_spread(d - 1);
}

/* === mappings and records =================================================================== */

static void
member(unsigned i, unsigned d)
{
	static production *const kinds[] = {
	    gen_int, gen_str, gen_bool, gen_ints, gen_strs, gen_object};

	nq_buf_addf(&nq, "  m%u: ", i);
	nq_buf_addf(&jq, "  m%u: (", i);
	if (upto(30) == 0)
		two("$root.m ?? null", "$r.m");
	else
		kinds[upto(6)](d);
	two(",\n", "),\n");
}

static void
mapping(unsigned members)
{
	bool many = upto(3) == 0;

	two("", ". as $r |\n");
	two("let l0 = .i\nlet l1 = .s\nlet l2 = .li\n", ".i as $l0 | .s as $l1 | .li as $l2 |\n");
	two("skip if ", "if ");
	gen_bool(2);
	two(" and .j > 50\n", " and .j > 50 then empty else\n");
	two(many ? "for .lo {\n" : "{\n", many ? ".lo[] | {\n" : "{\n");
	scope = many ? ITEM : ROOT;
	for (unsigned i = 0; i < members; i++)
		member(i, upto(4) + 1);
	scope = ROOT;
	both("  end: 0\n");
	two("}\n", "} end\n");
}

static void
add_text(struct nq_buf *b, const char *name, const char *s)
{
	nq_buf_addf(b, "\"%s\":", name);
	nq_text_quote(b, nq_str(s));
	nq_buf_addc(b, ',');
}

static void
add_list(struct nq_buf *b, const char *name, bool of_texts)
{
	nq_buf_addf(b, "\"%s\":[", name);
	for (unsigned n = upto(6), i = 0; i < n; i++) {
		nq_buf_adds(b, i > 0 ? "," : "");
		if (of_texts)
			nq_text_quote(b, nq_str(PICK(any_text)));
		else
			nq_buf_addf(b, "%d", (int)upto(41) - 20);
	}
	nq_buf_adds(b, "]");
}

static void
record(struct nq_buf *b)
{
	static const char *const maybe[] = {"", "\"m\":null,", "\"m\":0,", "\"m\":17,"};
	unsigned n;

	nq_buf_addf(b, "{\"i\":%d,\"j\":%d,", (int)upto(199) - 99, (int)upto(199) - 99);
	add_text(b, "s", PICK(any_text));
	add_text(b, "t", PICK(any_text));
	add_text(b, "a", PICK(ascii_text));
	nq_buf_addf(b, "\"b\":%s,\"n\":null,\"z\":0,%s\"o\":{\"i\":%u,",
	    upto(2) == 0 ? "true" : "false", PICK(maybe), upto(100));
	add_text(b, "s", PICK(any_text));
	nq_buf_addf(b, "\"p\":{\"q\":%u},", upto(100));
	add_text(b, "odd key", PICK(any_text));
	nq_buf_adds(b, "\"l\":[]},");
	add_list(b, "li", false);
	nq_buf_addc(b, ',');
	add_list(b, "ls", true);
	nq_buf_adds(b, ",\"lo\":[");
	n = upto(4);
	for (unsigned i = 0; i < n; i++) {
		nq_buf_addf(b, "%s{\"i\":%u,\"s\":", i > 0 ? "," : "", upto(9));
		nq_text_quote(b, nq_str(PICK(any_text)));
		nq_buf_addc(b, '}');
	}
	nq_buf_adds(b, "],\"ll\":[[1,2],[],");
	nq_buf_addf(b, "%u,[%u]]}\n", upto(9), upto(9));
}

static void
save(const char *dir, const char *name, struct nq_buf *b)
{
	struct nq_buf path = NQ_BUF_INIT;
	FILE *f;

	nq_buf_addf(&path, "%s/%s", dir, name);
	f = fopen(path.data, "w");
	if (f == NULL || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0) {
		perror(path.data);
		exit(1);
	}
	nq_buf_free(&path);
	nq_buf_free(b);
}

int
main(int argc, char **argv)
{
	struct nq_buf in = NQ_BUF_INIT;
	unsigned long records;

	if (argc != 5)
		return 2;
	state = strtoull(argv[1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	records = strtoul(argv[3], NULL, 10);
	mapping((unsigned)strtoul(argv[2], NULL, 10));
	for (unsigned long i = 0; i < records; i++)
		record(&in);
	save(argv[4], "map", &nq);
	save(argv[4], "jq", &jq);
	save(argv[4], "in", &in);
	return 0;
}
