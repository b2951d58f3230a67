#include "map/test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "map/diff.h"

/* The members of a line; NQ_NONE where missing. */
struct pair {
	uint32_t name, input, output, reject;
};

/* === one line =============================================================================== */

static int
wrong(const struct nq_test *t, struct nq_err *err)
{
	err->status = NQ_USAGE;
	return nq_err_at(err, "%s:%llu: ", t->path, (unsigned long long)t->lines.number);
}

static int
take_member(const struct nq_test *t, uint32_t key, struct pair *p, struct nq_err *err)
{
	static const char *const names[] = {"name", "input", "output", "reject", NULL};
	uint32_t *const places[] = {&p->name, &p->input, &p->output, &p->reject};
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str text = {"", 0};
	const char *near;

	for (size_t i = 0; names[i] != NULL; i++) {
		if (!nq_doc_key_is(&t->doc, key, nq_str(names[i])))
			continue;
		if (*places[i] != NQ_NONE)
			return nq_err_set(err, NQ_USAGE, "'%s' stands twice", names[i]);
		*places[i] = key + 1;
		return 0;
	}
	if (nq_doc_string(&t->doc, key, &scratch, &text) == 0 && text.p != scratch.data)
		nq_buf_addstr(&scratch, text);
	near = nq_str_nearest(scratch.data, names);
	nq_err_set(err, NQ_USAGE, "unknown member '%s'%s%s%s", scratch.data,
	    near != NULL ? ", did you mean '" : "", near != NULL ? near : "",
	    near != NULL ? "'?" : "");
	nq_buf_free(&scratch);
	return -1;
}

static int
check_pair(const struct nq_test *t, const struct pair *p, struct nq_err *err)
{
	enum nq_type output = nq_doc_type(&t->doc, p->output);

	if (nq_doc_type(&t->doc, p->input) != NQ_OBJECT)
		return nq_err_set(err, NQ_USAGE, "'input' must be a record, an object");
	if ((p->output == NQ_NONE) == (p->reject == NQ_NONE))
		return nq_err_set(
		    err, NQ_USAGE, "one of 'output' and 'reject' must say what is expected");
	if (p->output != NQ_NONE && output != NQ_OBJECT && output != NQ_ARRAY)
		return nq_err_set(
		    err, NQ_USAGE, "'output' must be a record or an array of records");
	if (p->reject != NQ_NONE && nq_doc_type(&t->doc, p->reject) != NQ_STRING)
		return nq_err_set(err, NQ_USAGE, "'reject' must be a text of the reason");
	return 0;
}

static int
read_pair(struct nq_test *t, struct nq_str line, struct pair *p, struct nq_err *err)
{
	const struct nq_tok *tok;

	*p = (struct pair){NQ_NONE, NQ_NONE, NQ_NONE, NQ_NONE};
	if (nq_doc_parse(&t->doc, line, err) == -1)
		return -1;
	tok = t->doc.tok;
	if (tok[0].type != NQ_OBJECT)
		return nq_err_set(
		    err, NQ_USAGE, "a test must be an object: {\"input\": {…}, \"output\": {…}}");
	for (uint32_t k = 1; k < tok[0].next; k = tok[k + 1].next)
		if (take_member(t, k, p, err) == -1)
			return -1;
	return check_pair(t, p, err);
}

/* === what came out ========================================================================== */

/* t->out has the lines. 0, or -1 with the reason of a reject. */
static int
map_input(struct nq_test *t, uint32_t input, struct nq_err *why)
{
	uint64_t written;

	nq_buf_reset(&t->out);
	return nq_mapper_record(&t->mapper, &t->doc, input, &t->out, &written, why) == -1 ? -1 : 0;
}

/* The lines as one array, to be compared with an array. */
static int
parse_output(struct nq_test *t, struct nq_err *why)
{
	for (size_t i = 0; i < t->out.len; i++)
		if (t->out.data[i] == '\n')
			t->out.data[i] = i + 1 < t->out.len ? ',' : ']';
	nq_buf_adds(&t->out, t->out.len == 0 ? "[]" : "");
	return nq_doc_parse(&t->made, nq_buf_str(&t->out), why);
}

