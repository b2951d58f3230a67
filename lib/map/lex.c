#include "map/lex.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "json/doc.h"
#include "json/text.h"
#include "json/utf8.h"
#include "map/place.h"

int
nq_lex_error(struct nq_lex *l, uint32_t pos, const char *fmt, ...)
{
	char text[NQ_MAX_MESSAGE / 2];
	va_list ap;

	if (l->quiet)
		return -1;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->wrong_at = pos;
	return nq_place_fault(&(struct nq_place){l->file, l->source, pos}, l->faults, text);
}

/* === words ================================================================================== */

static char
peek(const struct nq_lex *l, size_t ahead)
{
	return l->at + ahead < l->source.n ? l->source.p[l->at + ahead] : '\0';
}

static bool
starts_name(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool
in_name(char c)
{
	return starts_name(c) || isdigit((unsigned char)c);
}

static void
skip_blank(struct nq_lex *l)
{
	char c;

	for (; l->at < l->source.n; l->at++) {
		c = l->source.p[l->at];
		if (c == '#') {
			while (l->at < l->source.n && l->source.p[l->at] != '\n')
				l->at++;
			l->at -= l->at == l->source.n;
		} else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
			break;
		}
	}
}

static void
take(struct nq_lex *l, enum nq_token type, size_t from, size_t end)
{
	l->type = type;
	l->text = (struct nq_str){l->source.p + from, end - from};
	l->at = end;
}

static void
name(struct nq_lex *l, enum nq_token type, size_t from)
{
	size_t end = from;

	while (end < l->source.n &&
	       (in_name(l->source.p[end]) ||
		   (type == NQ_T_FIELD && strchr("@$", l->source.p[end]) != NULL &&
		       l->source.p[end] != '\0')))
		end++;
	take(l, type, from, end);
}

static int
number(struct nq_lex *l)
{
	size_t end = l->at;

	while (end < l->source.n && (in_name(l->source.p[end]) || l->source.p[end] == '.' ||
					((l->source.p[end] == '-' || l->source.p[end] == '+') &&
					    end > l->at && (l->source.p[end - 1] | 0x20) == 'e')))
		end++;
	take(l, NQ_T_NUMBER, l->at, end);
	if (!nq_num_valid(l->text))
		return nq_lex_error(l, l->pos, "'%.*s' is not a number", (int)l->text.n, l->text.p);
	return 0;
}

/* === strings ================================================================================ */

/* Where the piece that starts at from ends: at the quote or at "\(". 0: nowhere. */
static size_t
piece_end(const struct nq_lex *l, size_t from)
{
	for (size_t i = from; i < l->source.n && l->source.p[i] != '\n'; i++) {
		if (l->source.p[i] == '"')
			return i;
		if (l->source.p[i] != '\\' || i + 1 == l->source.n)
			continue;
		if (l->source.p[i + 1] == '(')
			return i;
		i++;
	}
	return 0;
}

/* What is between the quotes is checked as the JSON string that it is. */
static int
decode(struct nq_lex *l, size_t from, size_t end, struct nq_buf *out)
{
	struct nq_buf quoted = NQ_BUF_INIT;
	struct nq_err why = NQ_ERR_INIT;
	struct nq_doc d;
	int rc = -1;

	nq_doc_init(&d);
	nq_buf_addc(&quoted, '"');
	nq_buf_add(&quoted, l->source.p + from, end - from);
	nq_buf_addc(&quoted, '"');
	if (nq_doc_parse(&d, nq_buf_str(&quoted), &why) == -1)
		nq_lex_error(l, l->pos,
		    "not a string as in JSON: a backslash stands before \" \\ / b f n r t u or (");
	else if (nq_text_decode((struct nq_str){quoted.data + 1, quoted.len - 2}, out) == -1)
		nq_lex_error(l, l->pos, "a surrogate without its other half");
	else
		rc = 0;
	nq_doc_free(&d);
	nq_buf_free(&quoted);
	return rc;
}

/* Reads the piece of a string from at on; the opening quote or the ")" is behind us. */
static int
piece(struct nq_lex *l, size_t from)
{
	size_t end = piece_end(l, from);
	struct nq_buf b = NQ_BUF_INIT;
	int rc;

	if (end == 0)
		return nq_lex_error(l, l->pos, "the string is not closed on its line");
	rc = decode(l, from, end, &b);
	l->type = l->source.p[end] == '"' ? NQ_T_STRING : NQ_T_STRING_OPEN;
	l->text = nq_arena_copy(l->arena, nq_buf_str(&b));
	l->at = end + (l->type == NQ_T_STRING ? 1 : 2);
	nq_buf_free(&b);
	return rc;
}

/* What is no token is passed over, an open string up to the end of its line. */
static int
no_token(struct nq_lex *l)
{
	const char c = l->source.p[l->pos];

	l->type = NQ_T_BAD;
	if (l->at > l->pos + 1)
		return -1;
	while (l->at < l->source.n && (c == '"' || c == '.' || c == ')') && peek(l, 0) != '\n')
		l->at++;
	if (l->at == l->pos)
		l->at++;
	while (((unsigned char)peek(l, 0) & 0xc0) == 0x80)
		l->at++;
	return -1;
}

