#include "unit.h"

#include <stdint.h>

#include "fetch/page.h"
#include "fetch/follow.h"

/*
 * Every body is read whole and in pieces of every size, each piece in memory of its own so that
 * a look beyond its end is seen by a sanitizer: what comes out must never depend on the cuts.
 */

struct outcome {
	struct nq_buf text; /* records, then what was noted, or the error */
	int rc;
};

static int
collect(void *ctx, const char *p, size_t n, struct nq_err *err)
{
	(void)err;
	nq_buf_add(ctx, p, n);
	return 0;
}

static int
feed(struct nq_page *page, struct nq_str body, size_t piece, struct nq_err *err)
{
	size_t n;
	char *copy;
	int rc = 0;

	for (size_t at = 0; at < body.n && rc == 0; at += n) {
		n = body.n - at < piece ? body.n - at : piece;
		copy = malloc(n);
		memcpy(copy, body.p + at, n);
		rc = nq_page_data(page, copy, n, err);
		free(copy);
	}
	return rc == 0 ? nq_page_end(page, err) : -1;
}

static void
describe(struct nq_page *page, struct outcome *o, struct nq_err *err)
{
	nq_spool_each(&page->lines, collect, &o->text, err);
	nq_buf_addf(&o->text, "records %llu digest %llx bytes %llu mark '%s'",
	    (unsigned long long)page->records, (unsigned long long)page->digest,
	    (unsigned long long)page->bytes, page->watermark.data);
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		if (page->watched[i].type != NQ_ABSENT)
			nq_buf_addf(&o->text, " %d=%d:%s", i, (int)page->watched[i].type,
			    page->watched[i].text.data);
}

static void
read_in(struct nq_page *page, struct nq_str body, size_t piece, struct outcome *o)
{
	struct nq_err err = NQ_ERR_INIT;

	nq_buf_reset(&o->text);
	o->rc = nq_page_begin(page, &err);
	if (o->rc == 0)
		o->rc = feed(page, body, piece, &err);
	if (o->rc == 0)
		describe(page, o, &err);
	else
		nq_buf_addf(&o->text, "%d %s", (int)err.status, err.msg);
}

static void
open_spec(struct nq_page_spec *s, const char *records, const char *watch, const char *mark)
{
	struct nq_err err = NQ_ERR_INIT;

	memset(s, 0, sizeof(*s));
	s->max_line = NQ_MAX_LINE;
	CHECK_INT(nq_follow_path(&s->records, nq_str(records), &err), 0);
	if (watch != NULL) {
		CHECK_INT(nq_follow_path(&s->watch[0], nq_str(watch), &err), 0);
		s->watching = 1;
	}
	if (mark != NULL) {
		CHECK_INT(nq_follow_path(&s->watermark, nq_str(mark), &err), 0);
		s->has_watermark = s->watermark_null_ok = true;
		s->cursor_type = NQ_CURSOR_NUMERIC;
	}
}

static void
close_spec(struct nq_page_spec *s)
{
	nq_path_free(&s->records);
	nq_path_free(&s->watch[0]);
	nq_path_free(&s->watermark);
}

/* The outcome in one piece, checked against that of every other cut. Errors are compared too. */
static void
all_cuts(struct nq_page_spec *spec, struct nq_str body, struct outcome *whole)
{
	struct outcome cut = {NQ_BUF_INIT, 0};
	struct nq_page page;

	nq_page_init(&page, spec);
	read_in(&page, body, body.n > 0 ? body.n : 1, whole);
	for (size_t piece = 1; piece < body.n; piece++) {
		read_in(&page, body, piece, &cut);
		CHECK_STR(cut.text.data, whole->text.data);
		CHECK_INT(cut.rc, whole->rc);
	}
	nq_page_free(&page);
	nq_buf_free(&cut.text);
}

