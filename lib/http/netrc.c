#include "http/netrc.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/secret.h"

struct reader {
	const char *p;
	struct nq_buf token;
};

struct entry {
	struct nq_buf user, password;
	bool ours, complete;
};

static void
skip_line(struct reader *r)
{
	r->p += strcspn(r->p, "\n");
}

static void
read_quoted(struct reader *r)
{
	for (r->p++; *r->p != '\0' && *r->p != '"'; r->p++) {
		char c = *r->p;

		if (c == '\\' && r->p[1] != '\0') {
			c = *++r->p;
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
		}
		nq_buf_addc(&r->token, c);
	}
	r->p += *r->p == '"';
}

/* false at the end of the text. */
static bool
read_token(struct reader *r)
{
	nq_buf_reset(&r->token);
	while (isspace((unsigned char)*r->p))
		r->p++;
	if (*r->p == '\0')
		return false;
	if (*r->p == '"') {
		read_quoted(r);
		return true;
	}
	while (*r->p != '\0' && !isspace((unsigned char)*r->p))
		nq_buf_addc(&r->token, *r->p++);
	return true;
}

static void
skip_macro(struct reader *r)
{
	const char *end = strstr(r->p, "\n\n");

	r->p = end != NULL ? end : r->p + strlen(r->p);
}

static void
begin_entry(struct entry *e, bool ours)
{
	e->complete = e->complete || e->ours;
	e->ours = ours && !e->complete;
}

static void
read_word(struct reader *r, struct entry *e, const char *host)
{
	bool user = strcmp(r->token.data, "login") == 0;

	if (user || strcmp(r->token.data, "password") == 0) {
		if (read_token(r) && e->ours)
			nq_buf_addstr(user ? &e->user : &e->password, nq_buf_str(&r->token));
	} else if (strcmp(r->token.data, "machine") == 0) {
		begin_entry(e, read_token(r) && strcasecmp(r->token.data, host) == 0);
	} else if (strcmp(r->token.data, "default") == 0) {
		begin_entry(e, true);
	} else if (strcmp(r->token.data, "account") == 0) {
		read_token(r);
	} else if (strcmp(r->token.data, "macdef") == 0) {
		skip_macro(r);
	} else if (r->token.data[0] == '#') {
		skip_line(r);
	}
}

static int
find(const struct nq_buf *text, const char *path, const char *host, struct nq_buf *out,
    struct nq_err *err)
{
	struct reader r = {text->data, NQ_BUF_INIT};
	struct entry e = {NQ_BUF_INIT, NQ_BUF_INIT, false, false};
	int rc = 0;

	while (!e.complete && read_token(&r))
		read_word(&r, &e, host);
	if (e.user.len == 0 || e.password.len == 0) {
		rc = nq_err_set(
		    err, NQ_USAGE, "'%s' has no login and password for '%s'", path, host);
	} else {
		nq_secret_add_basic(nq_buf_str(&e.user), nq_buf_str(&e.password));
		nq_buf_addf(out, "%s:%s", e.user.data, e.password.data);
	}
	nq_buf_wipe(&e.user);
	nq_buf_wipe(&e.password);
	nq_buf_wipe(&r.token);
	return rc;
}

int
nq_netrc_find(const char *file, const char *host, struct nq_buf *out, struct nq_err *err)
{
	struct nq_buf path = NQ_BUF_INIT, text = NQ_BUF_INIT;
	const char *home = getenv("HOME");
	int rc = -1;

	if (file != NULL)
		nq_buf_adds(&path, file);
	else if (home != NULL)
		nq_buf_addf(&path, "%s/.netrc", home);
	if (path.len == 0)
		nq_err_set(err, NQ_USAGE, "HOME is not set: name the file by --netrc");
	else
		rc = nq_io_read_file(path.data, NQ_MAX_CONFIG, &text, err);
	if (rc == -1)
		err->status = NQ_USAGE;
	else
		rc = find(&text, path.data, host, out, err);
	nq_buf_wipe(&text);
	nq_buf_free(&path);
	return rc == 0 ? 0 : nq_err_at(err, "--auth netrc: ");
}
