#include "map/func.h"

#include <string.h>
#include <time.h>

#include "base/decimal.h"
#include "base/time.h"

/* What four digits of a year can say. */
static const int64_t first_second = -62167219200, last_second = 253402300799;

enum { SECONDS_A_DAY = 86400, LONGEST = 256 };

static int
no_time(struct nq_call *c)
{
	struct nq_str s = c->in->text;

	if (c->in->type != NQ_STRING && c->in->type != NQ_NUMBER)
		return nq_eval_reject(
		    c->e, c->at, "%s is not a timestamp", nq_value_type_name(c->in));
	return nq_eval_reject(
	    c->e, c->at, "'%.*s' is not a timestamp", s.n > 100 ? 100 : (int)s.n, s.p);
}

static int
give_time(struct nq_call *c, struct nq_time t, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;

	if (t.sec < first_second || t.sec > last_second)
		return nq_eval_reject(c->e, c->at, "a time outside of the years 0 to 9999");
	nq_time_format(t, &b);
	*out = nq_value_string(nq_arena_copy(&c->e->arena, nq_buf_str(&b)));
	nq_buf_free(&b);
	return 0;
}

/* The input as an instant; a text without zone is UTC. */
static int
take_time(struct nq_call *c, struct nq_time *t)
{
	int naive;

	if (c->in->type == NQ_STRING && nq_time_parse(c->in->text, t, &naive) == 0)
		return 0;
	return no_time(c);
}

/* A decimal without exponent as seconds and attoseconds; digits beyond those are dropped. */
static int
split_seconds(struct nq_str s, struct nq_time *t)
{
	size_t i = s.n > 0 && s.p[0] == '-';
	uint64_t place = NQ_ATTO_PER_SEC / 10;
	bool minus = i == 1;

	*t = (struct nq_time){0, 0};
	for (; i < s.n && s.p[i] != '.'; i++) {
		if (t->sec > last_second)
			return -1;
		t->sec = t->sec * 10 + (s.p[i] - '0');
	}
	for (i++; i < s.n && place > 0; i++, place /= 10)
		t->atto += (uint64_t)(s.p[i] - '0') * place;
	if (!minus)
		return 0;
	t->sec = -t->sec;
	if (t->atto > 0) {
		t->sec--;
		t->atto = NQ_ATTO_PER_SEC - t->atto;
	}
	return 0;
}

/* Seconds since 1970, or thousandths of them. */
static int
from_epoch(struct nq_call *c, const char *unit, struct nq_value *out)
{
	struct nq_buf b = NQ_BUF_INIT;
	const char *why = NULL;
	struct nq_value v;
	struct nq_time t = {0, 0};
	int rc = -1;

	if (nq_fn_number(c, &v) == -1)
		return -1;
	if (nq_decimal_calc('/', v.text, nq_str(unit), &b, &why) == -1 ||
	    split_seconds(nq_buf_str(&b), &t) == -1)
		no_time(c);
	else
		rc = give_time(c, t, out);
	nq_buf_free(&b);
	return rc;
}

/* strptime(3) in the C locale, the only one that we ever run in; what it leaves over is wrong. */
static int
by_format(struct nq_call *c, struct nq_value *out)
{
	struct nq_str format = nq_arena_copy(&c->e->arena, c->arg[0].text);
	struct nq_value text;
	struct nq_time t = {0, 0};
	struct tm tm = {.tm_mday = 1, .tm_year = 70};
	const char *end;
	long offset;

	if (nq_fn_string(c, &text) == -1)
		return -1;
	text.text = nq_arena_copy(&c->e->arena, text.text);
	end = strptime(text.text.p, format.p, &tm);
	if (end == NULL || end != text.text.p + text.text.n)
		return no_time(c);
	offset = tm.tm_gmtoff;
	t.sec = (int64_t)timegm(&tm) - offset;
	return give_time(c, t, out);
}

int
nq_fn_to_timestamp(struct nq_call *c, struct nq_value *out)
{
	struct nq_time t = {0, 0};

	*out = *c->in;
	if (c->in->type <= NQ_NULL)
		return 0;
	if (c->n == 0)
		return take_time(c, &t) == -1 ? -1 : give_time(c, t, out);
	if (c->in->type != NQ_STRING && c->in->type != NQ_NUMBER)
		return no_time(c);
	if (nq_str_is(c->arg[0].text, "epoch"))
		return from_epoch(c, "1", out);
	if (nq_str_is(c->arg[0].text, "epoch_ms"))
		return from_epoch(c, "1000", out);
	return by_format(c, out);
}

/* The format is the user's own word: what strftime(3) makes of it is bounded by the buffer. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static int
print_time(struct nq_call *c, struct nq_time t, const char *format, struct nq_value *out)
{
	time_t sec = (time_t)t.sec;
	char text[LONGEST];
	struct tm tm;
	size_t n;

	if (t.sec < first_second || t.sec > last_second)
		return nq_eval_reject(c->e, c->at, "a time outside of the years 0 to 9999");
	gmtime_r(&sec, &tm);
	n = strftime(text, sizeof(text), format, &tm);
	if (n == 0 && *format != '\0')
		return nq_eval_reject(c->e, c->at, "'%s' gives no text, or too much", format);
	*out = nq_value_string(nq_arena_copy(&c->e->arena, (struct nq_str){text, n}));
	return 0;
}

int
nq_fn_format_time(struct nq_call *c, struct nq_value *out)
{
	struct nq_time t = {0, 0};

	if (take_time(c, &t) == -1)
		return -1;
	return print_time(c, t, nq_arena_copy(&c->e->arena, c->arg[0].text).p, out);
}

int
nq_fn_date(struct nq_call *c, struct nq_value *out)
{
	struct nq_time t = {0, 0};

	return take_time(c, &t) == -1 ? -1 : print_time(c, t, "%Y-%m-%d", out);
}

/* A date stays a date. */
int
nq_fn_add_days(struct nq_call *c, struct nq_value *out)
{
	int64_t days = nq_func_integer(&c->arg[0]);
	struct nq_time t = {0, 0};

	if (take_time(c, &t) == -1)
		return -1;
	if (days > 4000000 || days < -4000000)
		return nq_eval_reject(c->e, c->at, "a time outside of the years 0 to 9999");
	t.sec += days * SECONDS_A_DAY;
	if (c->in->text.n == strlen("2026-05-16"))
		return print_time(c, t, "%Y-%m-%d", out);
	return give_time(c, t, out);
}