/* Adds what is wrong with the output to the report; nothing when it is right. */
static void
compare(struct nq_test *t, uint32_t output)
{
	struct nq_diff d = {&t->doc, &t->made, "  ", t->report, NQ_BUF_INIT, 0};
	uint32_t n;

	if (nq_doc_type(&t->doc, output) == NQ_ARRAY) {
		nq_diff(&d, output, 0);
		return;
	}
	n = t->made.tok[0].n;
	if (n == 1)
		nq_diff(&d, output, 1);
	else
		nq_buf_addf(t->report, "  expected one record, got %s%.*s\n",
		    n == 0 ? "none: the mapping skips it" : "",
		    n == 0 ? 0 : (int)t->made.tok[0].len, t->out.data);
}

static void
expect_output(struct nq_test *t, const struct pair *p)
{
	struct nq_err why = NQ_ERR_INIT;
	struct nq_buf open = NQ_BUF_INIT;

	if (map_input(t, p->input, &why) == -1) {
		nq_buf_addf(t->report, "  rejected: %s\n", why.msg);
		return;
	}
	nq_buf_adds(&open, t->out.len > 0 ? "[" : "");
	nq_buf_addstr(&open, nq_buf_str(&t->out));
	nq_buf_free(&t->out);
	t->out = open;
	if (parse_output(t, &why) == -1)
		nq_buf_addf(t->report, "  the output is no JSON: %s\n", why.msg);
	else
		compare(t, p->output);
}

static void
expect_reject(struct nq_test *t, const struct pair *p)
{
	struct nq_err why = NQ_ERR_INIT;
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str text;

	if (map_input(t, p->input, &why) == 0)
		nq_buf_addf(t->report, "  expected a reject, got %s%s",
		    t->out.len > 0 ? t->out.data : "no record: the mapping skips it",
		    t->out.len > 0 ? "" : "\n");
	else if (nq_doc_string(&t->doc, p->reject, &scratch, &text) == -1 ||
		 nq_str_find(nq_str(why.msg), 0, text) == NULL)
		nq_buf_addf(t->report, "  expected the reject %.*s, got: %s\n",
		    (int)nq_doc_raw(&t->doc, p->reject).n, nq_doc_raw(&t->doc, p->reject).p,
		    why.msg);
	nq_buf_free(&scratch);
}

/* === the file =============================================================================== */

static void
add_title(struct nq_test *t, const struct pair *p)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str name;

	nq_buf_addf(t->report, "failed: %s:%llu", t->path, (unsigned long long)t->lines.number);
	if (nq_doc_type(&t->doc, p->name) == NQ_STRING &&
	    nq_doc_string(&t->doc, p->name, &scratch, &name) == 0) {
		nq_buf_adds(t->report, ": ");
		nq_buf_addstr(t->report, name);
	}
	nq_buf_addc(t->report, '\n');
	nq_buf_free(&scratch);
}

static void
run_pair(struct nq_test *t, const struct pair *p)
{
	size_t start = t->report->len, title;

	add_title(t, p);
	title = t->report->len;
	if (p->output != NQ_NONE)
		expect_output(t, p);
	else
		expect_reject(t, p);
	if (t->report->len > title) {
		t->failed++;
		return;
	}
	t->passed++;
	nq_buf_cut(t->report, start);
}

static int
run_all(struct nq_test *t, struct nq_err *err)
{
	struct nq_str line;
	struct pair p;
	int rc;

	while ((rc = nq_lines_next(&t->lines, &line, err)) == 1) {
		if (read_pair(t, line, &p, err) == -1)
			return wrong(t, err);
		run_pair(t, &p);
	}
	if (rc == -1)
		return wrong(t, err);
	if (t->passed + t->failed == 0)
		return nq_err_set(err, NQ_USAGE, "'%s' holds no test", t->path);
	nq_buf_addf(t->report, "%u passed, %u failed\n", t->passed, t->failed);
	return t->failed > 0;
}

int
nq_test_run(struct nq_test *t, const char *path, struct nq_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd == -1)
		return nq_err_set(err, NQ_USAGE, "cannot open '%s':", path);
	t->path = path;
	t->out = (struct nq_buf)NQ_BUF_INIT;
	nq_lines_init(&t->lines, fd, t->max_line);
	nq_doc_init(&t->doc);
	nq_doc_init(&t->made);
	nq_mapper_init(&t->mapper, t->prog, t->schema, t->max_line);
	rc = run_all(t, err);
	nq_mapper_free(&t->mapper);
	nq_doc_free(&t->made);
	nq_doc_free(&t->doc);
	nq_lines_free(&t->lines);
	nq_buf_free(&t->out);
	close(fd);
	return rc;
}
