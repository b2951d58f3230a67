#include "fetch/cap.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct nq_time
nq_cap_of(const struct nq_headers *h, struct nq_time started)
{
	int64_t date;

	if (!nq_headers_date(h, &date))
		return started;
	return (struct nq_time){date - nq_headers_age(h) - 1, 0};
}

/* Seconds east of UTC that the text ends in, where[0] the sign's place; 0 for Z and none. */
static int
offset_of(const struct nq_buf *mark, size_t *where)
{
	int sign, h = 0, m = 0;

	*where = mark->len;
	for (size_t i = 11; i < mark->len; i++)
		if (strchr("Zz+-", mark->data[i]) != NULL)
			*where = i;
	if (*where == mark->len || strchr("Zz", mark->data[*where]) != NULL)
		return 0;
	sign = mark->data[*where] == '-' ? -1 : 1;
	if (sscanf(mark->data + *where + 1, "%2d:%2d", &h, &m) < 2)
		sscanf(mark->data + *where + 1, "%2d%2d", &h, &m);
	return sign * (h * 60 + m) * 60;
}

static void
write_like(const struct nq_buf *like, struct nq_time t, struct nq_buf *out)
{
	size_t zone, point, digits;
	time_t sec = (time_t)(t.sec + offset_of(like, &zone));
	char fraction[24];
	struct tm tm;

	gmtime_r(&sec, &tm);
	nq_buf_addf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (like->len <= 10)
		return;
	nq_buf_addf(out, "%c%02d:%02d", like->data[10], tm.tm_hour, tm.tm_min);
	if (zone > 16)
		nq_buf_addf(out, ":%02d", tm.tm_sec);
	point = 11 + strcspn(like->data + 11, ".,");
	if (point < zone) {
		digits = zone - point - 1 < 18 ? zone - point - 1 : 18;
		snprintf(fraction, sizeof(fraction), "%018llu", (unsigned long long)t.atto);
		nq_buf_addf(out, "%c%.*s", like->data[point], (int)digits, fraction);
	}
	nq_buf_adds(out, like->data + zone);
}

bool
nq_cap_apply(struct nq_buf *mark, struct nq_time cap)
{
	struct nq_buf lowered = NQ_BUF_INIT;
	struct nq_time t;
	int naive;

	if (mark->len == 0 || nq_time_parse(nq_buf_str(mark), &t, &naive) == -1 ||
	    nq_time_cmp(t, cap) <= 0)
		return false;
	write_like(mark, cap, &lowered);
	nq_buf_free(mark);
	*mark = lowered;
	return true;
}

int
nq_cap_until_check(const char *until, enum nq_cursor_type type, struct nq_err *err)
{
	if (type != NQ_CURSOR_TIMESTAMP)
		return nq_err_set(err, NQ_USAGE,
		    "--until goes with a --watermark of type timestamp_utc, which it sets");
	if (nq_watermark_check(type, nq_str(until), err) == 0)
		return 0;
	err->status = NQ_USAGE;
	return nq_err_at(err, "--until: ");
}

bool
nq_cap_until(struct nq_buf *mark, const char *until, struct nq_time cap)
{
	struct nq_buf end = NQ_BUF_INIT;
	bool beyond;

	nq_buf_adds(&end, until);
	nq_cap_apply(&end, cap);
	beyond = mark->len > 0 &&
		 nq_watermark_cmp(NQ_CURSOR_TIMESTAMP, nq_buf_str(mark), nq_buf_str(&end)) > 0;
	nq_buf_free(mark);
	*mark = end;
	return beyond;
}
