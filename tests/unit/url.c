#include "unit.h"

#include "fetch/cap.h"
#include "fetch/url.h"

static const struct {
	const char *url, *name, *value;
	bool only;
	const char *want;
} changes[] = {
    {"http://h/p", "a", "1", false, "http://h/p?a=1"},
    {"http://h/p#top", "a", "1", false, "http://h/p?a=1"},
    {"http://h/p?", "a", "1", false, "http://h/p?a=1"},
    {"http://h/p?a=1", "a", "1", false, "http://h/p?a=1"},
    {"http://h/p?a=1", "a", "2", false, "http://h/p?a=1&a=2"},
    {"http://h/p?x=%2f&a=1&y", "b", "&=+ \xc3\xa9", false,
	"http://h/p?x=%2f&a=1&y&b=%26%3D%2B%20%C3%A9"},
    {"http://h/p", "filter[a]", "1", false, "http://h/p?filter%5Ba%5D=1"},
    {"http://h/p?page=1&b=2&page=9", "page", "3", true, "http://h/p?page=3&b=2"},
    {"http://h/p?pages=1&page", "page", "3", true, "http://h/p?pages=1&page=3"},
    {"http://h/p?a=1&&b", "page", "3", true, "http://h/p?a=1&&b&page=3"},
};

static void
changes_queries(void)
{
	struct nq_url u = NQ_URL_INIT;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		nq_url_set(&u, nq_str(changes[i].url));
		if (changes[i].only)
			nq_url_set_query(&u, nq_str(changes[i].name), nq_str(changes[i].value));
		else
			nq_url_add_query(&u, nq_str(changes[i].name), nq_str(changes[i].value));
		CHECK_STR(u.text.data, changes[i].want);
	}
	nq_url_free(&u);
}

/* The cap is 2026-05-28T10:40:00.123456789Z; empty: the mark stays. */
static const struct {
	const char *mark, *want;
} caps[] = {
    {"2026-05-28T10:40:00Z", ""},
    {"2026-05-28T10:40:00.123456789Z", ""},
    {"2026-05-28T10:40:00.12345678901Z", "2026-05-28T10:40:00.12345678900Z"},
    {"2099-01-01T00:00:00Z", "2026-05-28T10:40:00Z"},
    {"2099-01-01T00:00:00.000Z", "2026-05-28T10:40:00.123Z"},
    {"2099-01-01 00:00:00,000", "2026-05-28 10:40:00,123"},
    {"2099-01-01T00:00Z", "2026-05-28T10:40Z"},
    {"2099-01-01T00:00:00+05:30", "2026-05-28T16:10:00+05:30"},
    {"2099-01-01T00:00:00-0800", "2026-05-28T02:40:00-0800"},
    {"2099-01-01T00:00:00.5+14", "2026-05-29T00:40:00.1+14"},
    {"2026-05-28T05:40:01-05:00", "2026-05-28T05:40:00-05:00"},
    {"2099-01-01", "2026-05-28"},
    {"", ""},
};

static void
caps_in_the_marks_own_form(void)
{
	const struct nq_time cap = {INT64_C(1779964800), UINT64_C(123456789000000000)};
	struct nq_buf b = NQ_BUF_INIT;
	bool lowered;

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		nq_buf_reset(&b);
		nq_buf_adds(&b, caps[i].mark);
		lowered = nq_cap_apply(&b, cap);
		CHECK_STR(b.data, lowered ? caps[i].want : caps[i].mark);
		CHECK_ROW(lowered == (*caps[i].want != '\0'), caps[i].mark);
	}
	nq_buf_free(&b);
}

static void
takes_the_servers_clock(void)
{
	const struct nq_time started = {5, 6};
	struct nq_headers h = NQ_HEADERS_INIT;

	CHECK_INT(nq_cap_of(&h, started).sec, 5);
	nq_headers_add(&h, nq_str("Date: Thu, 28 May 2026 10:40:00 GMT"));
	CHECK_INT(nq_cap_of(&h, started).sec, 1779964799);
	nq_headers_add(&h, nq_str("Age: 60"));
	CHECK_INT(nq_cap_of(&h, started).sec, 1779964739);
	CHECK_INT(nq_cap_of(&h, started).atto, 0);
	nq_headers_free(&h);
}

static const struct unit_test tests[] = {
    {"parameters are added and set", changes_queries},
    {"a cap is written in the mark's form", caps_in_the_marks_own_form},
    {"the cap is the server's clock", takes_the_servers_clock},
    {NULL, NULL},
};

int
main(int argc, char **argv)
{
	return unit_main(argc, argv, tests);
}
