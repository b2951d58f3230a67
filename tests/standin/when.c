#include "when.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

/* n digits at *p; -1 if one of them is none */
static int
digits(const char **p, int n)
{
	int v = 0;

	for (; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static bool
eat(const char **p, const char *set)
{
	if (**p == '\0' || strchr(set, **p) == NULL)
		return false;
	(*p)++;
	return true;
}

static bool
parse_date(const char **p, struct tm *tm)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int y, m, d, leap;

	y = digits(p, 4);
	if (y < 0 || !eat(p, "-"))
		return false;
	m = digits(p, 2);
	if (m < 1 || m > 12 || !eat(p, "-"))
		return false;
	d = digits(p, 2);
	leap = m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
	tm->tm_year = y - 1900;
	tm->tm_mon = m - 1;
	tm->tm_mday = d;
	return d >= 1 && d <= days[m - 1] + leap;
}

static void
parse_fraction(const char **p, uint32_t *ns)
{
	uint32_t unit = 100000000;

	for (*ns = 0; isdigit((unsigned char)**p); (*p)++, unit /= 10)
		*ns += (uint32_t)(**p - '0') * unit;
}

static bool
parse_offset(const char **p, int *seconds)
{
	int sign = **p == '-' ? -1 : 1, h, m;

	*seconds = 0;
	if (eat(p, "Zz"))
		return true;
	if (!eat(p, "+-"))
		return false;
	h = digits(p, 2);
	if (h < 0 || h > 23)
		return false;
	eat(p, ":");
	m = digits(p, 2);
	*seconds = sign * (h * 3600 + m * 60);
	return m >= 0 && m < 60;
}

bool
when_parse(const char *text, struct instant *out)
{
	struct tm tm = {0};
	const char *p = text;
	int offset = 0;

	out->ns = 0;
	if (!parse_date(&p, &tm))
		return false;
	if (*p != '\0') {
		if (!eat(&p, "Tt "))
			return false;
		tm.tm_hour = digits(&p, 2);
		if (tm.tm_hour < 0 || tm.tm_hour > 23 || !eat(&p, ":"))
			return false;
		tm.tm_min = digits(&p, 2);
		if (tm.tm_min < 0 || tm.tm_min > 59)
			return false;
		if (eat(&p, ":"))
			tm.tm_sec = digits(&p, 2);
		if (tm.tm_sec < 0 || tm.tm_sec > 60)
			return false;
		if (eat(&p, "."))
			parse_fraction(&p, &out->ns);
		if (!parse_offset(&p, &offset))
			return false;
	}
	out->s = (int64_t)timegm(&tm) - offset;
	return *p == '\0';
}

int
when_cmp(struct instant a, struct instant b)
{
	if (a.s != b.s)
		return a.s < b.s ? -1 : 1;
	return (a.ns > b.ns) - (a.ns < b.ns);
}

struct instant
when_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (struct instant){ts.tv_sec, (uint32_t)ts.tv_nsec};
}

int64_t
when_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
when_put(struct sb *out, int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	sb_uint(out, (uint64_t)(tm.tm_year + 1900), 4);
	sb_ch(out, '-');
	sb_uint(out, (uint64_t)tm.tm_mon + 1, 2);
	sb_ch(out, '-');
	sb_uint(out, (uint64_t)tm.tm_mday, 2);
	sb_ch(out, 'T');
	sb_uint(out, (uint64_t)tm.tm_hour, 2);
	sb_ch(out, ':');
	sb_uint(out, (uint64_t)tm.tm_min, 2);
	sb_ch(out, ':');
	sb_uint(out, (uint64_t)tm.tm_sec, 2);
	sb_ch(out, 'Z');
}

void
when_http(struct sb *out, int64_t s)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t t = (time_t)s;
	struct tm tm;

	gmtime_r(&t, &tm);
	sb_fmt(out, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
