#include "unit.h"

#include "json/edit.h"

static void
edited(const char *text, const char *path, const char *value, const char *want)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf out = NQ_BUF_INIT;
	struct nq_path p;
	struct nq_doc d;

	nq_doc_init(&d);
	CHECK(nq_doc_parse(&d, nq_str(text), &err) == 0);
	CHECK(nq_path_parse(&p, nq_str(path), &err) == 0);
	if (nq_edit_set(&d, &p, nq_str(value), &out, &err) == 0)
		CHECK_STR(out.data, want);
	else
		CHECK_STR("(error)", want);
	nq_path_free(&p);
	nq_doc_free(&d);
	nq_buf_free(&out);
}

static void
replaces(void)
{
	edited("{\"a\": 1, \"b\" : [ 2 ] }", ".a", "9", "{\"a\": 9, \"b\" : [ 2 ] }");
	edited("{\"a\": 1, \"b\" : [ 2 ] }", ".b[0]", "\"x\"", "{\"a\": 1, \"b\" : [ \"x\" ] }");
	edited("{\"v\":{\"after\":null}}", ".v.after", "\"t\"", "{\"v\":{\"after\":\"t\"}}");
	edited("{}", ".", "[1]", "[1]");
}

static void
adds(void)
{
	edited("{}", ".after", "1", "{\"after\":1}");
	edited(
	    "{\"q\":1}", ".variables.after", "\"t\"", "{\"q\":1,\"variables\":{\"after\":\"t\"}}");
	edited("{\"v\":{\"n\":1}}", ".v.\"o k\"", "2", "{\"v\":{\"n\":1,\"o k\":2}}");
}

static void
refuses(void)
{
	edited("{\"a\":[]}", ".a[0]", "1", "(error)");
	edited("{\"a\":5}", ".a.b", "1", "(error)");
	edited("{}", ".a[0]", "1", "(error)");
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"replaces", replaces},
	    {"adds", adds},
	    {"refuses", refuses},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
