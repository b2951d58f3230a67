#include "fetch/csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "json/utf8.h"

enum { SHOWN = 80 }; /* bytes of a name, in a message */

void
nq_csv_init(struct nq_csv *c)
{
	memset(c, 0, sizeof(*c));
	c->out = c->names = (struct nq_buf)NQ_BUF_INIT;
}

void
nq_csv_free(struct nq_csv *c)
{
	nq_buf_free(&c->out);
	nq_buf_free(&c->names);
	free(c->name_at);
	c->name_at = NULL;
}

void
nq_csv_begin(struct nq_csv *c, char delimiter, size_t max_row)
{
	c->delimiter = delimiter;
	c->max_row = max_row;
	c->place = NQ_CSV_FIELD;
	c->line = c->row_line = 1;
	c->field = c->columns = 0;
	c->in_row = false;
	nq_buf_reset(&c->out);
	nq_buf_reset(&c->names);
	if (c->name_at == NULL)
		c->name_at = nq_calloc(NQ_MAX_COLUMNS + 1, sizeof(*c->name_at));
	memset(c->stop, 0, sizeof(c->stop));
	for (int i = 0; i < 0x20; i++)
		c->stop[i] = true;
	c->stop['"'] = c->stop['\\'] = c->stop[(unsigned char)delimiter] = true;
}

static int __attribute__((format(printf, 3, 4)))
refuse(uint64_t line, struct nq_err *err, const char *fmt, ...)
{
	char why[NQ_MAX_MESSAGE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return nq_err_set(err, NQ_FAIL, "line %llu: %s", (unsigned long long)line, why);
}

static struct nq_str
name_of(const struct nq_csv *c, size_t i)
{
	return (struct nq_str){c->names.data + c->name_at[i], c->name_at[i + 1] - c->name_at[i]};
}

/* A field of the header ends: its name is kept as `"name":`, ready to be written. */
static int
end_name(struct nq_csv *c, struct nq_err *err)
{
	struct nq_str name = nq_buf_str(&c->out);
	size_t at = c->names.len;

	if (c->field == NQ_MAX_COLUMNS)
		return refuse(c->row_line, err, "more than %d columns", NQ_MAX_COLUMNS);
	if (name.n == 0)
		return refuse(
		    c->row_line, err, "column %zu of the header has no name", c->field + 1);
	if (nq_utf8_check(c->out.data, c->out.len) != c->out.len)
		return refuse(
		    c->row_line, err, "the name of column %zu is not valid UTF-8", c->field + 1);
	nq_buf_addc(&c->names, '"');
	nq_buf_addstr(&c->names, name);
	nq_buf_adds(&c->names, "\":\"");
	c->name_at[c->field] = at;
	c->name_at[c->field + 1] = c->names.len;
	for (size_t i = 0; i < c->field; i++)
		if (nq_str_eq(name_of(c, i), name_of(c, c->field)))
			return refuse(c->row_line, err,
			    "columns %zu and %zu of the header have the same name '%.*s'", i + 1,
			    c->field + 1, (int)(name.n < SHOWN ? name.n : SHOWN), name.p);
	nq_buf_reset(&c->out);
	return 0;
}

/* What a field starts with in the row's JSON. */
static int
begin_field(struct nq_csv *c, struct nq_err *err)
{
	struct nq_str name;

	c->in_row = true;
	if (c->columns > 0 && c->field == c->columns)
		return refuse(c->row_line, err,
		    "the row has more fields than the header, which has %zu", c->columns);
	if (c->columns > 0) {
		name = name_of(c, c->field);
		nq_buf_addc(&c->out, c->field == 0 ? '{' : ',');
		nq_buf_addstr(&c->out, name);
	}
	return 0;
}

static int
end_field(struct nq_csv *c, struct nq_err *err)
{
	c->place = NQ_CSV_FIELD;
	if (c->columns > 0)
		nq_buf_addc(&c->out, '"');
	else if (end_name(c, err) == -1)
		return -1;
	c->field++;
	return 0;
}

/* The line feed was seen, or the text ends. */
static int
end_row(struct nq_csv *c, nq_csv_fn fn, void *ctx, struct nq_err *err)
{
	size_t fields = c->field;

	c->in_row = false;
	c->field = 0;
	if (c->columns == 0) {
		c->columns = fields;
		nq_buf_reset(&c->out);
		return 0;
	}
	if (fields < c->columns)
		return refuse(c->row_line, err, "the row has %zu field%s, the header %zu", fields,
		    nq_plural(fields), c->columns);
	nq_buf_adds(&c->out, "}\n");
	if (fn(ctx, c->out.data, c->out.len, err) == -1)
		return -1;
	nq_buf_reset(&c->out);
	return 0;
}

static int
end_line(struct nq_csv *c, nq_csv_fn fn, void *ctx, struct nq_err *err)
{
	bool empty = !c->in_row;

	c->place = NQ_CSV_FIELD;
	c->line++;
	if (empty && c->columns != 1) {
		c->row_line = c->line;
		return 0;
	}
	if (empty && (begin_field(c, err) == -1 || end_field(c, err) == -1))
		return -1;
	if (end_row(c, fn, ctx, err) == -1)
		return -1;
	c->row_line = c->line;
	return 0;
}

static void
escape(struct nq_csv *c, unsigned char byte)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *at = byte != 0 ? strchr(from, byte) : NULL;

	if (at != NULL)
		nq_buf_add(&c->out, (char[]){'\\', to[at - from]}, 2);
	else
		nq_buf_addf(&c->out, "\\u%04x", byte);
}