static const struct page_case {
	const char *records, *watch, *mark;
	bool lines;
	const char *body, *want; /* what the text starts with */
} cases[] = {
    {".data", ".next", ".id", false,
	"{\"data\":[{\"id\":10000000000000000001,\"a\":1.10,\"b\":1E400,\"c\":-0},"
	"{\"id\":9,\"t\":\"\\u00e9 \\\" \\\\ ] } \xc3\xa9\"}],\"next\":\"a\\u00e9\\n\"}",
	"{\"id\":10000000000000000001,\"a\":1.10,\"b\":1E400,\"c\":-0}\n"
	"{\"id\":9,\"t\":\"\\u00e9 \\\" \\\\ ] } \xc3\xa9\"}\n"},
    {".data", ".next", NULL, false,
	"{\n  \"next\" : 3 ,\n  \"data\" : [ {\n    \"a\" : \"x  \\\\\\\" y\\\\\",\r\n \"b\" : [ 1 "
	",\t2 ]\n  } ]\n}\n",
	"{\"a\":\"x  \\\\\\\" y\\\\\",\"b\":[1,2]}\nrecords 1"},
    {".", NULL, NULL, false, " [ {\"a\": 1} , {} ] ", "{\"a\": 1}\n{}\nrecords 2"},
    {".", ".next", ".n", false, "{\"next\":null,\"n\":7}", "{\"next\":null,\"n\":7}\nrecords 1"},
    {".a.b[1].c", ".a.b[0].n", NULL, false,
	"{\"a\":{\"b\":[{\"n\":\"yes\",\"c\":[{\"no\":1}]},{\"c\":[{\"in\":{\"c\":[{}]}}]},{\"c\":["
	"{}]}]}}",
	"{\"in\":{\"c\":[{}]}}\nrecords 1"},
    {".\"odd \\\"key\"", NULL, NULL, false, "{\"odd \\\"key\":[{\"a\":[]}],\"x\":[[[{}]]]}",
	"{\"a\":[]}\nrecords 1"},
    {".data", ".next.page", ".deep.id", false,
	"{\"data\":[{\"deep\":{\"id\":5}},{\"deep\":null},{\"id\":99,\"deep\":{\"id\":12,\"x\":{"
	"\"id\":77}}}],"
	"\"next\":{\"page\":true}}",
	"{\"deep\":{\"id\":5}}\n"},
    {".data", NULL, NULL, false, "{\"data\":null}", "records 0"},
    {".data", NULL, NULL, false, "", "records 0"},
    {".", NULL, ".n", true, "{\"n\":1}\r\n\n{\"n\":-2e3}\n{\"n\":3}\t\n {\"n\":\r2}",
	"{\"n\":1}\n{\"n\":-2e3}\n{\"n\":3}\n{\"n\":2}\nrecords 4"},
    {".data", NULL, NULL, false, "{\"data\":[{\"a\":1,\"a\":2}],\"data\":[{}]}",
	"{\"a\":1,\"a\":2}\n{}\nrecords 2"},
    {".data", NULL, NULL, false, "{\"data\":[{\"a\":1},5]}", "1 byte "},
    {".data", NULL, NULL, false, "{\"data\":[[{}]]}", "1 byte "},
    {".data", NULL, NULL, false, "{\"data\":[{\"\\u005fnq\":1}]}", "1 byte "},
    {".data", NULL, NULL, false, "{\"data\":{\"a\":{\"_nq\":1}}}", "{\"a\":{\"_nq\":1}}\n"},
    {".data", NULL, NULL, false, "{\"data\":true}", "1 byte "},
    {".data", NULL, NULL, false, "{\"error\":\"no\"}", "1 the body has no list"},
    {".data", NULL, NULL, false, "{\"data\":[{\"a\":1}],\"x\":[1,2", "75 the body ends"},
    {".data", NULL, NULL, false, "{\"data\":[{\"a\":\"\\u00e", "75 the body ends"},
    {".", NULL, NULL, true, "{\"a\":1}\n{\"a\":", "75 line 2: the body ends"},
    {".", NULL, NULL, true, "{\"a\":1}\n5\n{\"a\":2}\n", "1 line 2: byte "},
    {".", NULL, NULL, true, "{\"a\":1}\nnull\n", "1 line 2: byte "},
    {".", NULL, NULL, true, "{\"a\":1}\n\"x\"\n", "1 line 2: byte "},
    {".", NULL, NULL, true, "{\"a\":1}\n[]\n", "1 line 2: byte "},
    {".", NULL, NULL, true, "[{\"a\":1}]\n", "1 line 1: byte "},
    {".", NULL, NULL, true, "{\"a\":1}\n{\"a\":1}{\"a\":2}\n", "1 line 2: byte 8: more than one"},
    {".", NULL, NULL, true, "{\"a\":\n1}\n", "1 line 1: the record goes on"},
    {".", NULL, NULL, true, "{\"a\":1}\n\"cut", "75 line 2: the body ends"},
    {".", NULL, NULL, true, "\"cut", "75 line 1: the body ends"},
    {".", NULL, NULL, true, "{\"a\":1}\n{\"a\":tru", "75 line 2: the body ends"},
    {".", NULL, NULL, true, "{\"a\":1}\n{\"a\":\"x\xc3", "75 line 2: the body ends"},
    {".", NULL, NULL, true, "{\"a\":1}\n{\"a\":1}", "{\"a\":1}\n{\"a\":1}\nrecords 2"},
    {".", NULL, ".n", true, "\xef\xbb\xbf{\"n\":1}", "{\"n\":1}\nrecords 1"},
    {".", NULL, NULL, false, "\xef\xbb\xbf[{}]", "{}\nrecords 1"},
    {".", NULL, NULL, false, "\xef\xbb[{}]", "1 "},
    {".", NULL, NULL, false, "\xef\xbb", "1 "},
    {".", NULL, NULL, false, "\xef\xbb\xbf[{\"a\":\"\xff\"}]", "1 byte 11: not valid UTF-8"},
};

