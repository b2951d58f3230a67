#include "unit.h"

#include "base/secret.h"
#include "http/cassette_form.h"
#include "http/cassette_mask.h"

/* In pieces of every size, the same comes out. */
static void
masked(const char *text, bool cut, const char *want)
{
	struct nq_cassette_mask m = NQ_CASSETTE_MASK_INIT;
	struct nq_buf out = NQ_BUF_INIT;
	size_t n = strlen(text), piece;

	for (size_t size = 1; size <= n; size++) {
		nq_buf_reset(&out);
		for (size_t at = 0; at < n; at += size) {
			piece = n - at < size ? n - at : size;
			nq_cassette_mask_add(&m, (struct nq_str){text + at, piece}, &out);
		}
		nq_cassette_mask_end(&m, cut, &out);
		CHECK_STR(out.data, want);
	}
	nq_buf_free(&out);
}

static void
masks_wherever_the_pieces_end(void)
{
	nq_secret_add(nq_str("s3cr/et"));
	nq_secret_add(nq_str("s3cr/et-and-more"));
	nq_secret_add(nq_str("and-then"));
	nq_secret_add(nq_str("12345678"));
	masked("nothing", false, "nothing");
	masked("a s3cr/et b", false, "a *** b");
	masked("s3cr/ets3cr/et", false, "******");
	masked("s3cr%2Fet s3cr%2fet s3cr\\/et", false, "*** *** ***");
	masked("s3cr/et-and-more", false, "***");
	masked("s3cr/et-and-moss", false, "***-and-moss");
	masked("s3cr/et-and-then", false, "***-***");
	masked("{\"n\":12345678}", false, "{\"n\":999}");
	masked("{\"n\":1234567}", false, "{\"n\":1234567}");
	nq_secret_forget();
}

static void
masks_overlaps_as_one(void)
{
	nq_secret_add(nq_str("abcdef"));
	nq_secret_add(nq_str("defghi"));
	nq_secret_add(nq_str("xxxx"));
	masked("-abcdefghi-", false, "-***-");
	masked("xxx xxxxxxx yxxxxy", false, "xxx *** y***y");
	nq_secret_forget();
}

static void
masks_half_a_secret_at_a_cut(void)
{
	nq_secret_add(nq_str("hunter2hunter2"));
	masked("-hunter2hunt", true, "-***");
	masked("-hun", true, "-hun");
	masked("-hunter2hunt", false, "-hunter2hunt");
	nq_secret_forget();
}

static void
reads_names_of_files(void)
{
	static const struct {
		const char *path;
		uint64_t n; /* 0: not one */
	} rows[] = {{"0001/request", 1}, {"./0012/body", 12}, {"a/b/10000/fault", 10000},
	    {"1/headers", 1}, {"0001/body~", 0}, {"x0001/body", 0}, {"/body", 0}, {"body", 0},
	    {"0001", 0}, {"99999999999999999/body", 0}};
	enum nq_cassette_part part;
	uint64_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = 0;
		if (!nq_cassette_parse_name(rows[i].path, &n, &part))
			n = 0;
		CHECK_ROW(n == rows[i].n, rows[i].path);
	}
}

static void
sent(const char *request, const char *want_line, const char *want_body)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_buf_addstr(&b, nq_cassette_line(nq_str(request)));
	CHECK_STR(b.data, want_line);
	nq_buf_reset(&b);
	nq_buf_addstr(&b, nq_cassette_sent(nq_str(request)));
	CHECK_STR(b.data, want_body);
	nq_buf_free(&b);
}

static void
reads_requests(void)
{
	sent("GET x\nA: b\n\n", "GET x", "");
	sent("POST x\nA: b\n\n{\"a\":\n\n1}\n", "POST x", "{\"a\":\n\n1}");
	sent("POST x\r\nA: b\r\n\r\n{}\r\n", "POST x", "{}");
	sent("GET x", "GET x", "");
	sent("", "", "");
}

static void
reads_faults(void)
{
	struct nq_err err = NQ_ERR_INIT;

	nq_cassette_get_fault(nq_str("temporary: cut off\n"), &err);
	CHECK_INT(err.status, NQ_TEMPFAIL);
	CHECK_STR(err.msg, "cut off");
	nq_cassette_get_fault(nq_str("final: no such host"), &err);
	CHECK_INT(err.status, NQ_FAIL);
	CHECK_STR(err.msg, "no such host");
	nq_cassette_get_fault(nq_str("what is this"), &err);
	CHECK_INT(err.status, NQ_FAIL);
	CHECK_STR(err.msg, "what is this");
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"masks wherever the pieces end", masks_wherever_the_pieces_end},
	    {"masks overlaps as one", masks_overlaps_as_one},
	    {"masks half a secret at a cut", masks_half_a_secret_at_a_cut},
	    {"reads names of files", reads_names_of_files},
	    {"reads requests", reads_requests},
	    {"reads faults", reads_faults},
	    {NULL, NULL},
	};

	return unit_main(argc, argv, tests);
}
