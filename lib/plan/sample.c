#include "plan/sample.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"
#include "json/doc.h"
#include "json/lines.h"
#include "json/text.h"

enum { RECORDS = 1000, MEMBERS = 500, DEEPEST = 2 };

/* A member of the records, by its path. */
struct member {
	char *path, *name; /* as jq and the mapping write them; name is the last key, plain */
	uint64_t there;	   /* in so many records, and not null */
	uint64_t times, ids;
	struct nq_seen seen;
	bool twice;
	unsigned depth;
};

struct sample {
	struct member *v;
	size_t n;
	uint64_t records;
};

/* Ends of names without case and '_', likeliest first: what a record is known by. */
static const char *const id_names[] = {
    "id", "uuid", "guid", "key", "number", "code", "no", "nr", "sku", "slug", NULL};

/* The same of when it changed last. */
static const char *const time_names[] = {"updatedat", "modifiedat", "changedat", "lastmodified",
    "lastupdated", "lastchanged", "updated", "modified", "lastmodifieddate", "systemmodstamp",
    "updatedon", "modifiedon", "changedon", "updatetime", "modifiedtime", "updateddate",
    "modifieddate", "datemodified", "dateupdated", "lastmodifieddatetime", "updateddatetime",
    "timestamp", NULL};

static bool
plain_name(struct nq_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(isalpha((unsigned char)s.p[i]) || s.p[i] == '_' ||
			(i > 0 && isdigit((unsigned char)s.p[i]))))
			return false;
	return s.n > 0;
}

static void
put_name(struct nq_buf *b, struct nq_str name)
{
	if (plain_name(name))
		nq_buf_addstr(b, name);
	else
		nq_text_quote(b, name);
}

static struct member *
find_member(struct sample *s, const char *above, struct nq_str name, unsigned depth)
{
	struct nq_buf path = NQ_BUF_INIT;
	struct member *m;

	nq_buf_addf(&path, "%s.", above);
	put_name(&path, name);
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->v[i].path, path.data) != 0)
			continue;
		nq_buf_free(&path);
		return &s->v[i];
	}
	if (s->n == MEMBERS) {
		nq_buf_free(&path);
		return NULL;
	}
	s->v = nq_reallocarray(s->v, s->n + 1, sizeof(*s->v));
	m = &s->v[s->n++];
	memset(m, 0, sizeof(*m));
	m->path = nq_buf_take(&path);
	m->name = nq_strndup(name.p, name.n);
	m->depth = depth;
	return m;
}

static bool
whole_number(struct nq_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return true;
}

static void
note_value(struct sample *s, struct member *m, const struct nq_doc *d, uint32_t value)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	struct nq_str raw = nq_doc_raw(d, value), text;
	struct nq_time t;
	int naive;

	m->there++;
	if (nq_doc_type(d, value) == NQ_STRING && raw.n > 2 &&
	    nq_doc_string(d, value, &scratch, &text) == 0) {
		m->ids++;
		m->times += text.n > 10 && nq_time_parse(text, &t, &naive) == 0;
	} else if (nq_doc_type(d, value) == NQ_NUMBER && whole_number(raw)) {
		m->ids++;
	}
	if (nq_seen_before(&m->seen, nq_hash(0, raw.p, raw.n), s->records) != 0)
		m->twice = true;
	nq_buf_free(&scratch);
}

static void
note_object(
    struct sample *s, const struct nq_doc *d, uint32_t object, const char *above, unsigned depth)
{
	struct nq_buf scratch = NQ_BUF_INIT;
	uint32_t key = object + 1;
	struct member *m;
	struct nq_str name;
	char *path;

	for (uint32_t i = 0; i < d->tok[object].n; i++, key = d->tok[key + 1].next) {
		if (nq_doc_string(d, key, &scratch, &name) == -1 ||
		    memchr(name.p, '\0', name.n) != NULL)
			continue;
		m = find_member(s, above, name, depth);
		if (m == NULL || nq_doc_type(d, key + 1) == NQ_NULL)
			continue;
		note_value(s, m, d, key + 1);
		if (nq_doc_type(d, key + 1) != NQ_OBJECT || depth == DEEPEST)
			continue;
		path = nq_strdup(m->path);
		note_object(s, d, key + 1, path, depth + 1);
		free(path);
	}
	nq_buf_free(&scratch);
}

