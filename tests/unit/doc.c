#include "unit.h"

#include <dirent.h>
#include <sys/resource.h>

#include "base/io.h"
#include "json/doc.h"
#include "json/dup.h"
#include "json/path.h"

static struct nq_doc doc;

static int
parse(const char *text)
{
	struct nq_err err = NQ_ERR_INIT;

	return nq_doc_parse(&doc, nq_str(text), &err);
}

static void
fails(const char *text, const char *want)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_ROW(nq_doc_parse(&doc, nq_str(text), &err) == -1, text);
	CHECK_STR(err.msg, want);
	CHECK_INT(err.status, NQ_FAIL);
}

/* Calls judge for each file of a corpus, with and without a handle that has parsed before. */
static int
corpus(const char *name, void (*judge)(const char *, struct nq_str))
{
	struct nq_buf path = NQ_BUF_INIT, text = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct dirent *e;
	DIR *d;
	int n = 0;

	nq_buf_addf(&path, "%s/json/%s", unit_dir, name);
	d = opendir(path.data);
	CHECK_ROW(d != NULL, path.data);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		nq_buf_reset(&path);
		nq_buf_addf(&path, "%s/json/%s/%s", unit_dir, name, e->d_name);
		nq_buf_reset(&text);
		CHECK_ROW(nq_io_read_file(path.data, 1 << 20, &text, &err) == 0, err.msg);
		nq_doc_free(&doc);
		judge(e->d_name, nq_buf_str(&text));
		judge(e->d_name, nq_buf_str(&text));
		parse("{\"before\":[1,{\"x\":\"\\u00e9\"}]}");
		judge(e->d_name, nq_buf_str(&text));
		n++;
	}
	if (d != NULL)
		closedir(d);
	nq_buf_free(&path);
	nq_buf_free(&text);
	return n;
}

/* Puts the text together again from the tokens alone: what stays must be what came, less space. */
static uint32_t
emit(const struct nq_doc *d, uint32_t i, struct nq_buf *out)
{
	enum nq_type type = nq_doc_type(d, i);
	uint32_t end = d->tok[i].next;

	if (type != NQ_ARRAY && type != NQ_OBJECT) {
		nq_buf_addstr(out, nq_doc_raw(d, i));
		return i + 1;
	}
	nq_buf_addc(out, type == NQ_ARRAY ? '[' : '{');
	for (uint32_t k = i + 1; k < end;) {
		nq_buf_adds(out, k > i + 1 ? "," : "");
		if (type == NQ_OBJECT) {
			nq_buf_addstr(out, nq_doc_raw(d, k++));
			nq_buf_addc(out, ':');
		}
		k = emit(d, k, out);
	}
	nq_buf_addc(out, type == NQ_ARRAY ? ']' : '}');
	return end;
}

/* White space outside of strings taken away, by counting quotes and backslashes only. */
static void
squeeze(struct nq_str s, struct nq_buf *out)
{
	int inside = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!inside && strchr(" \t\r\n", s.p[i]) != NULL)
			continue;
		nq_buf_addc(out, s.p[i]);
		if (inside && s.p[i] == '\\')
			nq_buf_addc(out, s.p[++i]);
		else if (s.p[i] == '"')
			inside = !inside;
	}
}

static void
accepts(const char *name, struct nq_str text)
{
	struct nq_buf out = NQ_BUF_INIT, want = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	CHECK_ROW(nq_doc_parse(&doc, text, &err) == 0, name);
	if (err.msg[0] != '\0') {
		CHECK_STR(err.msg, "");
		return;
	}
	squeeze(text, &want);
	CHECK_ROW(emit(&doc, 0, &out) == doc.ntok, name);
	CHECK_STR(out.data, want.data);
	nq_buf_free(&out);
	nq_buf_free(&want);
}

static void
refuses(const char *name, struct nq_str text)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_ROW(nq_doc_parse(&doc, text, &err) == -1, name);
	CHECK_ROW(err.msg[0] != '\0' && err.status == NQ_FAIL, name);
	/* what was refused must not reach into what comes next */
	CHECK_ROW(parse("[\"after\"]") == 0 && doc.ntok == 2, name);
	CHECK_ROW(nq_str_is(nq_doc_raw(&doc, 1), "\"after\""), name);
}

static void
accepts_the_corpus(void)
{
	CHECK(corpus("accept", accepts) >= 60);
}

static void
refuses_the_corpus(void)
{
	CHECK(corpus("reject", refuses) >= 80);
}

static void
nested(int depth, char open, char close, struct nq_buf *b)
{
	nq_buf_reset(b);
	for (int i = 0; i < depth; i++)
		nq_buf_adds(b, open == '[' ? "[" : i > 0 ? "\"k\":{" : "{");
	for (int i = 0; i < depth; i++)
		nq_buf_addc(b, close);
}

