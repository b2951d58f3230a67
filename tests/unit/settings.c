#include "unit.h"

#include <unistd.h>

#include "base/io.h"
#include "base/secret.h"
#include "json/settings.h"

static char path[] = "/tmp/nq-unit-settings-XXXXXX";

static void
write_settings(const char *text)
{
	struct nq_err err = NQ_ERR_INIT;

	CHECK_ROW(nq_io_replace_file(path, nq_str(text), 0600, &err) == 0, err.msg);
}

static void
expands(const struct nq_refs *refs, const char *text, const char *want)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	int rc = nq_ref_expand(refs, nq_str(text), "here", NQ_REF_RAW, &b, NULL, &err);

	CHECK_STR(rc == 0 ? b.data : err.msg, want);
	nq_buf_free(&b);
}

static void
gives_its_bags(void)
{
	struct nq_refs refs = {.env_file = NQ_BUF_INIT};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf log = NQ_BUF_INIT;
	struct nq_settings s;

	write_settings(
	    "{\"customer_number\":\"10000001\",\"secrets\":{\"t\":\"s3cr\\u0065t\",\"pin\":90210},"
	    "\"config\":{\"size\":200,\"on\":true,\"e\":\"\",\"o\":{},\"n\":null,"
	    "\"big\":100000000000000000001},\"job_params\":{\"lookback_days\":7}}");
	nq_settings_init(&s);
	CHECK_ROW(nq_settings_open(&s, path, &refs, &err) == 0, err.msg);
	expands(&refs, "${secrets.t}", "s3cret");
	expands(&refs, "${secrets.pin}", "90210");
	expands(
	    &refs, "${config.size} ${config.on} ${config.big}", "200 true 100000000000000000001");
	expands(&refs, "${job_params.lookback_days}", "7");
	expands(&refs, "${settings.customer_number}", "10000001");
	expands(&refs, "${config.e}", "here: '${config.e}' is empty in the settings");
	expands(&refs, "${config.o}", "here: '${config.o}' is not set in the settings");
	expands(&refs, "${config.n}", "here: '${config.n}' is not set in the settings");
	expands(&refs, "${config.t}", "here: '${config.t}' is not set in the settings");
	expands(
	    &refs, "${settings.secrets}", "here: '${settings.secrets}' is not set in the settings");
	nq_buf_adds(&log, "s3cret 90210 200");
	nq_secret_redact(&log);
	CHECK_STR(log.data, "*** *** 200");
	nq_buf_free(&log);
	nq_secret_forget();
	nq_settings_free(&s);
}

static void
refuses_other_files(void)
{
	static const char *const rows[][2] = {{"[]", ": the settings are not a JSON object"},
	    {"{\"secrets\":{\"t\":hunter2}}", ": byte 17: not JSON: invalid char in json text"},
	    {"", ": byte 1: not JSON: premature EOF"}};
	struct nq_refs refs = {.env_file = NQ_BUF_INIT};
	struct nq_err err = NQ_ERR_INIT;
	struct nq_settings s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_settings(rows[i][0]);
		nq_settings_init(&s);
		CHECK_INT(nq_settings_open(&s, path, &refs, &err), -1);
		CHECK_INT(err.status, NQ_USAGE);
		CHECK(strncmp(err.msg, path, strlen(path)) == 0);
		CHECK_STR(err.msg + strlen(path), rows[i][1]);
		nq_settings_free(&s);
		CHECK_INT(refs.nbags, 0);
	}
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"gives its bags", gives_its_bags},
	    {"refuses other files", refuses_other_files},
	    {NULL, NULL},
	};
	int fd = mkstemp(path), rc;

	close(fd);
	rc = unit_main(argc, argv, tests);
	unlink(path);
	return rc;
}