int
nq_lex_rest(struct nq_lex *l)
{
	l->pos = (uint32_t)l->at - 1;
	return piece(l, l->at) == -1 ? no_token(l) : 0;
}

/* === tokens ================================================================================= */

static int
dot(struct nq_lex *l)
{
	if (peek(l, 1) == '.' && peek(l, 2) == '.') {
		take(l, NQ_T_SPREAD, l->at, l->at + 3);
		return 0;
	}
	if (starts_name(peek(l, 1)) || peek(l, 1) == '@' || peek(l, 1) == '$') {
		name(l, NQ_T_FIELD, l->at + 1);
		return 0;
	}
	if (peek(l, 1) == '"') {
		if (piece(l, l->at + 2) == -1)
			return -1;
		if (l->type == NQ_T_STRING_OPEN)
			return nq_lex_error(l, l->pos, "a key in a path is fixed: no \\(…) in it");
		l->type = NQ_T_FIELD;
		return 0;
	}
	if (isdigit((unsigned char)peek(l, 1)))
		return nq_lex_error(l, l->pos,
		    "a name that starts with a digit is quoted (.\"2nd\"), "
		    "an index stands in brackets (.[0]), a number starts with a digit (0.5)");
	take(l, NQ_T_DOT, l->at, l->at + 1);
	return 0;
}

/* What other languages write, and what it is here. */
static const char *
foreign(const struct nq_lex *l)
{
	static const char *const signs[][2] = {
	    {"//", "'//' has no meaning: a default is written '?\?', a comment starts with '#'"},
	    {"/*", "'/*' has no meaning: a comment starts with '#'"},
	    {"&&", "'&&' has no meaning: 'and' is written out"},
	    {"? ", "'?' has no meaning: write if … then … else … end"},
	    {"@", "'@' has no meaning here: a function has a plain name, as in .x | base64"},
	    {";", "';' has no meaning: a comma parts members and arguments"},
	    {"'", "strings stand in double quotes"},
	};
	size_t n;

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		n = strlen(signs[i][0]);
		if (l->source.n - l->at >= n && memcmp(l->source.p + l->at, signs[i][0], n) == 0)
			return signs[i][1];
	}
	return NULL;
}

static int
sign(struct nq_lex *l)
{
	static const char *const signs[] = {"??", "==", "!=", "<=", ">=", "{", "}", "[", "]", "(",
	    ")", ",", ":", "|", "!", "<", ">", "+", "-", "*", "/", "%", "="};
	const char *told = foreign(l);
	size_t n;

	if (told != NULL)
		return nq_lex_error(l, l->pos, "%s", told);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		n = strlen(signs[i]);
		if (l->source.n - l->at >= n && memcmp(l->source.p + l->at, signs[i], n) == 0) {
			take(l, NQ_T_SIGN, l->at, l->at + n);
			return 0;
		}
	}
	n = 1;
	while (((unsigned char)peek(l, n) & 0xc0) == 0x80)
		n++;
	return nq_lex_error(l, l->pos, "'%.*s' has no meaning here", (int)n, l->source.p + l->at);
}

static int
token(struct nq_lex *l)
{
	char c = peek(l, 0);

	if (c == '.')
		return dot(l);
	if (c == '"')
		return piece(l, l->at + 1);
	if (isdigit((unsigned char)c))
		return number(l);
	if (c == '$' && starts_name(peek(l, 1)))
		name(l, NQ_T_VAR, l->at + 1);
	else if (starts_name(c))
		name(l, NQ_T_NAME, l->at);
	else
		return sign(l);
	return 0;
}

int
nq_lex_next(struct nq_lex *l)
{
	size_t before = l->at;

	l->last = (uint32_t)before;
	skip_blank(l);
	l->spaced = l->at > before;
	l->pos = (uint32_t)l->at;
	if (l->at == l->source.n) {
		take(l, NQ_T_END, l->at, l->at);
		return 0;
	}
	return token(l) == -1 ? no_token(l) : 0;
}

int
nq_lex_open(struct nq_lex *l, const char *file, struct nq_str source, struct nq_arena *arena,
    struct nq_faults *faults)
{
	size_t good = nq_utf8_check(source.p, source.n);
	struct nq_err err = NQ_ERR_INIT;

	*l = (struct nq_lex){.file = file, .source = source, .arena = arena, .faults = faults};
	if (good == source.n)
		return nq_lex_next(l);
	nq_err_set(&err, NQ_USAGE, "%s: byte %zu: not valid UTF-8", file, good + 1);
	return nq_faults_take(faults, &err);
}

bool
nq_lex_is(const struct nq_lex *l, const char *word)
{
	return (l->type == NQ_T_SIGN || l->type == NQ_T_NAME) && nq_str_is(l->text, word);
}

const char *
nq_lex_shown(const struct nq_lex *l, struct nq_buf *b)
{
	nq_buf_reset(b);
	if (l->type == NQ_T_END)
		nq_buf_adds(b, "the end of the mapping");
	else if (l->type == NQ_T_STRING || l->type == NQ_T_STRING_OPEN)
		nq_buf_adds(b, "a string");
	else
		nq_buf_addf(b, "'%.*s'", (int)(l->at - l->pos), l->source.p + l->pos);
	return b->data;
}
