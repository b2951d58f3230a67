#include "unit.h"

#include "base/num.h"
#include "base/watermark.h"

static void
order_row(char **col)
{
	int want = (int)strtol(col[2], NULL, 10);

	CHECK_ROW(nq_num_valid(nq_str(col[0])), col[0]);
	CHECK_ROW(nq_num_valid(nq_str(col[1])), col[1]);
	CHECK_ROW(nq_num_cmp(nq_str(col[0]), nq_str(col[1])) == want, col[0]);
	CHECK_ROW(nq_num_cmp(nq_str(col[1]), nq_str(col[0])) == -want, col[1]);
	CHECK_ROW(nq_num_cmp(nq_str(col[0]), nq_str(col[0])) == 0, col[0]);
}

static void
orders_numbers(void)
{
	CHECK_INT(unit_table("unit/data/num-cmp.tsv", 3, order_row), 1200);
}

static void
orders_giant_exponents(void)
{
	CHECK_INT(nq_num_cmp(nq_str("1e999999999999999999999"), nq_str("9e400")), 1);
	CHECK_INT(nq_num_cmp(nq_str("1e-999999999999999999999"), nq_str("9e-400")), -1);
	CHECK_INT(nq_num_cmp(nq_str("-1e999999999999999999999"), nq_str("-9e400")), -1);
	CHECK_INT(nq_num_cmp(nq_str("0e999999999999999999999"), nq_str("0")), 0);
	CHECK_INT(nq_num_cmp(nq_str("1e0000000000000000000000000000002"), nq_str("100")), 0);
}

static void
knows_json_numbers(void)
{
	static const char *const good[] = {
	    "0", "-0", "1", "10", "0.0", "-1.5e+10", "1E400", "0e0", "10000000000000000000001"};
	static const char *const bad[] = {"", "-", "+1", "01", "-01", "00", ".5", "1.", "1.e5",
	    "e5", "1e", "1e+", "1 ", " 1", "1x", "0x10", "NaN", "Infinity", "1.2.3", "--1", "1e5.5",
	    "1_000", "1,5"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_ROW(nq_num_valid(nq_str(good[i])), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ROW(!nq_num_valid(nq_str(bad[i])), bad[i]);
	CHECK(!nq_num_valid((struct nq_str){"1\0", 2}));
}

static void
names_cursor_types(void)
{
	static const char *const names[] = {"timestamp_utc", "numeric_id", "opaque_token"};
	struct nq_err err = NQ_ERR_INIT;
	enum nq_cursor_type type;

	for (size_t i = 0; i < 3; i++) {
		CHECK_INT(nq_cursor_type_parse(nq_str(names[i]), &type, &err), 0);
		CHECK_STR(nq_cursor_type_name(type), names[i]);
	}
	CHECK(nq_cursor_type_name(NQ_CURSOR_NONE) == NULL);
	CHECK_INT(nq_cursor_type_parse(nq_str("timestamp"), &type, &err), -1);
	CHECK_INT(err.status, NQ_USAGE);
	CHECK_STR(err.msg,
	    "unknown cursor type 'timestamp': write timestamp_utc, numeric_id or opaque_token");
}

static void
checks_watermarks(void)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf b = NQ_BUF_INIT;

	CHECK_INT(nq_watermark_check(NQ_CURSOR_TIMESTAMP, nq_str("2026-05-16"), &err), 0);
	CHECK_INT(nq_watermark_check(NQ_CURSOR_TIMESTAMP, nq_str("yesterday"), &err), -1);
	CHECK_STR(err.msg, "'yesterday' is not a timestamp");
	CHECK_INT(nq_watermark_check(NQ_CURSOR_NUMERIC, nq_str("12x"), &err), -1);
	CHECK_STR(err.msg, "'12x' is not a number");
	CHECK_INT(nq_watermark_check(NQ_CURSOR_OPAQUE, nq_str(""), &err), -1);
	CHECK_STR(err.msg, "a cursor has 1 to 4096 bytes, not 0");
	for (int i = 0; i < NQ_MAX_CURSOR; i++)
		nq_buf_addc(&b, '9');
	CHECK_INT(nq_watermark_check(NQ_CURSOR_NUMERIC, nq_buf_str(&b), &err), 0);
	nq_buf_addc(&b, '9');
	CHECK_INT(nq_watermark_check(NQ_CURSOR_NUMERIC, nq_buf_str(&b), &err), -1);
	nq_buf_free(&b);
}

static void
raised(enum nq_cursor_type type, const char *high, const char *value, const char *want)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_adds(&b, high);
	nq_watermark_raise(type, &b, nq_str(value));
	CHECK_STR(b.data, want);
	nq_buf_free(&b);
}

static void
raises_watermarks(void)
{
	raised(NQ_CURSOR_TIMESTAMP, "", "2026-05-16T10:00:00Z", "2026-05-16T10:00:00Z");
	raised(NQ_CURSOR_TIMESTAMP, "2026-05-16T10:00:00Z", "2026-05-16T11:00:00+02:00",
	    "2026-05-16T10:00:00Z");
	raised(NQ_CURSOR_TIMESTAMP, "2026-05-16T10:00:00Z", "2026-05-16T13:00:00+02:00",
	    "2026-05-16T13:00:00+02:00");
	raised(NQ_CURSOR_TIMESTAMP, "2026-05-16T10:00:00Z", "2026-05-16T10:00:00.000Z",
	    "2026-05-16T10:00:00Z");
	raised(NQ_CURSOR_NUMERIC, "9", "10", "10");
	raised(NQ_CURSOR_NUMERIC, "10000000000000000000001", "10000000000000000000000",
	    "10000000000000000000001");
	raised(NQ_CURSOR_OPAQUE, "zzz", "aaa", "aaa");
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"orders numbers", orders_numbers},
	    {"orders giant exponents", orders_giant_exponents},
	    {"knows JSON numbers", knows_json_numbers},
	    {"names cursor types", names_cursor_types},
	    {"checks watermarks", checks_watermarks},
	    {"raises watermarks", raises_watermarks},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
