#define _GNU_SOURCE /* memmem(3) */
#include "base/ref.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/io.h"
#include "base/secret.h"

int
nq_refs_env_file(struct nq_refs *r, const char *path, struct nq_err *err)
{
	return nq_io_read_file(path, NQ_MAX_CONFIG, &r->env_file, err);
}

void
nq_refs_add_bag(struct nq_refs *r, struct nq_ref_bag bag)
{
	if (r->nbags < sizeof(r->bags) / sizeof(r->bags[0]))
		r->bags[r->nbags++] = bag;
}

void
nq_refs_free(struct nq_refs *r)
{
	nq_buf_free(&r->env_file);
	nq_list_free(&r->vars);
	r->nbags = 0;
}

static struct nq_str
trim(struct nq_str s)
{
	while (s.n > 0 && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Whether nothing but white space and a comment follows. */
static bool
ends_there(struct nq_str s)
{
	struct nq_str rest = trim(s);

	return rest.n == 0 || (rest.p[0] == '#' && rest.p > s.p);
}

/* As the shell has it: quotes go, and a comment after white space too. */
static struct nq_str
env_value(struct nq_str s)
{
	const char *close = NULL;

	if (ends_there(s))
		return (struct nq_str){s.p, 0};
	s = trim(s);
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\''))
		close = memchr(s.p + 1, s.p[0], s.n - 1);
	for (; close != NULL; close = memchr(close + 1, s.p[0], s.n - (size_t)(close + 1 - s.p)))
		if (ends_there((struct nq_str){close + 1, s.n - (size_t)(close + 1 - s.p)}))
			return (struct nq_str){s.p + 1, (size_t)(close - s.p) - 1};
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '#' && isspace((unsigned char)s.p[i - 1]))
			return trim((struct nq_str){s.p, i});
	return s;
}

/* The value of "[export] NAME=VALUE" when the line is about name. */
static int
env_line(struct nq_str line, struct nq_str name, struct nq_buf *out)
{
	const char *eq;
	struct nq_str key, value;

	line = trim(line);
	if (line.n > 7 && memcmp(line.p, "export ", 7) == 0)
		line = trim((struct nq_str){line.p + 7, line.n - 7});
	eq = line.n > 0 && line.p[0] != '#' ? memchr(line.p, '=', line.n) : NULL;
	if (eq == NULL)
		return -1;
	key = trim((struct nq_str){line.p, (size_t)(eq - line.p)});
	value = (struct nq_str){eq + 1, line.n - (size_t)(eq - line.p) - 1};
	if (!nq_str_eq(key, name))
		return -1;
	nq_buf_addstr(out, env_value(value));
	return 0;
}

static int
from_env(const struct nq_refs *r, struct nq_str name, struct nq_buf *out)
{
	char *copy = nq_strndup(name.p, name.n);
	const char *v = strlen(copy) == name.n ? getenv(copy) : NULL, *nl;
	const char *p = r->env_file.data, *end = p + r->env_file.len;
	int rc = -1;

	free(copy);
	if (v != NULL) {
		nq_buf_adds(out, v);
		return 0;
	}
	for (; p < end && rc == -1; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		nl = nl != NULL ? nl : end;
		rc = env_line((struct nq_str){p, (size_t)(nl - p)}, name, out);
	}
	return rc;
}

static int
from_vars(const struct nq_refs *r, struct nq_str name, struct nq_buf *out)
{
	for (size_t i = r->vars.n; i-- > 0;) {
		struct nq_str v = nq_str(r->vars.v[i]);

		if (v.n > name.n && v.p[name.n] == '=' && memcmp(v.p, name.p, name.n) == 0) {
			nq_buf_adds(out, v.p + name.n + 1);
			return 0;
		}
	}
	return -1;
}

static int
from_file(struct nq_str name, struct nq_buf *out, const char *place, struct nq_err *err)
{
	char *path = nq_strndup(name.p, name.n);
	int rc = nq_io_read_file(path, NQ_MAX_CONFIG, out, err);

	free(path);
	if (rc == -1)
		return nq_err_at(err, "%s: ", place);
	if (out->len == 0 || out->data[out->len - 1] != '\n')
		return 0;
	nq_buf_cut(out, out->len - 1);
	if (out->len > 0 && out->data[out->len - 1] == '\r')
		nq_buf_cut(out, out->len - 1);
	return 0;
}