/* Inside quotes: up to the next one, or all there is. */
static size_t
quoted(struct nq_csv *c, const char *p, size_t n)
{
	size_t i = 0, from;

	while (i < n) {
		for (from = i; i < n && !c->stop[(unsigned char)p[i]]; i++)
			;
		nq_buf_add(&c->out, p + from, i - from);
		if (i == n)
			break;
		if (p[i] == '"') {
			c->place = NQ_CSV_QUOTE;
			return i + 1;
		}
		c->line += p[i] == '\n';
		if (p[i] == c->delimiter && p[i] != '\t')
			nq_buf_addc(&c->out, p[i]);
		else
			escape(c, (unsigned char)p[i]);
		i++;
	}
	return n;
}

/* Text without quotes: what may stand in it as it is, up to something else. */
static size_t
plain(struct nq_csv *c, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && !c->stop[(unsigned char)p[i]])
		i++;
	nq_buf_add(&c->out, p, i);
	return i;
}

/* A byte that ends or belongs to the field before it, outside quotes. */
static int
special(struct nq_csv *c, char byte, nq_csv_fn fn, void *ctx, struct nq_err *err)
{
	if (byte == c->delimiter) {
		if (end_field(c, err) == -1 || begin_field(c, err) == -1)
			return -1;
		return 0;
	}
	if (byte == '\r' || byte == '\n') {
		if (c->in_row && end_field(c, err) == -1)
			return -1;
		c->place = NQ_CSV_CR;
		return byte == '\n' ? end_line(c, fn, ctx, err) : 0;
	}
	if (c->place == NQ_CSV_QUOTE)
		return refuse(c->line, err,
		    "something follows the quote that ends a field (a quote in it is written "
		    "\"\")");
	if (byte == '"')
		return refuse(c->line, err, "a quote inside a field that does not begin with one");
	c->place = NQ_CSV_PLAIN;
	escape(c, (unsigned char)byte);
	return 0;
}

/* One step from where the text stands; *used is how much of it was taken. */
static int
step(struct nq_csv *c, const char *p, size_t n, size_t *used, nq_csv_fn fn, void *ctx,
    struct nq_err *err)
{
	*used = 1;
	switch (c->place) {
	case NQ_CSV_QUOTED:
		*used = quoted(c, p, n);
		return 0;
	case NQ_CSV_QUOTE:
		if (*p != '"')
			return special(c, *p, fn, ctx, err);
		c->place = NQ_CSV_QUOTED;
		nq_buf_adds(&c->out, "\\\"");
		return 0;
	case NQ_CSV_CR:
		if (*p != '\n')
			return refuse(c->line, err, "a carriage return without a line feed");
		return end_line(c, fn, ctx, err);
	case NQ_CSV_FIELD:
		if (!c->in_row && *p != '\n' && *p != '\r' && begin_field(c, err) == -1)
			return -1;
		if (*p == '"') {
			c->place = NQ_CSV_QUOTED;
			return 0;
		}
		break;
	default:
		break;
	}
	*used = plain(c, p, n);
	if (*used > 0) {
		c->place = NQ_CSV_PLAIN;
		return 0;
	}
	*used = 1;
	return special(c, *p, fn, ctx, err);
}

int
nq_csv_data(struct nq_csv *c, const char *p, size_t n, nq_csv_fn fn, void *ctx, struct nq_err *err)
{
	size_t used;

	for (; n > 0; p += used, n -= used) {
		if (step(c, p, n, &used, fn, ctx, err) == -1)
			return -1;
		if (c->out.len + c->names.len > c->max_row)
			return refuse(c->row_line, err,
			    "the row is larger than %zu bytes (--max-line raises the limit)",
			    c->max_row);
	}
	return 0;
}

int
nq_csv_end(struct nq_csv *c, nq_csv_fn fn, void *ctx, struct nq_err *err)
{
	if (c->place == NQ_CSV_QUOTED)
		return nq_err_set(err, NQ_TEMPFAIL,
		    "line %llu: the body ends inside a quoted field",
		    (unsigned long long)c->row_line);
	if (!c->in_row)
		return 0;
	if (c->place != NQ_CSV_CR && end_field(c, err) == -1)
		return -1;
	if (c->columns > 0 && c->field < c->columns)
		return nq_err_set(err, NQ_TEMPFAIL,
		    "line %llu: the body ends in the middle of a row",
		    (unsigned long long)c->row_line);
	return end_row(c, fn, ctx, err);
}

int
nq_csv_delimiter(const char *text, char *delimiter, struct nq_err *err)
{
	*delimiter = ',';
	if (text == NULL)
		return 0;
	*delimiter = strcmp(text, "tab") == 0 || strcmp(text, "\t") == 0 ? '\t' : *text;
	if (*delimiter == '\t' ||
	    (text[0] > ' ' && text[0] < 0x7f && text[1] == '\0' && strchr("\"\\", *text) == NULL))
		return 0;
	return nq_err_set(err, NQ_USAGE,
	    "--csv-delimiter: write one character, such as ';', or tab, not '%s'", text);
}
