#include "unit.h"

#include "json/doc.h"
#include "json/text.h"
#include "json/utf8.h"

static void
quotes(struct nq_str s, const char *want)
{
	struct nq_buf b = NQ_BUF_INIT, back = NQ_BUF_INIT;

	nq_text_quote(&b, s);
	CHECK_STR(b.data, want);
	CHECK_INT(nq_text_decode((struct nq_str){b.data + 1, b.len - 2}, &back), 0);
	CHECK_ROW(nq_str_eq(nq_buf_str(&back), s), want);
	nq_buf_free(&b);
	nq_buf_free(&back);
}

static void
quotes_only_what_must_be(void)
{
	quotes(nq_str(""), "\"\"");
	quotes(nq_str("plain / 'text' \x7f"), "\"plain / 'text' \x7f\"");
	quotes(nq_str("\"\\\b\f\n\r\t"), "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
	quotes((struct nq_str){"a\0\x01\x1f\0", 5}, "\"a\\u0000\\u0001\\u001f\\u0000\"");
	quotes(nq_str("\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e"),
	    "\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\"");
	quotes(nq_str("\n\n"), "\"\\n\\n\"");
}

static void
decodes(const char *raw, struct nq_str want)
{
	struct nq_buf b = NQ_BUF_INIT;

	CHECK_ROW(nq_text_decode(nq_str(raw), &b) == 0, raw);
	CHECK_ROW(nq_str_eq(nq_buf_str(&b), want), raw);
	nq_buf_free(&b);
}

static void
decodes_escapes(void)
{
	decodes("", nq_str(""));
	decodes("\\\"\\\\\\/\\b\\f\\n\\r\\t", nq_str("\"\\/\b\f\n\r\t"));
	decodes("\\u0041\\u00e9\\u20AC", nq_str("A\xc3\xa9\xe2\x82\xac"));
	decodes("a\\u0000b", (struct nq_str){"a\0b", 3});
	decodes("\\uD834\\uDD1E\\udbff\\udfff", nq_str("\xf0\x9d\x84\x9e\xf4\x8f\xbf\xbf"));
	decodes("\\uffff\\u007f\\u0080\\u07ff\\u0800",
	    nq_str("\xef\xbf\xbf\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80"));
	decodes("\\\\u0041", nq_str("\\u0041"));
}

static void
refuses_halves_of_pairs(void)
{
	static const char *const bad[] = {"\\ud800", "\\udfff", "x\\ud800x", "\\ud800\\n",
	    "\\ud800\\ud800", "\\udc00\\ud800", "\\ud800\\u0041", "\\ud800\\", "\\ud800 \\udc00"};
	struct nq_buf b = NQ_BUF_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ROW(nq_text_decode(nq_str(bad[i]), &b) == -1, bad[i]);
	nq_buf_free(&b);
}

/* Wherever in a run of other letters, the first and the last of a word among them. */
static void
quotes_at_each_place(void)
{
	static const char specials[] = "\"\\\n\x1f";
	char text[] = "abcdefgh\xc3\xa9 \x7f 0123456789";
	struct nq_buf b = NQ_BUF_INIT;
	size_t n = sizeof(text) - 1;
	char kept;

	for (size_t i = 0; i < n; i++) {
		for (const char *c = specials; *c != '\0'; c++) {
			kept = text[i];
			text[i] = *c;
			nq_buf_reset(&b);
			nq_text_quote(&b, (struct nq_str){text, n});
			CHECK(b.data[i + 1] == '\\' && memcmp(b.data + 1, text, i) == 0);
			CHECK(memcmp(b.data + b.len - (n - i), text + i + 1, n - i - 1) == 0);
			text[i] = kept;
		}
	}
	nq_buf_free(&b);
}

/* Every text that quotes and is read again is itself, whatever bytes of UTF-8 it has. */
static void
round_trips(void)
{
	struct nq_buf text = NQ_BUF_INIT, quoted = NQ_BUF_INIT, back = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	struct nq_doc doc;
	struct nq_str s;
	char utf8[4];

	nq_doc_init(&doc);
	for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x900 ? 1 : 997) {
		if (c == 0x0b || c == 0x0c || (c >= 0xd800 && c <= 0xdfff))
			continue;
		nq_buf_add(&text, utf8, nq_utf8_put(utf8, c));
	}
	CHECK_INT(nq_utf8_check(text.data, text.len), text.len);
	nq_text_quote(&quoted, nq_buf_str(&text));
	CHECK_ROW(nq_doc_parse(&doc, nq_buf_str(&quoted), &err) == 0, err.msg);
	CHECK_INT(nq_doc_string(&doc, 0, &back, &s), 0);
	CHECK(nq_str_eq(s, nq_buf_str(&text)));
	nq_doc_free(&doc);
	nq_buf_free(&text);
	nq_buf_free(&quoted);
	nq_buf_free(&back);
}

