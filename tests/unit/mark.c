#include "unit.h"

#include "json/mark.h"

static struct nq_doc doc;
static struct nq_mark mark;

static int
read_mark(const char *text, struct nq_err *err)
{
	CHECK_ROW(nq_doc_parse(&doc, nq_str(text), err) == 0, text);
	return nq_mark_read(&doc, &mark, err);
}

static void
again(const char *text)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;

	CHECK_ROW(read_mark(text, &err) == 1, err.msg);
	nq_mark_write(&mark, &b);
	CHECK(b.len > 0 && b.data[b.len - 1] == '\n');
	nq_buf_cut(&b, b.len - 1);
	CHECK_STR(b.data, text);
	nq_buf_free(&b);
}

static void
round_trips(void)
{
	again("{\"_nq\":\"end\",\"records\":0}");
	again("{\"_nq\":\"end\",\"records\":18446744073709551615,\"pages\":22}");
	again("{\"_nq\":\"end\",\"records\":4211,\"pages\":22,\"cursor_type\":\"timestamp_utc\","
	      "\"watermark\":\"2026-05-16T10:23:14Z\"}");
	again("{\"_nq\":\"end\",\"records\":7,\"read\":10,\"skipped\":2,\"rejected\":1}");
	again("{\"_nq\":\"end\",\"records\":1,\"cursor_type\":\"numeric_id\",\"watermark\":null}");
	again("{\"_nq\":\"end\",\"records\":1,\"cursor_type\":\"opaque_token\","
	      "\"watermark\":\"a\\\"b\\u0000c\"}");
	again("{\"_nq\":\"fail\",\"tool\":\"nq-fetch\",\"status\":75}");
}

static void
lets_records_pass(void)
{
	static const char *const rows[] = {"{}", "{\"a\":{\"_nq\":\"end\"}}", "[\"_nq\"]",
	    "{\"_nq2\":1}", "\"_nq\"", "{\"x\":\"_nq\"}"};
	struct nq_err err = NQ_ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_ROW(read_mark(rows[i], &err) == 0, rows[i]);
}

static void
refuses_what_is_no_mark(void)
{
	static const char reserved[] = "the member '_nq' is reserved for control lines";
	static const char *const rows[][2] = {{"{\"_nq\":\"begin\"}", reserved},
	    {"{\"_nq\":null}", reserved}, {"{\"_nq\":1,\"records\":1}", reserved},
	    {"{\"_nq\":\"\\ud800\"}", reserved}, {"{\"\\u005fnq\":\"x\"}", reserved},
	    {"{\"_nq\":\"end\"}", "damaged control line: no count of records"},
	    {"{\"_nq\":\"end\",\"records\":\"1\"}", "damaged control line: no count of records"},
	    {"{\"_nq\":\"end\",\"records\":-1}", "damaged control line: no count of records"},
	    {"{\"_nq\":\"end\",\"records\":1.0}", "damaged control line: no count of records"},
	    {"{\"_nq\":\"end\",\"records\":1,\"cursor_type\":\"time\"}",
		"unknown cursor type 'time': write timestamp_utc, numeric_id or opaque_token"},
	    {"{\"_nq\":\"end\",\"records\":1,\"cursor_type\":7}",
		"damaged control line: no text in cursor_type"},
	    {"{\"_nq\":\"end\",\"records\":1,\"cursor_type\":\"numeric_id\",\"watermark\":7}",
		"damaged control line: no text in watermark"},
	    {"{\"_nq\":\"end\",\"records\":1,\"cursor_type\":\"opaque_token\",\"watermark\":"
	     "\"\\udc00\"}",
		"damaged control line: no text in watermark"},
	    {"{\"_nq\":\"end\",\"records\":1,\"cursor_type\":\"timestamp_utc\",\"watermark\":"
	     "\"x\"}",
		"'x' is not a timestamp"},
	    {"{\"_nq\":\"fail\"}", "damaged control line: no tool or status"},
	    {"{\"_nq\":\"fail\",\"tool\":\"x\"}", "damaged control line: no tool or status"},
	    {"{\"_nq\":\"fail\",\"tool\":\"x\",\"status\":0}",
		"damaged control line: no tool or status"},
	    {"{\"_nq\":\"fail\",\"tool\":\"x\",\"status\":256}",
		"damaged control line: no tool or status"}};
	struct nq_err err = NQ_ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_ROW(read_mark(rows[i][0], &err) == -1, rows[i][0]);
		CHECK_STR(err.msg, rows[i][1]);
		CHECK_INT(err.status, NQ_FAIL);
	}
}

