#include "json/edit.h"

#include "json/text.h"

/* How far the path leads into the document: the deepest value, and the steps that got there. */
static uint32_t
deepest(const struct nq_doc *d, const struct nq_path *p, size_t *steps)
{
	struct nq_path prefix = *p;
	uint32_t at = 0, next;

	for (*steps = 0; *steps < p->n; ++*steps) {
		prefix.n = *steps + 1;
		next = nq_path_find(&prefix, d, 0);
		if (next == NQ_NONE)
			break;
		at = next;
	}
	return at;
}

/* {"a":{"b":VALUE}} for the steps that do not exist yet, without the outermost braces. */
static int
add_members(
    const struct nq_path *p, size_t from, struct nq_str raw, struct nq_buf *out, struct nq_err *err)
{
	for (size_t i = from; i < p->n; i++) {
		if (p->step[i].key.p == NULL)
			return nq_err_set(err, NQ_USAGE, "the body has no item [%lld] to set",
			    (long long)p->step[i].index);
		nq_buf_adds(out, i > from ? "{" : "");
		nq_text_quote(out, p->step[i].key);
		nq_buf_addc(out, ':');
	}
	nq_buf_addstr(out, raw);
	for (size_t i = from + 1; i < p->n; i++)
		nq_buf_addc(out, '}');
	return 0;
}

int
nq_edit_set(const struct nq_doc *d, const struct nq_path *p, struct nq_str raw, struct nq_buf *out,
    struct nq_err *err)
{
	size_t steps;
	uint32_t at = deepest(d, p, &steps);
	size_t start = d->tok[at].off, end = start + d->tok[at].len;

	if (steps == p->n) {
		nq_buf_add(out, d->text, start);
		nq_buf_addstr(out, raw);
		nq_buf_add(out, d->text + end, d->len - end);
		return 0;
	}
	if (nq_doc_type(d, at) != NQ_OBJECT)
		return nq_err_set(err, NQ_USAGE, "the path does not fit the body");
	nq_buf_add(out, d->text, end - 1);
	nq_buf_adds(out, d->tok[at].n > 0 ? "," : "");
	if (add_members(p, steps, raw, out, err) == -1)
		return -1;
	nq_buf_add(out, d->text + end - 1, d->len - end + 1);
	return 0;
}