static void
writes_members(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_adds(&b, "{");
	nq_text_member(&b, "a", "x\"{");
	nq_text_member(&b, "b", NULL);
	nq_text_number(&b, "c", UINT64_MAX);
	nq_text_name(&b, "d");
	nq_buf_adds(&b, "{");
	nq_text_number(&b, "e", 0);
	nq_buf_adds(&b, "}}");
	CHECK_STR(
	    b.data, "{\"a\":\"x\\\"{\",\"b\":null,\"c\":18446744073709551615,\"d\":{\"e\":0}}");
	nq_buf_free(&b);
}

/* The number of good bytes when the text comes in pieces of n bytes. */
static size_t
in_pieces(const char *p, size_t len, size_t n)
{
	struct nq_utf8 u = NQ_UTF8_INIT;
	size_t piece, good;

	for (size_t at = 0; at < len; at += piece) {
		piece = len - at < n ? len - at : n;
		good = nq_utf8_feed(&u, p + at, piece);
		if (good != piece)
			return at + good;
	}
	return u.need > 0 && len > 0 ? len - 1 : len;
}

static void
utf8_row(char **col)
{
	char text[512];
	size_t n = strcmp(col[0], "-") == 0 ? 0 : strlen(col[0]) / 2;
	size_t want = strtoul(col[1], NULL, 10);
	char byte[3] = "";

	for (size_t i = 0; i < n; i++) {
		memcpy(byte, col[0] + 2 * i, 2);
		text[i] = (char)strtol(byte, NULL, 16);
	}
	CHECK_ROW(nq_utf8_check(text, n) == want, col[0]);
	for (size_t piece = 1; piece < 10; piece++)
		CHECK_ROW(in_pieces(text, n, piece) == want, col[0]);
}

static void
checks_utf8_as_python_does(void)
{
	CHECK_INT(unit_table("unit/data/utf8.tsv", 2, utf8_row), 700);
}

static void
refuses_false_white_space(void)
{
	char text[32] = "0123456789abcdefghijklmnopqrstu";

	for (size_t i = 0; i < 31; i++) {
		for (char c = 0x0b; c <= 0x0c; c++) {
			char was = text[i];

			text[i] = c;
			CHECK_INT(nq_utf8_check(text, 31), i);
			text[i] = was;
		}
	}
	CHECK_INT(nq_utf8_check(text, 31), 31);
	CHECK_INT(nq_utf8_check("\r\n\t\0\x1f\x0e\x0a", 7), 7);
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"quotes only what must be", quotes_only_what_must_be},
	    {"quotes at each place", quotes_at_each_place},
	    {"decodes escapes", decodes_escapes},
	    {"refuses halves of pairs", refuses_halves_of_pairs},
	    {"round-trips", round_trips},
	    {"writes members", writes_members},
	    {"checks UTF-8 as Python does", checks_utf8_as_python_does},
	    {"refuses false white space", refuses_false_white_space},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
