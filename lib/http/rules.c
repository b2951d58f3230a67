#include "http/rules.h"

#include <stdbool.h>
#include <string.h>

static const char *const names[] = {"", "empty", "fail", "retry", "stop"};

enum { NAMES = sizeof(names) / sizeof(names[0]), LOWEST = 200 };

static bool
is_digit(char c, char most)
{
	return c >= '0' && c <= most;
}

/* 404 or 5xx; answers of the class 1 are never seen. *last is below *first when it is neither. */
static void
read_status(const char *s, size_t *first, size_t *last)
{
	*first = 1;
	*last = 0;
	if (strcspn(s, "=") != 3 || !is_digit(s[0], '5') || s[0] < '2')
		return;
	if ((s[1] | 0x20) == 'x' && (s[2] | 0x20) == 'x') {
		*first = (size_t)(s[0] - '0') * 100;
		*last = *first + 99;
	} else if (is_digit(s[1], '9') && is_digit(s[2], '9')) {
		*first = *last = (size_t)((s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0'));
	}
}

static int
add_rule(struct nq_rules *r, const char *text, bool classes, struct nq_err *err)
{
	size_t first, last, what = 1;

	read_status(text, &first, &last);
	if (last < LOWEST || text[3] != '=')
		return nq_err_set(err, NQ_USAGE,
		    "--on: write STATUS=WHAT, for example 404=empty or 5xx=fail, not '%s'", text);
	while (what < NAMES && strcmp(text + 4, names[what]) != 0)
		what++;
	if (what == NAMES)
		return nq_err_set(err, NQ_USAGE,
		    "--on: an answer can be empty, fail, retry or stop, not '%s'", text + 4);
	if (classes == (last > first))
		memset(r->what + first, (int)what, last - first + 1);
	return 0;
}

int
nq_rules_read(struct nq_rules *r, const struct nq_list *texts, struct nq_err *err)
{
	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < texts->n; i++)
		if (add_rule(r, texts->v[i], true, err) == -1)
			return -1;
	for (size_t i = 0; i < texts->n; i++)
		if (add_rule(r, texts->v[i], false, err) == -1)
			return -1;
	return 0;
}

enum nq_rule_what
nq_rules_find(const struct nq_rules *r, long status)
{
	if (r == NULL || status < LOWEST || status >= (long)sizeof(r->what))
		return NQ_RULE_NONE;
	return (enum nq_rule_what)r->what[status];
}

const char *
nq_rules_name(enum nq_rule_what what)
{
	return names[what];
}
