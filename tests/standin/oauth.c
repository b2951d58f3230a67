#include "oauth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "when.h"

#define CLIENT	"acme-client"
#define SECRET	"client-secret-here"
#define ISSUED	64 /* the tokens that are remembered */
#define EXPIRES 3600

static struct {
	long long expires_in; /* -1: not told, good for ever */
	bool rotate;
	char *refresh, *scope, *audience, *answer; /* NULL: none, any */
	unsigned long issued, rotated;
	struct {
		char text[40];
		int64_t until_ms;
	} token[ISSUED];
} state = {.expires_in = EXPIRES};

static void
replace(char **to, char *text)
{
	free(*to);
	*to = text;
}

void
oauth_close(void)
{
	replace(&state.refresh, NULL);
	replace(&state.scope, NULL);
	replace(&state.audience, NULL);
	replace(&state.answer, NULL);
}

/* --- reading the request -----------------------------------------------------------------------
 */

/* The body is read as a query is. */
static struct req *
read_form(const struct req *r)
{
	struct sb uri = {NULL, 0, 0};
	struct req *form;

	sb_str(&uri, "/?");
	if (r->in.len > 0)
		sb_add(&uri, r->in.p, r->in.len);
	form = req_new(uri.p);
	sb_free(&uri);
	return form;
}

static int
sextet(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static void
decode_base64(struct sb *out, const char *s)
{
	unsigned bits = 0;

	sb_need(out, 1);
	for (int n = 0; sextet(*s) >= 0; s++) {
		bits = bits << 6 | (unsigned)sextet(*s);
		n += 6;
		if (n >= 8)
			sb_ch(out, (char)(bits >> (n -= 8) & 0xff));
	}
}

/* The credential names are such that the form-encoding leaves them alone. */
static bool
client_known(const struct req *r, const struct req *form)
{
	const char *header = req_header(r, "Authorization");
	const char *id = req_query(form, "client_id"), *secret = req_query(form, "client_secret");
	struct sb pair = {NULL, 0, 0};
	bool known;

	if (header == NULL)
		return id != NULL && secret != NULL && strcmp(id, CLIENT) == 0 &&
		       strcmp(secret, SECRET) == 0;
	if (secret != NULL || strncmp(header, "Basic ", 6) != 0)
		return false;
	decode_base64(&pair, header + 6);
	known = pair.len > 0 && strcmp(pair.p, CLIENT ":" SECRET) == 0;
	sb_free(&pair);
	return known;
}

static bool
as_wanted(const struct req *form, const char *name, const char *want)
{
	const char *got = req_query(form, name);

	return want == NULL || (got != NULL && strcmp(got, want) == 0);
}

/* --- issuing ------------------------------------------------------------------------------------
 */

static void
issue(struct req *r, bool rotate)
{
	unsigned long i = state.issued++ % ISSUED;
	char text[40];

	snprintf(state.token[i].text, sizeof(state.token[i].text), "issued-token-%lu-canary",
	    state.issued);
	state.token[i].until_ms = state.expires_in < 0 ? INT64_MAX
						       : when_ms() + state.expires_in * 1000;
	sb_str(&r->out, "{\"access_token\":");
	js_puts(&r->out, state.token[i].text);
	sb_str(&r->out, ",\"token_type\":\"Bearer\"");
	if (state.expires_in >= 0)
		sb_fmt(&r->out, ",\"expires_in\":%lld", state.expires_in);
	if (rotate) {
		snprintf(text, sizeof(text), "rotated-token-%lu-canary", ++state.rotated);
		replace(&state.refresh, sb_dup(text, strlen(text)));
		sb_str(&r->out, ",\"refresh_token\":");
		js_puts(&r->out, text);
	}
	sb_ch(&r->out, '}');
}

static void
grant(struct req *r, const struct req *form)
{
	const char *type = req_query(form, "grant_type"), *token = req_query(form, "refresh_token");

	if (!client_known(r, form))
		reply_error(r, 401, "error", "invalid_client");
	else if (!as_wanted(form, "scope", state.scope))
		reply_error(r, 400, "error", "invalid_scope");
	else if (type == NULL || !as_wanted(form, "audience", state.audience))
		reply_error(r, 400, "error", "invalid_request");
	else if (strcmp(type, "client_credentials") == 0)
		issue(r, false);
	else if (strcmp(type, "refresh_token") != 0)
		reply_error(r, 400, "error", "unsupported_grant_type");
	else if (token == NULL || state.refresh == NULL || strcmp(token, state.refresh) != 0)
		reply_error(r, 400, "error", "invalid_grant");
	else
		issue(r, state.rotate);
}

void
oauth_token(struct req *r)
{
	struct req *form;

	if (state.answer != NULL) {
		sb_str(&r->out, state.answer);
		return;
	}
	form = read_form(r);
	grant(r, form);
	req_free(form);
}

bool
oauth_allows(const struct req *r)
{
	for (size_t i = 0; i < ISSUED; i++)
		if (state.token[i].text[0] != '\0' && state.token[i].until_ms > when_ms() &&
		    req_bearer(r, state.token[i].text))
			return true;
	return false;
}

/* --- control ------------------------------------------------------------------------------------
 */

static void
set_text(struct slice root, const char *name, char **to)
{
	struct slice v = js_get(root, name);

	if (v.p != NULL)
		replace(to, js_kind(v) == '{' ? sb_dup(v.p, v.n) : js_text(v, NULL));
}

void
oauth_set(struct req *r)
{
	struct slice root, v;

	if (!req_json(r, &root))
		return;
	v = js_get(root, "expires_in");
	if (v.p != NULL)
		state.expires_in = js_int(v, -1);
	v = js_get(root, "rotate");
	if (v.p != NULL)
		state.rotate = js_is(v, "true");
	set_text(root, "refresh_token", &state.refresh);
	set_text(root, "scope", &state.scope);
	set_text(root, "audience", &state.audience);
	set_text(root, "answer", &state.answer);
	if (js_is(js_get(root, "revoke"), "true"))
		memset(state.token, 0, sizeof(state.token));
	oauth_get(r);
}

void
oauth_get(struct req *r)
{
	sb_fmt(&r->out, "{\"issued\":%lu,\"rotated\":%lu,\"refresh_token\":", state.issued,
	    state.rotated);
	js_puts(&r->out, state.refresh);
	sb_ch(&r->out, '}');
}
