#include "fetch/each.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "json/path.h"

static const char open_ref[] = "${record.";

enum { NAMES_SHOWN = 20 };

/* === references to the parent =============================================================== */

/* What ".a.b" leads to; a name that is no such path is that of a member. */
static uint32_t
find(const struct nq_doc *d, struct nq_str name)
{
	struct nq_err err = NQ_ERR_INIT;
	struct nq_buf text = NQ_BUF_INIT;
	struct nq_path path;
	uint32_t at;

	nq_buf_adds(&text, ".");
	nq_buf_addstr(&text, name);
	if (nq_path_parse(&path, nq_buf_str(&text), &err) == 0) {
		at = nq_path_find(&path, d, 0);
		nq_path_free(&path);
	} else {
		at = nq_doc_get(d, 0, name);
	}
	nq_buf_free(&text);
	return at;
}

/* The keys of the parent, by name only: its values are nobody's business. */
static void
add_names(const struct nq_doc *d, struct nq_err *err)
{
	uint32_t key = 1, n = d->tok[0].n;

	nq_err_add(err, n > 0 ? "; the record has" : "; the record is empty");
	for (uint32_t i = 0; i < n && i < NAMES_SHOWN; i++) {
		nq_err_add(err, "%s %.*s", i > 0 ? "," : "", (int)d->tok[key].len - 2,
		    nq_doc_raw(d, key).p + 1);
		key = d->tok[key + 1].next;
	}
	if (n > NAMES_SHOWN)
		nq_err_add(err, ", …");
}

static int
no_value(struct nq_each *e, struct nq_str name, const char *what)
{
	nq_err_set(&e->why, NQ_FAIL, "line %" PRIu64 ": '%s%.*s}' is %s", e->lines.number, open_ref,
	    (int)name.n, name.p, what);
	add_names(&e->doc, &e->why);
	return -1;
}

static int
get(void *ctx, struct nq_str name, struct nq_buf *out)
{
	static const char *const kinds[] = {[NQ_ABSENT] = "not there",
	    [NQ_NULL] = "null",
	    [NQ_ARRAY] = "a list",
	    [NQ_OBJECT] = "an object"};
	struct nq_each *e = ctx;
	uint32_t at = find(&e->doc, name);
	enum nq_type type = nq_doc_type(&e->doc, at);
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str text;
	int rc = 0;

	if (type == NQ_ABSENT || type == NQ_NULL || type == NQ_ARRAY || type == NQ_OBJECT)
		return no_value(e, name, kinds[type]);
	text = nq_doc_raw(&e->doc, at);
	if (type == NQ_STRING && nq_doc_string(&e->doc, at, &scratch, &text) == -1)
		rc = no_value(e, name, "no valid text (a lone surrogate)");
	else if (text.n == 0)
		rc = no_value(e, name, "empty");
	else
		nq_buf_addstr(out, text);
	nq_buf_free(&scratch);
	return rc;
}

/* The first reference to a parent; "$${" is none. */
static const char *
first_ref(const char *s)
{
	const char *at = s;

	while ((at = strstr(at, open_ref)) != NULL && at > s && at[-1] == '$')
		at++;
	return at;
}

int
nq_each_base(const char *operand, const struct nq_refs *refs, struct nq_buf *base, bool *secret,
    struct nq_err *err)
{
	const char *ref = first_ref(operand), *host;
	size_t n = ref != NULL ? (size_t)(ref - operand) : strlen(operand);

	if (nq_ref_expand(
		refs, (struct nq_str){operand, n}, "URL", NQ_REF_URL, base, secret, err) == -1)
		return -1;
	host = strstr(base->data, "://");
	if (ref == NULL || (host != NULL && host[3 + strcspn(host + 3, "/?#")] != '\0'))
		return 0;
	return nq_err_set(err, NQ_USAGE,
	    "--each: scheme and host must stand before the first reference to a record: "
	    "https://api.example.com/orders/${record.id}/items");
}

