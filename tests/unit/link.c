#include "unit.h"

#include "http/link.h"

static void
target(const char *header, const char *rel, const char *want)
{
	struct nq_headers h = NQ_HEADERS_INIT;
	struct nq_str got = {"(none)", 6};
	char text[512];

	nq_headers_add(&h, nq_str("HTTP/1.1 200 OK\r\n"));
	nq_headers_add(&h, nq_str(header));
	nq_link_find(&h, rel, &got);
	snprintf(text, sizeof(text), "%.*s", (int)got.n, got.p);
	CHECK_STR(text, want);
	nq_headers_free(&h);
}

static void
finds_relations(void)
{
	target("Link: <http://e.com/?page=2>; rel=\"next\"", "next", "http://e.com/?page=2");
	target("link: </p?3>; rel=next", "next", "/p?3");
	target("Link: <a>;rel=next,<b>;rel=back", "next", "a");
	target("Link: <a>;rel=back", "next", "(none)");
	target("Link: <a>; rel=\"prev next\"", "next", "a");
	target("Link: <a>; rel=\"prev NEXT last\"", "next", "a");
	target("Link: <a>; REL=\"Next\"", "next", "a");
	target("Link: <a>; title=\"x, y; rel=next\"; rel=last, <b>; rel=next", "next", "b");
	target("Link: <a,b;c>; rel=next", "next", "a,b;c");
	target("Link: <a>; title=\"q \\\" , <z>; rel=next\"; rel=prev", "next", "(none)");
	target("Link: <a>; rel=last; rel=next", "next", "(none)");
	target("Link: <a>; anchor=\"#x\"; rel=next, <b>; rel = next", "next", "b");
	target("Link: <a>; rel=nextish", "next", "(none)");
	target("Link: <a> ; type=\"text/html\" ; rel=\"next\" ", "next", "a");
	target("Link: <>; rel=next", "next", "");
}

static void
survives_broken_fields(void)
{
	target("Link: <a; rel=next", "next", "(none)");
	target("Link: a; rel=next, <b>; rel=next", "next", "b");
	target("Link: <a>; rel=\"next", "next", "a");
	target("Link: <a>;;;, ,<b>;rel=next", "next", "b");
	target("Link:", "next", "(none)");
	target("Link: <a>; rel", "next", "(none)");
	target("Link: <a>; rel=", "next", "(none)");
}

static void
looks_at_all_fields(void)
{
	struct nq_headers h = NQ_HEADERS_INIT;
	struct nq_str got = {NULL, 0};

	nq_headers_add(&h, nq_str("Link: <a>; rel=prev\r\n"));
	nq_headers_add(&h, nq_str("X: y\r\n"));
	nq_headers_add(&h, nq_str("LINK: <b>; rel=next\r\n"));
	CHECK(nq_link_find(&h, "next", &got) && nq_str_is(got, "b"));
	nq_headers_free(&h);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"finds relations", finds_relations},
	    {"survives broken fields", survives_broken_fields},
	    {"looks at all fields", looks_at_all_fields},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