static int
take(struct nq_tally *t, const char *text, struct nq_err *err)
{
	CHECK_ROW(read_mark(text, err) == 1, text);
	return nq_tally_mark(t, &mark, err);
}

static void
counts_segments(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_tally t;

	nq_tally_init(&t);
	t.open = 3;
	CHECK_INT(
	    take(&t,
		"{\"_nq\":\"end\",\"records\":3,\"pages\":2,\"cursor_type\":\"timestamp_utc\","
		"\"watermark\":\"2026-05-16T12:00:00+02:00\"}",
		&err),
	    0);
	CHECK_INT(t.open, 0);
	t.open = 1;
	CHECK_INT(
	    take(&t,
		"{\"_nq\":\"end\",\"records\":1,\"pages\":1,\"cursor_type\":\"timestamp_utc\","
		"\"watermark\":\"2026-05-16T09:00:00Z\"}",
		&err),
	    0);
	CHECK_INT(take(&t, "{\"_nq\":\"end\",\"records\":0}", &err), 0);
	CHECK_INT(t.segments, 3);
	CHECK_INT(t.pages, 3);
	CHECK_STR(t.watermark.data, "2026-05-16T12:00:00+02:00");
	CHECK_INT(nq_tally_finish(&t, true, &err), 0);
	nq_tally_free(&t);
}

static void
notices_lost_records(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_tally t;

	nq_tally_init(&t);
	t.open = 2;
	CHECK_INT(take(&t, "{\"_nq\":\"end\",\"records\":3}", &err), -1);
	CHECK(strstr(err.msg, "the end mark counts 3 records, but 2 came") == err.msg);
	CHECK_INT(nq_tally_finish(&t, true, &err), -1);
	CHECK(strstr(err.msg, "the stream has no end mark") == err.msg);
	CHECK_INT(nq_tally_finish(&t, false, &err), 0);
	CHECK_INT(take(&t, "{\"_nq\":\"end\",\"records\":2}", &err), 0);
	t.open = 1;
	CHECK_INT(nq_tally_finish(&t, false, &err), -1);
	CHECK_STR(err.msg, "1 record after the last end mark: the stream was cut");
	nq_tally_free(&t);
}

static void
refuses_mixed_cursors(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_tally t;

	nq_tally_init(&t);
	CHECK_INT(
	    take(&t, "{\"_nq\":\"end\",\"records\":0,\"cursor_type\":\"numeric_id\"}", &err), 0);
	CHECK_INT(
	    take(&t, "{\"_nq\":\"end\",\"records\":0,\"cursor_type\":\"opaque_token\"}", &err), -1);
	CHECK_STR(err.msg, "end marks with different cursor types");
	nq_tally_free(&t);
}

static void
passes_failures_on(void)
{
	static const struct {
		const char *text;
		enum nq_status status;
		const char *msg;
	} rows[] = {{"{\"_nq\":\"fail\",\"tool\":\"nq-fetch\",\"status\":75}", NQ_TEMPFAIL,
			"nq-fetch before this one failed with status 75"},
	    {"{\"_nq\":\"fail\",\"tool\":\"nq-map\",\"status\":1}", NQ_FAIL,
		"nq-map before this one failed with status 1"},
	    /* 3 means done: a stage that failed cannot have ended so. */
	    {"{\"_nq\":\"fail\",\"tool\":\"mine\",\"status\":3}", NQ_FAIL,
		"mine before this one failed with status 3"}};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_tally t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		nq_tally_init(&t);
		t.open = 5;
		CHECK_INT(take(&t, rows[i].text, &err), 0);
		CHECK_INT(nq_tally_finish(&t, false, &err), -1);
		CHECK_STR(err.msg, rows[i].msg);
		CHECK_INT(err.status, rows[i].status);
		nq_tally_free(&t);
	}
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"round-trips", round_trips},
	    {"lets records pass", lets_records_pass},
	    {"refuses what is no mark", refuses_what_is_no_mark},
	    {"counts segments", counts_segments},
	    {"notices lost records", notices_lost_records},
	    {"refuses mixed cursors", refuses_mixed_cursors},
	    {"passes failures on", passes_failures_on},
	    {NULL, NULL},
	};
	int rc;

	nq_doc_init(&doc);
	nq_mark_init(&mark);
	rc = unit_main(argc, argv, tests);
	nq_mark_free(&mark);
	nq_doc_free(&doc);
	return rc;
}
