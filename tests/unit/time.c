#include "unit.h"

#include "base/cli.h"
#include "base/time.h"

static void
instant_row(char **col)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_time t = {0, 0};
	int naive = 1;

	CHECK_ROW(nq_time_parse(nq_str(col[0]), &t, &naive) == 0, col[0]);
	CHECK_ROW(naive == 0, col[0]);
	CHECK_ROW(t.sec == strtoll(col[1], NULL, 10), col[0]);
	CHECK_ROW(t.atto == strtoull(col[2], NULL, 10), col[0]);
	nq_time_format(t, &b);
	CHECK_STR(b.data, col[3]);
	nq_buf_free(&b);
}

static void
reads_instants(void)
{
	CHECK_INT(unit_table("unit/data/time.tsv", 4, instant_row), 600);
}

static void
http_row(char **col)
{
	int64_t sec = 0;

	CHECK_ROW(nq_time_parse_http(nq_str(col[0]), &sec) == 0, col[0]);
	CHECK_ROW(sec == strtoll(col[1], NULL, 10), col[0]);
}

static void
reads_http_dates(void)
{
	CHECK_INT(unit_table("unit/data/http-date.tsv", 2, http_row), 416);
}

static void
refuses_other_http_dates(void)
{
	static const char *const bad[] = {"", "2", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37",
	    "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 GMT.",
	    "Sun, 06 Nov 1994 25:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
	    "1994-11-06T08:49:37Z", "2026", "-5",
	    "Sun, 06 Nov 1994 08:49:37 GMT and much more than any date would ever need"};
	int64_t sec;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ROW(nq_time_parse_http(nq_str(bad[i]), &sec) == -1, bad[i]);
	CHECK(nq_time_parse_http((struct nq_str){"Sun, 06 Nov 1994 08:49:37 GMT\0x", 31}, &sec) ==
	      -1);
}

static void
reads_what_has_no_zone(void)
{
	static const struct {
		const char *text;
		int64_t sec;
	} rows[] = {{"2026-05-16", 1778889600}, {"2026-05-16T10:23:14", 1778926994},
	    {"2026-05-16 10:23", 1778926980}};
	struct nq_time t;
	int naive;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		naive = 0;
		CHECK_ROW(nq_time_parse(nq_str(rows[i].text), &t, &naive) == 0, rows[i].text);
		CHECK_INT(t.sec, rows[i].sec);
		CHECK_INT(naive, 1);
		CHECK_ROW(nq_time_parse(nq_str(rows[i].text), &t, NULL) == -1, rows[i].text);
	}
}

static void
refuses_other_timestamps(void)
{
	static const char *const bad[] = {"", "2026", "2026-5-16", "2026-13-01T00:00:00Z",
	    "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
	    "2026-04-31T00:00:00Z", "2026-05-00T00:00:00Z", "2026-05-16T24:00:00Z",
	    "2026-05-16T10:60:00Z", "2026-05-16T10:23:61Z", "2026-05-16T10:23:14.Z",
	    "2026-05-16T10:23:14+24:00", "2026-05-16T10:23:14+01:60", "2026-05-16T10:23:14+1",
	    "2026-05-16T10:23:14+01:", "2026-05-16T10:23:14Zx", "2026-05-16T10:23:14 Z",
	    " 2026-05-16T10:23:14Z", "2026-05-16T10:23:14Z ", "2026-05-16T", "2026-05-16T10",
	    "2026-05-16X10:23:14Z", "20260516T102314Z", "1778926994", "+2026-05-16T10:23:14Z",
	    "2026-05-16T10:23:14.0000000000000000001Z"};
	struct nq_time t;
	int naive;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ROW(nq_time_parse(nq_str(bad[i]), &t, &naive) == -1, bad[i]);
	CHECK(nq_time_parse((struct nq_str){"2026-05-16T10:23:14Z\0", 21}, &t, &naive) == -1);
	CHECK(nq_time_parse((struct nq_str){"2026-05-16\0T10:23:14Z", 21}, &t, &naive) == -1);
}

static int
order(const char *a, const char *b)
{
	struct nq_time x = {0, 0}, y = {0, 0};

	CHECK_ROW(nq_time_parse(nq_str(a), &x, NULL) == 0, a);
	CHECK_ROW(nq_time_parse(nq_str(b), &y, NULL) == 0, b);
	return nq_time_cmp(x, y);
}

static void
compares_as_instants(void)
{
	CHECK_INT(order("2026-05-16T10:00:00+02:00", "2026-05-16T08:00:00Z"), 0);
	CHECK_INT(order("2026-05-16T10:00:00.1Z", "2026-05-16T10:00:00.10Z"), 0);
	CHECK_INT(order("2026-05-16T10:00:00.000000000000000001Z", "2026-05-16T10:00:00Z"), 1);
	CHECK_INT(order("2026-05-16T09:59:59.9Z", "2026-05-16T10:00:00Z"), -1);
	CHECK_INT(order("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"), 0);
	CHECK_INT(order("1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z"), -1);
}

static void
adds_milliseconds(void)
{
	static const struct {
		const char *from, *to;
		int64_t ms;
	} rows[] = {{"2026-05-16T10:00:00Z", "2026-05-16T10:00:00.001Z", 1},
	    {"2026-05-16T10:00:00Z", "2026-05-16T09:59:59.999Z", -1},
	    {"2026-05-16T10:00:00.9995Z", "2026-05-16T10:00:01.0005Z", 1},
	    {"2026-05-16T10:00:00Z", "2026-05-09T10:00:00Z", -7 * 86400000LL},
	    {"2026-05-16T10:00:00.25Z", "2026-05-16T09:59:58.75Z", -1500},
	    {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", -500}};
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_time t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(nq_time_parse(nq_str(rows[i].from), &t, NULL) == 0);
		nq_buf_reset(&b);
		nq_time_format(nq_time_add_ms(t, rows[i].ms), &b);
		CHECK_STR(b.data, rows[i].to);
	}
	nq_buf_free(&b);
}

static void
tells_the_time(void)
{
	struct nq_time t = nq_time_now();

	CHECK(t.sec > 1700000000);
	CHECK(t.atto < NQ_ATTO_PER_SEC);
}

static void
reads_durations(void)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {{"0", 0}, {"2", 2000}, {"0.5", 500}, {"1.25s", 1250}, {"250ms", 250},
	    {"5m", 300000}, {"1.5h", 5400000}, {"7d", 604800000}, {"2w", 1209600000}, {"", -1},
	    {"s", -1}, {"-1", -1}, {"+1", -1}, {" 1", -1}, {"1 s", -1}, {"1x", -1}, {"1.5.5", -1},
	    {".5", -1}, {"1e3", -1}, {"99999999999999999999", -1}, {"9999999999999999w", -1}};
	int64_t ms;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ms = -1;
		CHECK_ROW(nq_cli_duration(rows[i].text, &ms) == (rows[i].ms == -1 ? -1 : 0),
		    rows[i].text);
		if (rows[i].ms != -1)
			CHECK_INT(ms, rows[i].ms);
	}
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"reads instants", reads_instants},
	    {"reads HTTP dates", reads_http_dates},
	    {"refuses other HTTP dates", refuses_other_http_dates},
	    {"reads what has no zone", reads_what_has_no_zone},
	    {"refuses other timestamps", refuses_other_timestamps},
	    {"compares as instants", compares_as_instants},
	    {"adds milliseconds", adds_milliseconds},
	    {"tells the time", tells_the_time},
	    {"reads durations", reads_durations},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