static void
no_cut_changes_anything(void)
{
	struct outcome whole = {NQ_BUF_INIT, 0};
	struct nq_page_spec spec;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_spec(&spec, cases[i].records, cases[i].watch, cases[i].mark);
		spec.lines = cases[i].lines;
		all_cuts(&spec, nq_str(cases[i].body), &whole);
		if (strncmp(whole.text.data, cases[i].want, strlen(cases[i].want)) != 0)
			CHECK_STR(whole.text.data, cases[i].want);
		close_spec(&spec);
	}
	nq_buf_free(&whole.text);
}

static void
reads_rows_whatever_the_cuts(void)
{
	static const struct {
		const char *body, *want;
	} rows[] = {
	    {"a,b\r\n1,2\r\n", "{\"a\":\"1\",\"b\":\"2\"}\nrecords 1"},
	    {"a,b\n\"1,\"\"\r\n\"\"\",\\\t\n,", "{\"a\":\"1,\\\"\\r\\n\\\"\",\"b\":\"\\\\\\t\"}\n"
						"{\"a\":\"\",\"b\":\"\"}\nrecords 2"},
	    {"\xef\xbb\xbf\"a\"\n\n\"\"\n", "{\"a\":\"\"}\n{\"a\":\"\"}\nrecords 2"},
	    {"\xef\xbc\xa1,b\n1,2", "{\"\xef\xbc\xa1\":\"1\",\"b\":\"2\"}\nrecords 1"},
	    {"a,b\n\n1,2\n\r\n", "{\"a\":\"1\",\"b\":\"2\"}\nrecords 1"},
	    {"a,b", "records 0"},
	    {"", "records 0"},
	    {"a,b\n1,\"2\n", "75 line 2: the body ends inside a quoted field"},
	    {"a,b\n1,\"2\n\"\n3", "75 line 4: the body ends in the middle of a row"},
	    {"a,b\n\"1\n\",2\n3\n", "1 line 4: the row has 1 field, the header 2"},
	    {"a,b\n1,2,3\n", "1 line 2: the row has more fields than the header"},
	    {"a,b\n1,2,\n", "1 line 2: the row has more fields than the header"},
	    {"a,\n", "1 line 1: column 2 of the header has no name"},
	    {"\na,b,\"a\"\n", "1 line 2: columns 1 and 3 of the header have the same name 'a'"},
	    {"a,b\n1,x\"y\"\n", "1 line 2: a quote inside a field"},
	    {"a,b\n1,\x01\"y\n", "1 line 2: a quote inside a field"},
	    {"a,b\n1,\"x\"y\n", "1 line 2: something follows the quote"},
	    {"a,b\n1,2\r3\n", "1 line 2: a carriage return without a line feed"},
	    {"a,b\n1,\xff\n", "1 line 2: not valid UTF-8"},
	    {"a,\xff\n1,2\n", "1 line 1: the name of column 2 is not valid UTF-8"},
	    {"_nq,b\n1,2\n", "1 line 2: the member '_nq' is reserved"},
	};
	struct outcome whole = {NQ_BUF_INIT, 0};
	struct nq_page_spec spec;

	open_spec(&spec, ".", NULL, NULL);
	spec.lines = spec.csv = true;
	spec.delimiter = ',';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		all_cuts(&spec, nq_str(rows[i].body), &whole);
		if (strncmp(whole.text.data, rows[i].want, strlen(rows[i].want)) != 0)
			CHECK_STR(whole.text.data, rows[i].want);
	}
	close_spec(&spec);
	nq_buf_free(&whole.text);
}