/* "." and ".." are not encoded, and would be taken for steps to other places. */
static bool
has_dots(const char *url)
{
	const char *p = strstr(url, "://"), *end;

	p = p != NULL ? p + 3 : url;
	for (p += strcspn(p, "/?#"); *p == '/'; p = end) {
		p++;
		end = p + strcspn(p, "/?#");
		if ((end - p == 1 || end - p == 2) && strspn(p, ".") >= (size_t)(end - p))
			return true;
	}
	return false;
}

int
nq_each_check(const struct nq_each *e, int rc, const char *url, struct nq_err *err)
{
	if (rc == -1 && e->why.status != NQ_OK)
		*err = e->why;
	if (rc == -1)
		return -1;
	if (has_dots(url))
		return nq_err_set(err, NQ_FAIL,
		    "line %" PRIu64 ": a path with the step '.' or '..' leads elsewhere",
		    e->lines.number);
	return 0;
}

/* === the parents ============================================================================ */

int
nq_each_open(struct nq_each *e, struct nq_refs *refs, const struct nq_list *keep, size_t max_line,
    FILE *out, struct nq_err *err)
{
	memset(e, 0, sizeof(*e));
	nq_lines_init(&e->lines, STDIN_FILENO, max_line);
	nq_doc_init(&e->doc);
	nq_tally_init(&e->tally);
	nq_refs_add_bag(refs, (struct nq_ref_bag){"record", false, get, e});
	return nq_each_keep_open(&e->keep, keep, max_line, out, err);
}

void
nq_each_free(struct nq_each *e)
{
	nq_lines_free(&e->lines);
	nq_doc_free(&e->doc);
	nq_tally_free(&e->tally);
	nq_each_keep_free(&e->keep);
}

/* 1: a parent; 0: a control line, which goes no further. */
static int
take_line(struct nq_each *e, struct nq_str line, struct nq_err *err)
{
	if (nq_doc_parse(&e->doc, line, err) == -1)
		return -1;
	if (nq_doc_type(&e->doc, 0) != NQ_OBJECT)
		return nq_err_set(err, NQ_FAIL, "a record must be an object");
	e->control = nq_doc_get(&e->doc, 0, nq_str("_nq")) != NQ_NONE;
	return !e->control;
}

static int
take_control(struct nq_each *e, struct nq_err *err)
{
	struct nq_mark m;
	int rc;

	e->control = false;
	nq_mark_init(&m);
	rc = nq_mark_read(&e->doc, &m, err);
	if (rc == 1)
		rc = nq_tally_mark(&e->tally, &m, err);
	nq_mark_free(&m);
	return rc == -1 ? nq_err_at(err, "line %" PRIu64 ": ", e->lines.number) : 0;
}

int
nq_each_next(struct nq_each *e, bool idle, struct nq_err *err)
{
	struct nq_str line;
	int rc = 0;

	while (rc == 0) {
		if (e->control && !idle)
			return 2;
		if (e->control && take_control(e, err) == -1)
			return -1;
		rc = nq_lines_next(&e->lines, &line, err);
		if (rc == 0)
			return nq_tally_finish(&e->tally, false, err);
		if (rc == -1)
			return -1;
		rc = take_line(e, line, err);
		if (rc == -1)
			return nq_err_at(err, "line %" PRIu64 ": ", e->lines.number);
	}
	e->tally.open++;
	e->parents++;
	return 1;
}

bool
nq_each_ready(const struct nq_each *e)
{
	struct pollfd fd = {.fd = e->lines.fd, .events = POLLIN};

	return e->control || nq_lines_ready(&e->lines) || poll(&fd, 1, 0) == 1;
}

/* === the whole ============================================================================== */

int
nq_each_conclude(struct nq_pull *sum, struct nq_err *err)
{
	sum->reason = sum->limited ? "the limit that was asked for" : "all parents read";
	return nq_pull_conclude(sum, err);
}

bool
nq_each_marked(const struct nq_each *e)
{
	return e->tally.segments > 0 || e->tally.failed != 0;
}
