#include "base/time.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A reader over the text; each step returns -1 and leaves at where it was when it does not fit. */
struct scan {
	const char *at, *end;
};

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
digits(struct scan *s, int n, int *out)
{
	int v = 0;

	if (s->end - s->at < n)
		return -1;
	for (int i = 0; i < n; i++) {
		if (!is_digit(s->at[i]))
			return -1;
		v = v * 10 + (s->at[i] - '0');
	}
	s->at += n;
	*out = v;
	return 0;
}

static inline int
one_of(struct scan *s, const char *set)
{
	for (; s->at < s->end && *set != '\0'; set++)
		if (*s->at == *set)
			return (unsigned char)*s->at++;
	return -1;
}

static int
fraction(struct scan *s, uint64_t *atto)
{
	uint64_t place = NQ_ATTO_PER_SEC;
	int n = 0;

	for (; s->at < s->end && is_digit(*s->at); s->at++, n++) {
		if (place == 1 && *s->at != '0')
			return -1;
		place = place > 1 ? place / 10 : 1;
		*atto += n < 18 ? (uint64_t)(*s->at - '0') * place : 0;
	}
	return n > 0 ? 0 : -1;
}

static int
clock_part(struct scan *s, struct tm *tm, uint64_t *atto)
{
	if (digits(s, 2, &tm->tm_hour) == -1 || one_of(s, ":") == -1 ||
	    digits(s, 2, &tm->tm_min) == -1)
		return -1;
	if (one_of(s, ":") != -1) {
		if (digits(s, 2, &tm->tm_sec) == -1)
			return -1;
		if (one_of(s, ".,") != -1 && fraction(s, atto) == -1)
			return -1;
	}
	return tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60 ? 0 : -1;
}

/* Seconds east of UTC; *naive tells that there was none. */
static int
zone(struct scan *s, int *offset, int *naive)
{
	int sign, h, m = 0;

	*naive = s->at == s->end;
	*offset = 0;
	if (*naive || one_of(s, "Zz") != -1)
		return s->at == s->end ? 0 : -1;
	sign = one_of(s, "+-");
	if (sign == -1 || digits(s, 2, &h) == -1)
		return -1;
	if (s->at < s->end && (one_of(s, ":"), digits(s, 2, &m)) == -1)
		return -1;
	if (h > 23 || m > 59 || s->at != s->end)
		return -1;
	*offset = (h * 60 + m) * 60 * (sign == '-' ? -1 : 1);
	return 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static int
date_part(struct scan *s, struct tm *tm)
{
	int year, month;

	if (digits(s, 4, &year) == -1 || one_of(s, "-") == -1 || digits(s, 2, &month) == -1 ||
	    one_of(s, "-") == -1 || digits(s, 2, &tm->tm_mday) == -1)
		return -1;
	if (month < 1 || month > 12 || tm->tm_mday < 1 || tm->tm_mday > days_in_month(year, month))
		return -1;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	return 0;
}

/* Days since 1970-01-01 in the Gregorian calendar, by years that begin in March. */
static int64_t
day_number(const struct tm *tm)
{
	int64_t year = tm->tm_year + 1900 - (tm->tm_mon < 2);
	int64_t era = (year < 0 ? year - 399 : year) / 400;
	int64_t of_era = year - era * 400, month = (tm->tm_mon + 10) % 12;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (month * 153 + 2) / 5 +
	       tm->tm_mday - 1 - 719468;
}

int
nq_time_parse(struct nq_str text, struct nq_time *t, int *naive)
{
	struct scan s = {text.p, text.p + text.n};
	struct tm tm = {0};
	int offset, bare;

	t->atto = 0;
	if (date_part(&s, &tm) == -1)
		return -1;
	if (s.at < s.end && (one_of(&s, "Tt ") == -1 || clock_part(&s, &tm, &t->atto) == -1))
		return -1;
	if (zone(&s, &offset, &bare) == -1 || (bare && naive == NULL))
		return -1;
	if (naive != NULL)
		*naive = bare;
	t->sec = ((day_number(&tm) * 24 + tm.tm_hour) * 60 + tm.tm_min) * 60 + tm.tm_sec - offset;
	return 0;
}

int
nq_time_cmp(struct nq_time a, struct nq_time b)
{
	if (a.sec != b.sec)
		return a.sec < b.sec ? -1 : 1;
	return (a.atto > b.atto) - (a.atto < b.atto);
}

struct nq_time
nq_time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (struct nq_time){ts.tv_sec, (uint64_t)ts.tv_nsec * 1000000000u};
}

struct nq_time
nq_time_add_ms(struct nq_time t, int64_t ms)
{
	const uint64_t atto_per_ms = NQ_ATTO_PER_SEC / 1000;
	int64_t rest = ms % 1000;

	t.sec += ms / 1000;
	if (rest < 0) {
		rest += 1000;
		t.sec--;
	}
	t.atto += (uint64_t)rest * atto_per_ms;
	if (t.atto >= NQ_ATTO_PER_SEC) {
		t.atto -= NQ_ATTO_PER_SEC;
		t.sec++;
	}
	return t;
}

void
nq_time_format(struct nq_time t, struct nq_buf *b)
{
	time_t sec = (time_t)t.sec;
	struct tm tm;
	char frac[24];
	int n;

	gmtime_r(&sec, &tm);
	nq_buf_addf(b, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (t.atto != 0) {
		n = snprintf(frac, sizeof(frac), "%018llu", (unsigned long long)t.atto);
		while (n > 0 && frac[n - 1] == '0')
			n--;
		nq_buf_addf(b, ".%.*s", n, frac);
	}
	nq_buf_addc(b, 'Z');
}

/* strptime(3) knows the names in the C locale, which is the only one we ever run in. */
int
nq_time_parse_http(struct nq_str s, int64_t *sec)
{
	static const char *const forms[] = {
	    "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};
	struct tm tm;
	char text[64];
	const char *end;

	if (s.n >= sizeof(text) || memchr(s.p, '\0', s.n) != NULL)
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, forms[i], &tm);
		if (end != NULL && *end == '\0') {
			*sec = timegm(&tm);
			return 0;
		}
	}
	return -1;
}
