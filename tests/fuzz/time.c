#include "fuzz.h"

#include "base/cli.h"
#include "base/time.h"

/* What is read as an instant is the same instant in its canonical spelling. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct nq_buf text = NQ_BUF_INIT, again = NQ_BUF_INIT;
	struct nq_time t, u;
	int64_t sec;
	int naive;

	nq_buf_addstr(&text, fuzz_str(data, n));
	nq_time_parse_http(nq_buf_str(&text), &sec);
	nq_cli_duration(text.data, &sec);
	if (nq_time_parse(fuzz_str(data, n), &t, &naive) == 0) {
		must(t.atto < NQ_ATTO_PER_SEC);
		nq_time_format(t, &again);
		/* an offset can lead out of the years that have four digits */
		if (again.len > 4 && again.data[4] == '-' && again.data[0] != '-') {
			must(nq_time_parse(nq_buf_str(&again), &u, NULL) == 0);
			must(nq_time_cmp(t, u) == 0);
		}
	}
	nq_buf_free(&text);
	nq_buf_free(&again);
	return 0;
}
