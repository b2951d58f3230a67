#define _GNU_SOURCE /* fopencookie(3) */
#include "fetch/each_keep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "json/text.h"

enum { STREAM_BUFFER = 64 << 10 };

/* === the options ============================================================================ */

static int
taken(const struct nq_each_keep *k, struct nq_str name, struct nq_err *err)
{
	if (nq_str_is(name, "_nq"))
		return nq_err_set(
		    err, NQ_USAGE, "--keep: the member '_nq' is reserved for control lines");
	for (size_t i = 0; i < k->n; i++)
		if (nq_str_eq(k->kept[i].name, name))
			return nq_err_set(err, NQ_USAGE, "--keep: the name '%.*s' is given twice",
			    (int)name.n, name.p);
	return 0;
}

static int
add(struct nq_each_keep *k, const char *text, struct nq_err *err)
{
	const char *eq = strrchr(text, '=');
	struct nq_str name;

	if (eq == NULL || eq == text || eq[1] == '\0')
		return nq_err_set(
		    err, NQ_USAGE, "--keep: write PATH=NAME (.id=order_id), not '%s'", text);
	name = nq_str(eq + 1);
	if (taken(k, name, err) == -1)
		return -1;
	if (nq_path_parse(&k->kept[k->n].path, (struct nq_str){text, (size_t)(eq - text)}, err) ==
	    -1)
		return nq_err_at(err, "--keep: ");
	k->kept[k->n++].name = name;
	return 0;
}

/* === the lines ============================================================================== */

static int
check(struct nq_each_keep *k, struct nq_str line)
{
	if (nq_doc_parse(&k->child, line, &k->why) == -1)
		return -1;
	for (size_t i = 0; i < k->n; i++)
		if (nq_doc_get(&k->child, 0, k->kept[i].name) != NQ_NONE)
			return nq_err_set(&k->why, NQ_FAIL,
			    "record %" PRIu64 " has a member '%.*s' already (--keep)", k->lines,
			    (int)k->kept[i].name.n, k->kept[i].name.p);
	if (line.n + k->members.len + 1 > k->max_line)
		return nq_err_set(&k->why, NQ_FAIL,
		    "record %" PRIu64
		    " is larger than %zu bytes with what --keep adds (--max-line raises the limit)",
		    k->lines, k->max_line);
	return 0;
}

/* The line ends in the brace: what comes in is a slice of an object. */
static int
splice(struct nq_each_keep *k, struct nq_str line)
{
	k->lines++;
	if (check(k, line) == -1)
		return -1;
	nq_buf_add(&k->made, line.p, line.n - 1);
	nq_buf_adds(&k->made, k->child.tok[0].n > 0 ? "," : "");
	nq_buf_addstr(&k->made, nq_buf_str(&k->members));
	nq_buf_adds(&k->made, "}\n");
	return 0;
}

static int
splice_all(struct nq_each_keep *k, const char *text, size_t n)
{
	const char *end = text + n, *nl;

	for (; (nl = memchr(text, '\n', (size_t)(end - text))) != NULL; text = nl + 1) {
		struct nq_str line = {text, (size_t)(nl - text)};

		if (k->rest.len > 0) {
			nq_buf_addstr(&k->rest, line);
			line = nq_buf_str(&k->rest);
		}
		if (splice(k, line) == -1)
			return -1;
		nq_buf_reset(&k->rest);
	}
	nq_buf_add(&k->rest, text, (size_t)(end - text));
	return 0;
}

/* 0 is how such a function fails. What stdio tries again after that comes to nothing. */
static ssize_t
take(void *ctx, const char *text, size_t n)
{
	struct nq_each_keep *k = ctx;
	int rc;

	if (k->why.status != NQ_OK)
		return 0;
	nq_buf_reset(&k->made);
	rc = splice_all(k, text, n);
	if (fwrite(k->made.data, 1, k->made.len, k->to) != k->made.len || fflush(k->to) == EOF)
		rc = nq_err_set(&k->why, NQ_FAIL, "cannot write standard output:");
	return rc == 0 ? (ssize_t)n : 0;
}

/* === from outside =========================================================================== */

int
nq_each_keep_open(struct nq_each_keep *k, const struct nq_list *list, size_t max_line, FILE *to,
    struct nq_err *err)
{
	const cookie_io_functions_t io = {.write = take};

	memset(k, 0, sizeof(*k));
	k->members = k->rest = k->made = (struct nq_buf)NQ_BUF_INIT;
	k->max_line = max_line;
	k->to = to;
	nq_doc_init(&k->child);
	k->kept = nq_calloc(list->n + 1, sizeof(*k->kept));
	for (size_t i = 0; i < list->n; i++)
		if (add(k, list->v[i], err) == -1)
			return -1;
	if (k->n == 0)
		return 0;
	k->stream = fopencookie(k, "w", io);
	if (k->stream == NULL)
		return nq_err_set(err, NQ_FAIL, "cannot open a stream:");
	setvbuf(k->stream, NULL, _IOFBF, STREAM_BUFFER);
	return 0;
}

void
nq_each_keep_free(struct nq_each_keep *k)
{
	if (k->stream != NULL)
		fclose(k->stream);
	for (size_t i = 0; i < k->n; i++)
		nq_path_free(&k->kept[i].path);
	free(k->kept);
	nq_buf_free(&k->members);
	nq_buf_free(&k->rest);
	nq_buf_free(&k->made);
	nq_doc_free(&k->child);
}

void
nq_each_keep_read(const struct nq_each_keep *k, const struct nq_doc *parent, struct nq_buf *members)
{
	uint32_t at;

	for (size_t i = 0; i < k->n; i++) {
		at = nq_path_find(&k->kept[i].path, parent, 0);
		nq_buf_adds(members, i > 0 ? "," : "");
		nq_text_quote(members, k->kept[i].name);
		nq_buf_addc(members, ':');
		nq_buf_addstr(members, at != NQ_NONE ? nq_doc_raw(parent, at) : nq_str("null"));
	}
}

void
nq_each_keep_use(struct nq_each_keep *k, const struct nq_buf *members)
{
	nq_buf_reset(&k->members);
	nq_buf_addstr(&k->members, nq_buf_str(members));
	k->lines = 0;
}

FILE *
nq_each_keep_stream(const struct nq_each_keep *k)
{
	return k->n > 0 ? k->stream : k->to;
}
