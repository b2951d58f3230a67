#include "plan/stages.h"

#include <string.h>

/* Dango's and dlt's names of kinds, where they differ from those of nq-fetch, and what each has. */
static const struct {
	const char *name, *kind;
	const char *keys; /* of the options, between spaces */
} kinds[] = {
    {"page_number", "page",
	" param start size-param size next more total-pages total-items total in "},
    {"page", "page", " param start size-param size next more total-pages total-items total in "},
    {"offset", "offset", " param start limit-param limit more total-items total in "},
    {"cursor", "cursor", " param next more repeat in "},
    {"header", "header", " name param "},
    {"header_cursor", "header", " name param "},
    {"next_url", "next-url", " next "},
    {"json_link", "next-url", " next "},
    {"link", "link", " rel in "},
    {"header_link", "link", " rel in "},
    {"keyset", "keyset", " param field more in "},
    {"none", "none", " "},
    {"single_page", "none", " "},
    {"auto", "auto", " "},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct spec {
	struct nq_config *c;
	size_t kind; /* row of the table above */
	struct nq_buf text;
	bool started; /* a start was said */
};

static void
add_key(struct spec *s, const char *key, const char *value)
{
	nq_buf_addf(&s->text, "%c%s=%s", strchr(s->text.data, ':') == NULL ? ':' : ',', key, value);
}

static int
check_in(struct spec *s, const nq_node *n, const char *value)
{
	if (strcmp(value, "query") == 0 || strncmp(value, "body:.", 6) == 0 ||
	    (strncmp(value, "header:", 7) == 0 && value[7] != '\0'))
		return 0;
	return nq_config_fault(s->c, n,
	    "'in' is query, body:PATH or header:NAME, for example body:.variables.after, not '%s'",
	    value);
}

/* One key as nq-fetch has it; a few are spelt otherwise there. */
static int
add_value(struct spec *s, const nq_node *n, const struct nq_keys_row *row)
{
	const char *option = row->option;
	struct nq_buf name = NQ_BUF_INIT, value = NQ_BUF_INIT;
	int rc = -1;

	if (strcmp(row->name, "total_path") == 0)
		option = strcmp(kinds[s->kind].kind, "page") == 0 ? "total-pages" : "total-items";
	else if (strcmp(row->name, "cursor_body_path") == 0)
		option = "in";
	nq_buf_addf(&name, " %s ", option);
	if (strstr(kinds[s->kind].keys, name.data) == NULL) {
		nq_config_fault(
		    s->c, n, "pagination %s has no '%s'", kinds[s->kind].name, row->name);
		goto out;
	}
	if (option != row->option && strcmp(option, "in") == 0)
		nq_buf_adds(&value, "body:");
	if (nq_config_text(s->c, n, &value) == -1 ||
	    (strcmp(option, "in") == 0 && check_in(s, n, value.data) == -1))
		goto out;
	if (row->type != NQ_KEY_BOOL)
		add_key(s, option, value.data);
	else if (strcmp(value.data, "true") == 0)
		add_key(s, option, "yes");
	s->started = s->started || strcmp(row->name, "start") == 0;
	rc = 0;
out:
	nq_buf_free(&name);
	nq_buf_free(&value);
	return rc;
}

static int
add_keys(struct spec *s, const nq_node *map)
{
	const struct nq_keys_row *row;
	nq_node *n;
	int rc = 0;

	for (size_t i = 0; (row = nq_keys_row(i)) != NULL; i++) {
		if (row->in != NQ_IN_PAGES || row->same_as != NULL || row->refused ||
		    strcmp(row->name, "type") == 0)
			continue;
		n = nq_keys_get(&s->c->yaml, map, NQ_IN_PAGES, row->name);
		if (n != NULL && add_value(s, n, row) == -1)
			rc = -1;
	}
	return rc;
}

static int
find_kind(struct spec *s, const nq_node *type)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	if (type != NULL)
		rc = nq_config_text(s->c, type, &text);
	else
		nq_buf_adds(&text, "page");
	while (rc == 0 && s->kind < KINDS && strcmp(kinds[s->kind].name, text.data) != 0)
		s->kind++;
	nq_buf_free(&text);
	return rc == 0 && s->kind < KINDS ? 0 : -1;
}

int
nq_ask_pages(struct nq_asking *a)
{
	const struct nq_keys_row *spelt = NULL;
	nq_node *pages = nq_view_look(a->c, &a->r->view, "pagination", &spelt), *type = pages;
	struct spec s = {a->c, 0, NQ_BUF_INIT, false};
	int rc;

	if (pages == NULL)
		return 0;
	if (nq_yaml_is_map(pages))
		type = nq_keys_get(&a->c->yaml, pages, NQ_IN_PAGES, "type");
	rc = find_kind(&s, type);
	if (rc == 0)
		nq_buf_adds(&s.text, kinds[s.kind].kind);
	if (rc == 0 && nq_yaml_is_map(pages))
		rc = add_keys(&s, pages);
	/* Dango's paginator counts pages from 0. */
	if (rc == 0 && !s.started && strcmp(spelt->name, "paginator") == 0 &&
	    strcmp(kinds[s.kind].name, "page_number") == 0)
		add_key(&s, "start", "0");
	if (rc == 0) {
		nq_words_add(&a->stage->words, "--paginate");
		nq_words_add(&a->stage->words, s.text.data);
	}
	nq_buf_free(&s.text);
	return rc;
}
