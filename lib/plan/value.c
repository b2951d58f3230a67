#include "plan/value.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "json/path.h"
#include "plan/dest.h"

/* What Dango has besides: nothing of it can be run without Python. */
static const struct {
	const char *type, *instead;
} foreign[] = {
    {"dlt_native", "Python code: make it a program that writes one JSON object a line, and say "
		   "type: command"},
    {"csv", "files are read by nq-fetch: say type: command, with command: nq-fetch data/"},
    {"local_files", "files are read by nq-fetch: say type: command, with command: nq-fetch data/"},
    {"google_sheets", "a connector of Dango's own: say its API as rest_api"},
    {"hubspot", "a connector of Dango's own: say its API as rest_api"},
    {"stripe", "a connector of Dango's own: say its API as rest_api"},
};

enum { MOST_CHOICES = 24 };

static bool
is_choice(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
		p += *p == '|';
		if (strncmp(p, value, n) == 0 && (p[n] == '|' || p[n] == '\0') && n > 0)
			return true;
	}
	return false;
}

/* The names between the bars, as a list that ends with NULL; *text holds them. */
static void
split_choices(const char *choices, char **text, const char **names)
{
	char *rest = nq_strdup(choices);
	size_t n = 0;

	*text = rest;
	while (rest != NULL && n + 1 < MOST_CHOICES)
		names[n++] = strsep(&rest, "|");
	names[n] = NULL;
}

static void
check_choice(
    struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, const char *value)
{
	const char *names[MOST_CHOICES], *near;
	struct nq_buf known = NQ_BUF_INIT;
	char *text;

	if (is_choice(row->choices, value))
		return;
	split_choices(row->choices, &text, names);
	near = nq_str_nearest(value, names);
	for (size_t i = 0; names[i] != NULL; i++)
		nq_buf_addf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
	if (near != NULL)
		nq_config_fault(
		    c, n, "unknown %s '%s', did you mean '%s'?", row->name, value, near);
	else
		nq_config_fault(c, n, "%s '%s' is not known to this version; it knows %s",
		    row->name, value, known.data);
	nq_buf_free(&known);
	free(text);
}

static void
check_kind(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, const char *value)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		if (strcmp(foreign[i].type, value) != 0)
			continue;
		nq_config_fault(c, n, "type '%s': %s", value, foreign[i].instead);
		return;
	}
	check_choice(c, n, row, value);
}

static void
check_jq_path(struct nq_config *c, const nq_node *n, const char *value)
{
	struct nq_path path;
	struct nq_err err = NQ_ERR_INIT;

	if (nq_path_parse(&path, nq_str(value), &err) == -1)
		nq_config_fault(c, n, "%s", err.msg);
	else
		nq_path_free(&path);
}

int
nq_value_check_path(struct nq_config *c, const nq_node *n, const char *name)
{
	struct nq_buf path = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;
	int rc = 0;

	nq_buf_addf(&path, "%s%s", *name == '/' ? "" : c->dir, name);
	if (access(path.data, R_OK) == -1) {
		nq_err_set(&err, NQ_USAGE, "cannot read '%s':", path.data);
		rc = nq_config_fault(c, n, "%s", err.msg);
	}
	nq_buf_free(&path);
	return rc;
}

void
nq_value_check_file(struct nq_config *c, const nq_node *n)
{
	struct nq_buf name = NQ_BUF_INIT;

	if (nq_config_text(c, n, &name) == 0)
		nq_value_check_path(c, n, name.data);
	nq_buf_free(&name);
}