/* What was handed out is forgotten, and what is not whole is not handed out. */
static void
hands_out_what_is_whole(void)
{
	static const char body[] = "[{\"a\":1},{\"b\":[2,{}]} ,\n{\"c\":\"]\"}]";
	struct nq_buf out = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_page_spec spec;
	struct nq_page page;

	open_spec(&spec, ".", NULL, NULL);
	nq_page_init(&page, &spec);
	CHECK_INT(nq_page_begin(&page, &err), 0);
	for (size_t i = 0; i < sizeof(body) - 1; i++) {
		CHECK_INT(nq_page_data(&page, body + i, 1, &err), 0);
		CHECK_INT(nq_page_drain(&page, collect, &out, &err), 0);
		CHECK_ROW(out.len == 0 || out.data[out.len - 1] == '\n', out.data);
	}
	CHECK_INT(nq_page_end(&page, &err), 0);
	CHECK_STR(out.data, "{\"a\":1}\n{\"b\":[2,{}]}\n{\"c\":\"]\"}\n");
	CHECK_INT(page.records, 3);
	nq_page_free(&page);
	close_spec(&spec);
	nq_buf_free(&out);
}

/* The first bad byte is told, from 1, wherever the cuts are. */
static void
finds_bad_utf8(void)
{
	static const struct {
		struct nq_str body;
		const char *want;
	} bad[] = {
	    {{"{\"data\":[{\"a\":\"x\xc0\xaf\"}]}", 21}, "1 byte 17: not valid UTF-8"},
	    {{"{\"data\":[{\"a\":\"x\xed\xa0\x80\"}]}", 22}, "1 byte 18: not valid UTF-8"},
	    {{"{\"data\":[{\"\xf4\xbf\":1}]}", 17}, "1 byte 13: not valid UTF-8"},
	};
	struct outcome whole = {NQ_BUF_INIT, 0};
	struct nq_page_spec spec;

	open_spec(&spec, ".data", NULL, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		all_cuts(&spec, bad[i].body, &whole);
		CHECK_STR(whole.text.data, bad[i].want);
	}
	close_spec(&spec);
	nq_buf_free(&whole.text);
}

