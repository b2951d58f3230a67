#include "unit.h"

#include <unistd.h>

#include "base/io.h"
#include "base/ref.h"
#include "base/secret.h"

static struct nq_refs refs;

static int
get_config(void *ctx, struct nq_str name, struct nq_buf *out)
{
	(void)ctx;
	if (nq_str_is(name, "page"))
		nq_buf_adds(out, "200");
	return nq_str_is(name, "page") || nq_str_is(name, "blank") ? 0 : -1;
}

static int
get_secret(void *ctx, struct nq_str name, struct nq_buf *out)
{
	(void)ctx;
	(void)name;
	nq_buf_adds(out, "s3cret value");
	return 0;
}

static void
gives(enum nq_ref_enc enc, const char *text, const char *want, bool secret)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	bool hidden = false;

	CHECK_ROW(nq_ref_expand(&refs, nq_str(text), "here", enc, &b, &hidden, &err) == 0, err.msg);
	CHECK_STR(b.data, want);
	CHECK_ROW(hidden == secret, text);
	nq_buf_free(&b);
}

static void
fails(const char *text, const char *want)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	CHECK_ROW(
	    nq_ref_expand(&refs, nq_str(text), "here", NQ_REF_RAW, &b, NULL, &err) == -1, text);
	CHECK_INT(err.status, NQ_USAGE);
	CHECK_STR(err.msg, want);
	nq_buf_free(&b);
}

static void
fills_in_each_kind(void)
{
	gives(NQ_REF_RAW, "plain $ {x} $x }", "plain $ {x} $x }", false);
	gives(NQ_REF_RAW, "", "", false);
	gives(NQ_REF_RAW, "a ${NQ_UNIT} b", "a from env b", true);
	gives(NQ_REF_RAW, "${var.since}", "2026-05-16T10:00:00+02:00", false);
	gives(NQ_REF_RAW, "${config.page}${config.page}", "200200", false);
	gives(NQ_REF_RAW, "${config.page} ${secrets.any}", "200 s3cret value", true);
	gives(NQ_REF_RAW, "$${NQ_UNIT} $$${config.page}", "${NQ_UNIT} $${config.page}", false);
}

static void
later_variables_win(void)
{
	gives(NQ_REF_RAW, "${var.twice}", "second", false);
	gives(NQ_REF_RAW, "${var.eq}", "a=b", false);
}

static void
encodes_values_in_urls(void)
{
	gives(NQ_REF_URL, "http://x/?s=${var.since}&t=${secrets.x}",
	    "http://x/?s=2026-05-16T10%3A00%3A00%2B02%3A00&t=s3cret%20value", true);
	gives(NQ_REF_URL, "${var.base}/a/${var.base}", "http://h/p/a/http%3A%2F%2Fh%2Fp", false);
}

static void
reads_files(void)
{
	static const char *const rows[][2] = {{"secret\n", "secret"}, {"secret\r\n", "secret"},
	    {"secret\n\n", "secret\n"}, {"secret", "secret"}, {"two\nlines\n", "two\nlines"},
	    {"cr\r", "cr\r"}};
	char path[] = "/tmp/nq-unit-ref-XXXXXX";
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	int fd = mkstemp(path);

	close(fd);
	nq_buf_addf(&text, "${file:%s}", path);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK_INT(nq_io_replace_file(path, nq_str(rows[i][0]), 0600, &err), 0);
		gives(NQ_REF_RAW, text.data, rows[i][1], true);
	}
	unlink(path);
	nq_buf_free(&text);
	fails("${file:/nowhere/at/all}",
	    "here: cannot open '/nowhere/at/all': No such file or directory");
	fails("${file:/dev/null}", "here: '${file:/dev/null}' is empty in its file");
}