static void
bounds_depth(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	for (int depth = 127; depth <= 130; depth++) {
		nested(depth, '[', ']', &b);
		CHECK_INT(parse(b.data), depth <= NQ_MAX_DEPTH ? 0 : -1);
		nested(depth, '{', '}', &b);
		CHECK_INT(parse(b.data), depth <= NQ_MAX_DEPTH ? 0 : -1);
	}
	nested(129, '[', ']', &b);
	fails(b.data, "byte 129: nested too deeply");
	nq_buf_reset(&b);
	for (int i = 0; i < 1000000; i++)
		nq_buf_addc(&b, '[');
	fails(b.data, "byte 129: nested too deeply");
	nq_buf_free(&b);
}

static void
tells_the_byte(void)
{
	fails("{\"a\":\x80}", "byte 6: not valid UTF-8");
	fails("", "byte 1: not JSON: premature EOF");
	fails("{} {}", "more than one JSON value");
	fails("{\"a\":tru}", "byte 9: not JSON: invalid string in json text");
}

static void
says_nothing_of_the_data(void)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_INT(nq_doc_parse(&doc, nq_str("{\"token\":\"hunter2\" x}"), &err), -1);
	CHECK(strstr(err.msg, "hunter2") == NULL && strstr(err.msg, "token\"") == NULL);
}

static void
finds_members(void)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str s;
	uint32_t i;
	uint64_t n;

	CHECK_INT(
	    parse("{\"a\":{\"b\":[10,20]},\"\\u0062\":true,\"a\":2,\"\":3,\"s\":\"x\\n\\u00e9\"}"),
	    0);
	CHECK_INT(doc.tok[0].n, 5);
	CHECK_INT(nq_doc_type(&doc, nq_doc_get(&doc, 0, nq_str("a"))), NQ_OBJECT);
	CHECK_INT(nq_doc_type(&doc, nq_doc_get(&doc, 0, nq_str("b"))), NQ_TRUE);
	CHECK_INT(nq_doc_type(&doc, nq_doc_get(&doc, 0, nq_str(""))), NQ_NUMBER);
	CHECK(nq_doc_get(&doc, 0, nq_str("none")) == NQ_NONE);
	CHECK(nq_doc_get(&doc, NQ_NONE, nq_str("a")) == NQ_NONE);
	CHECK_INT(nq_doc_type(&doc, NQ_NONE), NQ_ABSENT);
	i = nq_doc_get(&doc, 0, nq_str("s"));
	CHECK_INT(nq_doc_string(&doc, i, &b, &s), 0);
	CHECK(nq_str_is(s, "x\n\xc3\xa9"));
	CHECK_INT(nq_doc_uint(&doc, nq_doc_get(&doc, 0, nq_str("")), &n), 0);
	CHECK_INT(n, 3);
	CHECK_INT(nq_doc_uint(&doc, i, &n), -1);
	nq_buf_free(&b);
}

static void
reads_whole_numbers(void)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t n;
	} rows[] = {{"0", 0, 0}, {"18446744073709551615", 0, UINT64_MAX},
	    {"18446744073709551616", -1, 0}, {"99999999999999999999", -1, 0}, {"-1", -1, 0},
	    {"1.0", -1, 0}, {"1e2", -1, 0}, {"\"1\"", -1, 0}, {"null", -1, 0}};
	uint64_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(parse(rows[i].text), 0);
		CHECK_ROW(nq_doc_uint(&doc, 0, &n) == rows[i].rc, rows[i].text);
		if (rows[i].rc == 0)
			CHECK_ROW(n == rows[i].n, rows[i].text);
	}
}

static void
keeps_lone_surrogates_until_decoded(void)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_str s;

	CHECK_INT(
	    parse("[\"\\ud800\",\"\\udc00\",\"\\ud83d\\ude00\",\"\\ud83dx\",\"\\ud83d\\n\"]"), 0);
	CHECK_INT(nq_doc_string(&doc, 1, &b, &s), -1);
	CHECK_INT(nq_doc_string(&doc, 2, &b, &s), -1);
	CHECK_INT(nq_doc_string(&doc, 3, &b, &s), 0);
	CHECK(nq_str_is(s, "\xf0\x9f\x98\x80"));
	CHECK_INT(nq_doc_string(&doc, 4, &b, &s), -1);
	CHECK_INT(nq_doc_string(&doc, 5, &b, &s), -1);
	nq_buf_free(&b);
}