/* The place of a name in the list, or -1: whole names first, then their ends. */
static int
rank(const char *name, const char *const *list, bool ends)
{
	char folded[64];
	size_t n = 0, len;

	for (const char *p = name; *p != '\0' && n + 1 < sizeof(folded); p++)
		if (*p != '_' && *p != '-')
			folded[n++] = (char)tolower((unsigned char)*p);
	folded[n] = '\0';
	for (int i = 0; list[i] != NULL; i++)
		if (strcmp(folded, list[i]) == 0)
			return i;
	for (int i = 0; ends && list[i] != NULL; i++) {
		len = strlen(list[i]);
		if (len > 1 && n > len && strcmp(folded + n - len, list[i]) == 0)
			return 100 + i;
	}
	return -1;
}

static bool
can_be_id(const struct sample *s, const struct member *m)
{
	return m->depth == 1 && m->there == s->records && m->ids == m->there && !m->twice &&
	       m->times == 0;
}

/* It may be missing in some, for those were never changed, but the last one counts. */
static bool
can_be_cursor(const struct member *m)
{
	return m->there > 0 && m->times == m->there;
}

static int
rank_of(const struct sample *s, const struct member *m, bool cursor)
{
	int r;

	if (cursor)
		r = can_be_cursor(m) ? rank(m->name, time_names, false) : -1;
	else
		r = can_be_id(s, m) ? rank(m->name, id_names, true) : -1;
	return r == -1 ? -1 : r + (int)m->depth * 1000;
}

/* All candidates, best first; there are few. */
static void
put_candidates(const struct sample *s, const char *word, bool cursor, struct nq_buf *out)
{
	int last = -1, best, r;

	for (;;) {
		best = -1;
		for (size_t i = 0; i < s->n; i++) {
			r = rank_of(s, &s->v[i], cursor);
			if (r > last && (best == -1 || r < best))
				best = r;
		}
		if (best == -1)
			return;
		for (size_t i = 0; i < s->n; i++)
			if (rank_of(s, &s->v[i], cursor) == best)
				nq_buf_addf(out, "%s\t%s\n", word, s->v[i].path);
		last = best;
	}
}

static const struct member *
best_id(const struct sample *s)
{
	const struct member *best = NULL;
	int r, least = -1;

	for (size_t i = 0; i < s->n; i++) {
		r = rank_of(s, &s->v[i], false);
		if (r == -1 || (least != -1 && r >= least))
			continue;
		least = r;
		best = &s->v[i];
	}
	return best;
}

static void
put_mapping(const struct sample *s, struct nq_buf *out)
{
	const struct member *id = best_id(s);

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i].depth > 1)
			continue;
		nq_buf_adds(out, "map\t  ");
		put_name(out, nq_str(s->v[i].name));
		nq_buf_addf(out, ": %s%s,\n", s->v[i].path, &s->v[i] == id ? "!" : "");
	}
}

static void
sample_free(struct sample *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].path);
		free(s->v[i].name);
		nq_seen_free(&s->v[i].seen);
	}
	free(s->v);
}

int
nq_sample_read(int fd, struct nq_buf *out, struct nq_err *err)
{
	struct sample s = {NULL, 0, 0};
	struct nq_lines lines;
	struct nq_doc d;
	struct nq_str line;
	int rc;

	nq_lines_init(&lines, fd, NQ_MAX_LINE);
	nq_doc_init(&d);
	while ((rc = nq_lines_next(&lines, &line, err)) == 1 && s.records < RECORDS) {
		rc = nq_doc_parse(&d, line, err);
		if (rc == 0 && nq_doc_type(&d, 0) != NQ_OBJECT)
			rc = nq_err_set(err, NQ_FAIL, "not a record");
		if (rc == -1) {
			nq_err_at(err, "line %" PRIu64 ": ", lines.number);
			break;
		}
		s.records++;
		note_object(&s, &d, 0, "", 1);
	}
	if (rc != -1) {
		nq_buf_addf(out, "records\t%" PRIu64 "\n", s.records);
		put_candidates(&s, "id", false, out);
		put_candidates(&s, "cursor", true, out);
		put_mapping(&s, out);
	}
	sample_free(&s);
	nq_doc_free(&d);
	nq_lines_free(&lines);
	return rc == -1 ? -1 : 0;
}
