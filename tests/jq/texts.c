#include "generate.h"

static void
str_leaf(void)
{
	static const char *const paths[] = {
	    ".s", ".t", ".o.s", ".o.\"odd key\"", ".o[\"odd key\"]"};

	if (upto(3) == 0)
		text(any_text());
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
	const char *old = separator(), *new = any_text();

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
	text(separator());
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

void
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
void
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
		text(ascii_text());
	else
		two("$root.a", "$r.a");
}