/* What the pager and the mark are told, beside the records. */
static void
notes_what_is_watched(void)
{
	static const struct {
		const char *body, *mark;
		enum nq_type type;
		const char *watched;
	} told[] = {
	    {"{\"next\":{\"p\":\"a\\u00e9\"},\"data\":[{\"id\":10000000000000000001},{\"id\":9},{}]"
	     "}",
		"10000000000000000001", NQ_STRING, "a\xc3\xa9"},
	    {"{\"data\":[{\"id\":null,\"next\":{\"p\":5}}],\"next\":{\"p\":true}}", "", NQ_TRUE,
		"true"},
	    {"{\"next\":{\"p\":1},\"data\":[{\"x\":{\"id\":7}},{\"id\":1.5e3}],\"next\":{\"p\":"
	     "\"\"}}",
		"1.5e3", NQ_STRING, ""},
	};
	struct outcome o = {NQ_BUF_INIT, 0};
	struct nq_page_spec spec;
	char want[128];

	open_spec(&spec, ".data", ".next.p", ".id");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		all_cuts(&spec, nq_str(told[i].body), &o);
		snprintf(want, sizeof(want), "mark '%s' 0=%d:%s", told[i].mark, (int)told[i].type,
		    told[i].watched);
		CHECK_ROW(o.text.len >= strlen(want) &&
			      strcmp(o.text.data + o.text.len - strlen(want), want) == 0,
		    o.text.data);
	}
	close_spec(&spec);
	nq_buf_free(&o.text);
}

static void
bounds_what_it_keeps(void)
{
	struct nq_buf body = NQ_BUF_INIT;
	struct outcome o = {NQ_BUF_INIT, 0};
	struct nq_page_spec spec;
	struct nq_page page;

	open_spec(&spec, ".data", NULL, NULL);
	spec.max_line = 100;
	nq_page_init(&page, &spec);
	for (int inside = 0; inside < 2; inside++) {
		nq_buf_reset(&body);
		nq_buf_adds(&body, inside ? "{\"data\":[{\"a\":\"" : "{\"data\":[],\"a\":\"");
		for (int i = 0; i < 200; i++)
			nq_buf_addc(&body, 'x');
		nq_buf_adds(&body, inside ? "\"}]}" : "\"}");
		read_in(&page, nq_buf_str(&body), 10, &o);
		CHECK_INT(o.rc, -1);
		CHECK_ROW(strstr(o.text.data, "--max-line") != NULL, o.text.data);
	}
	nq_page_free(&page);
	close_spec(&spec);
	nq_buf_free(&body);
	nq_buf_free(&o.text);
}

static void
nests_to_the_limit(void)
{
	struct nq_page_spec spec;

	open_spec(&spec, ".", NULL, NULL);
	for (int depth = NQ_MAX_DEPTH; depth <= NQ_MAX_DEPTH + 1; depth++) {
		struct nq_buf body = NQ_BUF_INIT;
		struct outcome o = {NQ_BUF_INIT, 0};

		for (int i = 0; i < depth; i++)
			nq_buf_adds(&body, i < 2 ? (i == 0 ? "[" : "{\"a\":") : "[");
		for (int i = depth; i-- > 0;)
			nq_buf_adds(&body, i == 1 ? "}" : "]");
		all_cuts(&spec, nq_buf_str(&body), &o);
		CHECK_INT(o.rc, depth <= NQ_MAX_DEPTH ? 0 : -1);
		nq_buf_free(&body);
		nq_buf_free(&o.text);
	}
	close_spec(&spec);
}

static void
reads_paths_that_go_forward(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_path path;

	CHECK_INT(nq_follow_path(&path, nq_str(".data[-1].id"), &err), -1);
	CHECK_INT(err.status, NQ_USAGE);
}

static const struct unit_test tests[] = {
    {"no cut changes anything", no_cut_changes_anything},
    {"rows are read whatever the cuts", reads_rows_whatever_the_cuts},
    {"what is whole is handed out", hands_out_what_is_whole},
    {"the first bad byte is told", finds_bad_utf8},
    {"what is watched is noted", notes_what_is_watched},
    {"what is kept is bounded", bounds_what_it_keeps},
    {"nesting is bounded", nests_to_the_limit},
    {"paths go forward", reads_paths_that_go_forward},
    {NULL, NULL},
};

int
main(int argc, char **argv)
{
	return unit_main(argc, argv, tests);
}