static void
reads_an_env_file(void)
{
	static const char env[] = "# comment\n\n  PLAIN=one\nexport EXPORTED = two words \n"
				  "QUOTED=\"three # not a comment\"\nSINGLE='four'\nEMPTY=\n"
				  "NQ_UNIT=hidden by the environment\n#PLAIN=no\n"
				  "NOTE=five # a comment\nHASH=a#b\nONLY= # a comment\n"
				  "QNOTE=\"six # seven\" # a comment\nINNER='it's' # a comment\n"
				  "TAIL=\"a\"b\r\nLAST='a\"";

	nq_buf_adds(&refs.env_file, env);
	gives(NQ_REF_RAW, "${PLAIN}", "one", true);
	gives(NQ_REF_RAW, "${EXPORTED}", "two words", true);
	gives(NQ_REF_RAW, "${QUOTED}", "three # not a comment", true);
	gives(NQ_REF_RAW, "${SINGLE}", "four", true);
	gives(NQ_REF_RAW, "${NQ_UNIT}", "from env", true);
	gives(NQ_REF_RAW, "${LAST}", "'a\"", true);
	gives(NQ_REF_RAW, "${NOTE}", "five", true);
	gives(NQ_REF_RAW, "${HASH}", "a#b", true);
	gives(NQ_REF_RAW, "${QNOTE}", "six # seven", true);
	gives(NQ_REF_RAW, "${INNER}", "it's", true);
	gives(NQ_REF_RAW, "${TAIL}", "\"a\"b", true);
	fails("${ONLY}", "here: '${ONLY}' is empty in the environment");
	fails("${EMPTY}", "here: '${EMPTY}' is empty in the environment");
	nq_buf_reset(&refs.env_file);
}

static void
tells_what_is_missing(void)
{
	fails("${NQ_NOT_THERE}", "here: '${NQ_NOT_THERE}' is not set in the environment");
	fails("${var.none}", "here: '${var.none}' is not set in --var");
	fails("${var.empty}", "here: '${var.empty}' is empty in --var");
	fails("${config.none}", "here: '${config.none}' is not set in the settings");
	fails("${config.blank}", "here: '${config.blank}' is empty in the settings");
	fails("${other.x}", "here: '${other.x}' is not set in the settings");
	fails("a ${open", "here: a reference is written ${NAME}; for a plain '${' write '$${'");
	fails("a ${} b", "here: a reference is written ${NAME}; for a plain '${' write '$${'");
}

/* A name may come out of a file that holds NULs; it must not be compared beyond its variable. */
static void
takes_names_as_they_are(void)
{
	struct nq_str text = {"${var.x\0yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy}", 56};
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	char *tight = strdup("x");

	nq_list_add(&refs.vars, tight);
	CHECK_INT(nq_ref_expand(&refs, text, "here", NQ_REF_RAW, &b, NULL, &err), -1);
	refs.vars.n--;
	free(tight);
	text = (struct nq_str){"${NQ_UNIT\0x}", 12};
	CHECK_INT(nq_ref_expand(&refs, text, "here", NQ_REF_RAW, &b, NULL, &err), -1);
	nq_buf_free(&b);
}

static void
registers_secrets(void)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_secret_forget();
	nq_buf_adds(&b, "from env, 2026-05-16T10:00:00+02:00");
	gives(NQ_REF_RAW, "${NQ_UNIT}${var.since}", "from env2026-05-16T10:00:00+02:00", true);
	nq_secret_redact(&b);
	CHECK_STR(b.data, "***, 2026-05-16T10:00:00+02:00");
	nq_buf_free(&b);
	nq_secret_forget();
}

static void
sees_references(void)
{
	CHECK(nq_ref_present(nq_str("a${b}")));
	CHECK(!nq_ref_present(nq_str("a$b{}")));
	CHECK(!nq_ref_present(nq_str("")));
}

int
main(int argc, char **argv)
{
	static const struct unit_test tests[] = {
	    {"fills in each kind", fills_in_each_kind},
	    {"later variables win", later_variables_win},
	    {"encodes values in URLs", encodes_values_in_urls},
	    {"reads files", reads_files},
	    {"reads an env file", reads_an_env_file},
	    {"tells what is missing", tells_what_is_missing},
	    {"takes names as they are", takes_names_as_they_are},
	    {"registers secrets", registers_secrets},
	    {"sees references", sees_references},
	    {NULL, NULL},
	};
	int rc;

	setenv("NQ_UNIT", "from env", 1);
	nq_buf_free(&refs.env_file);
	nq_list_add(&refs.vars, "since=2026-05-16T10:00:00+02:00");
	nq_list_add(&refs.vars, "twice=first");
	nq_list_add(&refs.vars, "twice=second");
	nq_list_add(&refs.vars, "empty=");
	nq_list_add(&refs.vars, "eq=a=b");
	nq_list_add(&refs.vars, "base=http://h/p");
	nq_refs_add_bag(&refs, (struct nq_ref_bag){"config", false, get_config, NULL});
	nq_refs_add_bag(&refs, (struct nq_ref_bag){"secrets", true, get_secret, NULL});
	rc = unit_main(argc, argv, tests);
	nq_refs_free(&refs);
	nq_secret_forget();
	return rc;
}
