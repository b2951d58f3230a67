#include "map/ready.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "map/eval.h"
#include "map/types.h"

void
nq_ready_free(struct nq_ready *r)
{
	if (r->pattern != NULL)
		nq_pattern_close(r->pattern);
	if (r->table != NULL)
		nq_lookup_free(r->table);
	free(r->pattern);
	free(r->table);
	*r = (struct nq_ready){NULL, NULL};
}

/* Whether nothing of the record is in the expression, nor anything that can go wrong. */
static bool
is_constant(const struct nq_prog *p, uint32_t i)
{
	for (uint32_t k = i; k < i + p->ins[i].size; k++)
		if (p->ins[k].op != NQ_OP_CONST && p->ins[k].op != NQ_OP_ARRAY &&
		    p->ins[k].op != NQ_OP_OBJECT && p->ins[k].op != NQ_OP_MEMBER)
			return false;
	return true;
}

static bool
is_text(const struct nq_prog *p, uint32_t i)
{
	return p->ins[i].op == NQ_OP_CONST && p->consts[p->ins[i].arg].type == NQ_STRING;
}

static struct nq_str
text_at(const struct nq_prog *p, uint32_t i, struct nq_arena *arena)
{
	struct nq_str s;

	nq_value_text(&p->consts[p->ins[i].arg], arena, &s);
	return s;
}

int
nq_ready_text(const struct nq_prog *p, uint32_t i, struct nq_ready *r, struct nq_err *err)
{
	struct nq_arena arena = NQ_ARENA_INIT;
	bool empty = is_text(p, i) && text_at(p, i, &arena).n == 0;

	(void)r;
	nq_arena_free(&arena);
	return empty ? nq_err_set(err, NQ_USAGE, "'replace' needs a text to replace") : 0;
}

int
nq_ready_time(const struct nq_prog *p, uint32_t i, struct nq_ready *r, struct nq_err *err)
{
	struct nq_arena arena = NQ_ARENA_INIT;
	struct nq_str s;
	int rc = 0;

	(void)r;
	if (!is_text(p, i))
		return 0;
	s = text_at(p, i, &arena);
	if (!nq_str_is(s, "epoch") && !nq_str_is(s, "epoch_ms") && memchr(s.p, '%', s.n) == NULL)
		rc = nq_err_set(err, NQ_USAGE,
		    "'%.*s' is no format of a time: epoch, epoch_ms and those of strptime(3) are",
		    s.n > 100 ? 100 : (int)s.n, s.p);
	nq_arena_free(&arena);
	return rc;
}

int
nq_ready_pattern(const struct nq_prog *p, uint32_t i, struct nq_ready *r, struct nq_err *err)
{
	struct nq_arena arena = NQ_ARENA_INIT;
	struct nq_pattern *made;
	int rc;

	if (!is_text(p, i))
		return 0;
	made = nq_calloc(1, sizeof(*made));
	rc = nq_pattern_open(made, text_at(p, i, &arena), err);
	nq_arena_free(&arena);
	if (rc == 0)
		r->pattern = made;
	else
		free(made);
	return rc;
}

/* A table that stands in the mapping, by the same evaluator that would make it for each record. */
static int
read_constant(const struct nq_prog *p, uint32_t i, struct nq_lookup *t, struct nq_err *err)
{
	struct nq_buf out = NQ_BUF_INIT;
	struct nq_eval e;
	int rc = -1;

	nq_eval_init(&e, p, NQ_MAX_TABLE);
	e.out = &out;
	e.err = err;
	if (nq_eval_emit(&e, i) == 1)
		rc = nq_lookup_read(t, nq_buf_str(&out), err);
	nq_eval_free(&e);
	nq_buf_free(&out);
	return rc;
}

/* A file name is meant from where the mapping lies. */
static int
open_file(const struct nq_prog *p, uint32_t i, struct nq_lookup *t, struct nq_err *err)
{
	struct nq_arena arena = NQ_ARENA_INIT;
	struct nq_str name = text_at(p, i, &arena);
	const char *slash = strrchr(p->file, '/');
	struct nq_buf path = NQ_BUF_INIT;
	int rc;

	if (slash != NULL && (name.n == 0 || name.p[0] != '/'))
		nq_buf_add(&path, p->file, (size_t)(slash - p->file) + 1);
	nq_buf_addstr(&path, name);
	if (strlen(path.data) != path.len)
		rc = nq_err_set(err, NQ_USAGE, "a file name with a NUL in it");
	else
		rc = nq_lookup_open(t, path.data, err);
	nq_buf_free(&path);
	nq_arena_free(&arena);
	return rc;
}

int
nq_ready_lookup(const struct nq_prog *p, uint32_t i, struct nq_ready *r, struct nq_err *err)
{
	nq_types types = nq_types_of(p, i) & (nq_types)~NQ_TYPES_NONE;
	bool file = is_text(p, i);
	struct nq_buf is = NQ_BUF_INIT;

	if (!file && (types & NQ_TYPE(NQ_OBJECT)) == 0) {
		nq_types_name(types, &is);
		nq_err_set(err, NQ_USAGE,
		    "argument 1 of 'lookup' must be a file name or an object, got %s%s", is.data,
		    types == NQ_TYPE(NQ_STRING) ? " that is not known before the records" : "");
		nq_buf_free(&is);
		return -1;
	}
	if (!file && !is_constant(p, i))
		return 0;
	r->table = nq_calloc(1, sizeof(*r->table));
	nq_lookup_init(r->table);
	if ((file ? open_file : read_constant)(p, i, r->table, err) == 0)
		return 0;
	nq_ready_free(r);
	return -1;
}