/* What a plain value must look like. */
static void
check_plain(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row, const char *value)
{
	uint64_t number;
	int64_t ms;

	switch (row->type) {
	case NQ_KEY_CHOICE:
		check_choice(c, n, row, value);
		break;
	case NQ_KEY_KIND:
		check_kind(c, n, row, value);
		break;
	case NQ_KEY_SIZE:
		if (nq_cli_size(value, &number) == -1)
			nq_config_fault(c, n, "'%s' is a size, not '%s': write 65536, 64k or 16M",
			    row->name, value);
		break;
	case NQ_KEY_PATH:
		check_jq_path(c, n, value);
		break;
	case NQ_KEY_NUMBER:
		if (nq_cli_number(value, &number) == -1)
			nq_config_fault(c, n, "'%s' is a whole number, not '%s'", row->name, value);
		break;
	case NQ_KEY_DURATION:
		if (nq_cli_duration(value, &ms) == -1)
			nq_config_fault(c, n,
			    "'%s' is a duration, not '%s': write 30, 0.5, 250ms, 5m, 12h or 7d",
			    row->name, value);
		break;
	case NQ_KEY_BOOL:
		if (!is_choice("true|false", value))
			nq_config_fault(c, n, "'%s' is true or false, not '%s'", row->name, value);
		break;
	default:
		if (row->type == NQ_KEY_WORD && strchr(value, ',') != NULL)
			nq_config_fault(c, n, "'%s' cannot hold a comma", row->name);
		if (*value == '\0')
			nq_config_fault(c, n, "'%s' is empty", row->name);
		break;
	}
}

static void
check_secret(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row)
{
	struct nq_buf value = NQ_BUF_INIT;
	bool secret = false;

	if (nq_config_ref(c, n, NQ_REF_RAW, &value, &secret) == 0 && !secret)
		nq_config_fault(c, n,
		    "'%s' is written as a reference to a secret, for example ${secrets.%s} or "
		    "${ACME_TOKEN}, never as the secret itself",
		    row->name, row->name);
	nq_buf_free(&value);
}

static void
check_dest(struct nq_config *c, const nq_node *n)
{
	struct nq_buf to = NQ_BUF_INIT;
	struct nq_err err = NQ_ERR_INIT;

	if (nq_config_ref(c, n, NQ_REF_RAW, &to, NULL) == 0 && nq_dest_check(to.data, &err) == -1)
		nq_config_fault(c, n, "%s", err.msg);
	nq_buf_free(&to);
}

void
nq_value_check(struct nq_config *c, const nq_node *n, const struct nq_keys_row *row)
{
	struct nq_buf value = NQ_BUF_INIT;

	if (n->type != YAML_SCALAR_NODE)
		nq_config_fault(c, n, "'%s' is %s here, not a %s", row->name,
		    nq_keys_type_name(row->type), nq_yaml_is_map(n) ? "map" : "list");
	else if (row->type == NQ_KEY_FILE)
		nq_value_check_file(c, n);
	else if (row->type == NQ_KEY_SECRET)
		check_secret(c, n, row);
	else if (row->type == NQ_KEY_DEST)
		check_dest(c, n);
	else if (row->type == NQ_KEY_TEXT)
		nq_config_ref(c, n, NQ_REF_RAW, &value, NULL);
	else if (row->type != NQ_KEY_SHELL && nq_config_text(c, n, &value) == 0)
		check_plain(c, n, row, value.data);
	nq_buf_free(&value);
}

/* 404 or 4xx. */
static bool
is_status(struct nq_str s)
{
	if (s.n != 3 || s.p[0] < '1' || s.p[0] > '5')
		return false;
	return memcmp(s.p + 1, "xx", 2) == 0 ||
	       (isdigit((unsigned char)s.p[1]) && isdigit((unsigned char)s.p[2]));
}

void
nq_value_check_status(
    struct nq_config *c, const nq_node *status, const nq_node *what, const struct nq_keys_row *row)
{
	const struct nq_keys_row meaning = {
	    .name = "meaning", .type = NQ_KEY_CHOICE, .choices = row->choices};
	struct nq_str s = nq_yaml_text(status);

	if (!is_status(s))
		nq_config_fault(c, status,
		    "'%.*s' is no status: write one like 404, or 5xx for all", (int)s.n, s.p);
	nq_value_check(c, what, &meaning);
}

void
nq_value_jsonpath(struct nq_str s, struct nq_buf *out)
{
	if (s.n > 0 && s.p[0] == '$') {
		s.p++;
		s.n--;
	}
	if (s.n >= 3 && memcmp(s.p + s.n - 3, "[*]", 3) == 0)
		s.n -= 3;
	if (s.n == 0 || s.p[0] != '.')
		nq_buf_addc(out, '.');
	nq_buf_addstr(out, s);
}