static bool
has_prefix(struct nq_str s, const char *prefix, struct nq_str *rest)
{
	size_t n = strlen(prefix);

	if (s.n <= n || memcmp(s.p, prefix, n) != 0 || s.p[n] != '.')
		return false;
	*rest = (struct nq_str){s.p + n + 1, s.n - n - 1};
	return true;
}

/* 0 and the value, or -1 with an error that says where it was looked for. */
static int
look_up(const struct nq_refs *r, struct nq_str ref, const char *place, struct nq_buf *out,
    bool *secret, struct nq_err *err)
{
	struct nq_str rest;
	const char *where = "the environment";
	int found = -1;

	*secret = true;
	if (ref.n > 5 && memcmp(ref.p, "file:", 5) == 0) {
		rest = (struct nq_str){ref.p + 5, ref.n - 5};
		where = "its file";
		if (from_file(rest, out, place, err) == -1)
			return -1;
		found = 0;
	} else if (has_prefix(ref, "var", &rest)) {
		*secret = false;
		where = "--var";
		found = from_vars(r, rest, out);
	} else if (memchr(ref.p, '.', ref.n) == NULL) {
		found = from_env(r, ref, out);
	} else {
		where = has_prefix(ref, "record", &rest) ? "a parent (--each reads them)"
							 : "the settings";
		for (size_t i = 0; i < r->nbags && found == -1; i++) {
			if (!has_prefix(ref, r->bags[i].prefix, &rest))
				continue;
			*secret = r->bags[i].secret;
			found = r->bags[i].get(r->bags[i].ctx, rest, out);
		}
	}
	if (found == 0 && out->len > 0)
		return 0;
	return nq_err_set(err, NQ_USAGE, "%s: '${%.*s}' is %s in %s", place, (int)ref.n, ref.p,
	    found == 0 ? "empty" : "not set", where);
}

static int
expand_one(const struct nq_refs *r, struct nq_str ref, const char *place, enum nq_ref_enc enc,
    struct nq_buf *out, bool *secret, struct nq_err *err)
{
	struct nq_buf value = NQ_BUF_INIT;
	bool hidden;
	int rc = look_up(r, ref, place, &value, &hidden, err);

	if (rc == 0 && hidden) {
		nq_secret_add(nq_buf_str(&value));
		if (secret != NULL)
			*secret = true;
	}
	if (rc == 0 && enc == NQ_REF_URL && out->len > 0)
		nq_buf_add_percent(out, nq_buf_str(&value));
	else if (rc == 0)
		nq_buf_addstr(out, nq_buf_str(&value));
	nq_buf_wipe(&value);
	return rc;
}

bool
nq_ref_present(struct nq_str s)
{
	return memmem(s.p, s.n, "${", 2) != NULL;
}

int
nq_ref_expand(const struct nq_refs *r, struct nq_str text, const char *place, enum nq_ref_enc enc,
    struct nq_buf *out, bool *secret, struct nq_err *err)
{
	const char *at, *close;
	size_t n;

	while ((at = memmem(text.p, text.n, "${", 2)) != NULL) {
		n = (size_t)(at - text.p);
		if (n > 0 && at[-1] == '$') {
			nq_buf_add(out, text.p, n - 1);
			nq_buf_adds(out, "${");
			text = (struct nq_str){at + 2, text.n - n - 2};
			continue;
		}
		close = memchr(at, '}', text.n - n);
		if (close == NULL || close == at + 2)
			return nq_err_set(err, NQ_USAGE,
			    "%s: a reference is written ${NAME}; for a plain '${' write '$${'",
			    place);
		nq_buf_add(out, text.p, n);
		if (expand_one(r, (struct nq_str){at + 2, (size_t)(close - at - 2)}, place, enc,
			out, secret, err) == -1)
			return -1;
		text = (struct nq_str){close + 1, text.n - n - (size_t)(close - at) - 1};
	}
	nq_buf_addstr(out, text);
	return 0;
}