static void
finds_duplicate_keys(void)
{
	static const struct {
		const char *text;
		int dup;
	} rows[] = {{"{\"a\":1,\"b\":2}", 0}, {"{\"a\":1,\"a\":1}", 1},
	    {"{\"a\":1,\"\\u0061\":2}", 1}, {"{\"a\":{\"b\":1,\"b\":2}}", 1},
	    {"[{\"a\":1},{\"a\":1}]", 0}, {"{\"a\":[{\"x\":1,\"y\":2,\"x\":3}]}", 1},
	    {"{\"a\":{\"a\":{\"a\":1}}}", 0}, {"{\"\":1,\"\":2}", 1}, {"{\"a\":\"a\"}", 0},
	    {"{\"A\":1,\"a\":2}", 0}, {"\"a\"", 0}, {"{\"a\\u0000\":1,\"a\":2}", 0}};
	struct nq_buf b = NQ_BUF_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(parse(rows[i].text), 0);
		CHECK_ROW((nq_dup_find(&doc, 0) != NQ_NONE) == rows[i].dup, rows[i].text);
	}
	nq_buf_adds(&b, "{\"first\":0");
	for (int i = 0; i < 50000; i++)
		nq_buf_addf(&b, ",\"k%d\":%d", i, i);
	nq_buf_adds(&b, "}");
	CHECK_INT(parse(b.data), 0);
	CHECK(nq_dup_find(&doc, 0) == NQ_NONE);
	nq_buf_cut(&b, b.len - 1);
	nq_buf_adds(&b, ",\"k77\":1}");
	CHECK_INT(parse(b.data), 0);
	CHECK(nq_dup_find(&doc, 0) == doc.ntok - 2);
	nq_buf_free(&b);
}

/* An object of short keys from few letters, so that some are the same, and whether two are. */
static bool
random_object(unsigned *seed, struct nq_buf *b)
{
	char key[12][8];
	bool twice = false;
	int n = 2 + rand_r(seed) % 11;

	nq_buf_reset(b);
	for (int i = 0; i < n; i++) {
		int len = rand_r(seed) % 7;

		for (int k = 0; k < len; k++)
			key[i][k] = "abcx_"[rand_r(seed) % 5];
		key[i][len] = '\0';
		for (int k = 0; k < i; k++)
			twice = twice || strcmp(key[i], key[k]) == 0;
		nq_buf_addf(b, "%s\"%s\":{\"%s\":1}", i == 0 ? "{" : ",", key[i], key[i]);
	}
	nq_buf_adds(b, "}");
	return twice;
}

static void
finds_them_among_similar_ones(void)
{
	struct nq_buf b = NQ_BUF_INIT;
	unsigned seed = 1;
	int found = 0;

	for (int i = 0; i < 20000; i++) {
		bool twice = random_object(&seed, &b);

		found += twice;
		CHECK_INT(parse(b.data), 0);
		CHECK_ROW((nq_dup_find(&doc, 0) != NQ_NONE) == twice, b.data);
	}
	CHECK(found > 1000 && found < 19000);
	nq_buf_free(&b);
}

/* One handle serves a stream of any length: it must not grow with the number of texts. */
static void
stays_small(void)
{
	struct rusage before, after;

	for (int i = 0; i < 1000; i++)
		parse("{\"a\":[1,2]}");
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 4000000; i++)
		parse("{}");
	getrusage(RUSAGE_SELF, &after);
	CHECK(after.ru_maxrss - before.ru_maxrss < 1024);
}

static void
path_finds(const char *path, const char *want)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf got = NQ_BUF_INIT;
	struct nq_path p;
	uint32_t i;

	CHECK_ROW(nq_path_parse(&p, nq_str(path), &err) == 0, err.msg);
	if (err.msg[0] != '\0')
		return;
	i = nq_path_find(&p, &doc, 0);
	if (i != NQ_NONE)
		nq_buf_addstr(&got, nq_doc_raw(&doc, i));
	CHECK_STR(got.data, want);
	nq_buf_free(&got);
	nq_path_free(&p);
}

static void
follows_paths(void)
{
	CHECK_INT(parse("{\"a\":{\"b\":[1,[2,3],{\"c\":4}],\"odd "
			"key\":5,\"x.y\":6,\"\\u00e9\":7,\"q\\\"\":8},"
			"\"_n-1\":9,\"0\":10}"),
	    0);
	path_finds(".a.b[0]", "1");
	path_finds(".a.b[1][1]", "3");
	path_finds(".a.b[-1].c", "4");
	path_finds(".a.b[-3]", "1");
	path_finds(".a.b[-4]", "");
	path_finds(".a.b[3]", "");
	path_finds(".a.\"odd key\"", "5");
	path_finds(".a[\"x.y\"]", "6");
	path_finds(".a.\"\xc3\xa9\"", "7");
	path_finds(".a.\"\\u00e9\"", "7");
	path_finds(".a[\"q\\\"\"]", "8");
	path_finds("._n-1", "9");
	path_finds(".0", "10");
	path_finds(".a.b.c", "");
	path_finds(".a[0]", "");
	path_finds(".none.more[0]", "");
	path_finds(".a.b[1]", "[2,3]");
	CHECK_INT(parse("[[1],[2]]"), 0);
	path_finds(".", "[[1],[2]]");
	path_finds(".[1][0]", "2");
}

static void
writes_keys_that_it_reads(void)
{
	static const char *const rows[][2] = {{"a", ".a"}, {"_x9", "._x9"}, {"2nd", ".\"2nd\""},
	    {"a-b", ".\"a-b\""}, {"", ".\"\""}, {"q\"", ".\"q\\\"\""},
	    {"\xc3\xa9", ".\"\xc3\xa9\""}};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_path p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nq_buf_reset(&b);
		nq_path_add_key(&b, nq_str(rows[i][0]));
		CHECK_STR(b.data, rows[i][1]);
		CHECK_INT(nq_path_parse(&p, nq_buf_str(&b), &err), 0);
		CHECK(p.n == 1 && nq_str_is(p.step[0].key, rows[i][0]));
		nq_path_free(&p);
	}
	nq_buf_free(&b);
}

static void
refuses_paths(void)
{
	static const char *const rows[][2] = {{"", "column 1: a path starts with a dot"},
	    {"a", "column 1: a path starts with a dot"},
	    {"..a", "column 2: a name, a quoted key or '[' must follow the dot"},
	    {".a.", "column 4: a name, a quoted key or '[' must follow the dot"},
	    {".a b", "column 3: '.' or '[' expected"},
	    {".a[", "column 4: the bracket is not closed"},
	    {".a[]", "column 4: a path leads to one value, and to a list without []"},
	    {".a[x]", "column 4: a number or a quoted key belongs in the brackets"},
	    {".a[-]", "column 5: a number or a quoted key belongs in the brackets"},
	    {".a[1", "column 5: the bracket is not closed"},
	    {".a[99999999999]", "column 13: the index is too large"},
	    {".\"a", "column 2: the quote is not closed"},
	    {".\"a\\\"", "column 2: the quote is not closed"},
	    {".\"\\x\"", "column 2: the quoted key is not a JSON string"},
	    {".\"\\ud800\"", "column 2: the quoted key is not a JSON string"},
	    {".a[\"b\"", "column 7: the bracket is not closed"}};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf want = NQ_BUF_INIT;
	struct nq_path p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nq_buf_reset(&want);
		nq_buf_addf(&want,
		    "'%s' is not a path: %s (paths are written .a.b[0] or .\"odd key\")",
		    rows[i][0], rows[i][1]);
		CHECK_ROW(nq_path_parse(&p, nq_str(rows[i][0]), &err) == -1, rows[i][0]);
		CHECK_STR(err.msg, want.data);
		CHECK_INT(err.status, NQ_USAGE);
	}
	CHECK_INT(nq_path_parse(&p, (struct nq_str){".a\0b", 4}, &err), -1);
	nq_buf_free(&want);
}

static void
bounds_steps(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_path p;

	for (int i = 0; i < NQ_MAX_PATH_STEPS; i++)
		nq_buf_adds(&b, ".a");
	CHECK_INT(nq_path_parse(&p, nq_buf_str(&b), &err), 0);
	nq_path_free(&p);
	nq_buf_adds(&b, ".a");
	CHECK_INT(nq_path_parse(&p, nq_buf_str(&b), &err), -1);
	CHECK(strstr(err.msg, "too many steps") != NULL);
	nq_buf_free(&b);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"accepts the corpus", accepts_the_corpus},
	    {"refuses the corpus", refuses_the_corpus},
	    {"bounds depth", bounds_depth},
	    {"tells the byte", tells_the_byte},
	    {"says nothing of the data", says_nothing_of_the_data},
	    {"finds members", finds_members},
	    {"reads whole numbers", reads_whole_numbers},
	    {"keeps lone surrogates until decoded", keeps_lone_surrogates_until_decoded},
	    {"finds duplicate keys", finds_duplicate_keys},
	    {"finds them among similar ones", finds_them_among_similar_ones},
	    {"stays small", stays_small},
	    {"follows paths", follows_paths},
	    {"writes keys that it reads", writes_keys_that_it_reads},
	    {"refuses paths", refuses_paths},
	    {"bounds steps", bounds_steps},
	    {NULL, NULL},
	};
	int rc;

	nq_doc_init(&doc);
	rc = unit_main(argc, argv, tests);
	nq_doc_free(&doc);
	return rc;
}
