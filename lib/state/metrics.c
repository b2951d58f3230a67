#include "state/metrics.h"

/* The value of a metric for one row; false when the row has none. */
typedef bool (*metric_fn)(const struct nq_row *, struct nq_time now, struct nq_buf *);

static bool
instant(const struct nq_row *r, enum nq_field f, struct nq_time *t)
{
	int naive;

	return nq_row_has(r, f) && nq_time_parse(nq_row_get(r, f), t, &naive) == 0;
}

static bool
add_seconds(struct nq_buf *b, int64_t seconds)
{
	nq_buf_addf(b, "%lld", (long long)seconds);
	return true;
}

static bool
running(const struct nq_row *r, struct nq_time now, struct nq_buf *b)
{
	(void)now;
	return add_seconds(b, nq_row_is(r, NQ_F_STATUS, "running"));
}

static bool
success(const struct nq_row *r, struct nq_time now, struct nq_buf *b)
{
	bool good = nq_row_is(r, NQ_F_STATUS, "succeeded");

	(void)now;
	return (good || nq_row_is(r, NQ_F_STATUS, "failed")) && add_seconds(b, good);
}

static bool
records(const struct nq_row *r, struct nq_time now, struct nq_buf *b)
{
	(void)now;
	nq_buf_addstr(b, nq_row_get(r, NQ_F_RECORDS));
	return nq_row_has(r, NQ_F_RECORDS);
}

static bool
duration(const struct nq_row *r, struct nq_time now, struct nq_buf *b)
{
	struct nq_time from, to;

	(void)now;
	return instant(r, NQ_F_STARTED_AT, &from) && instant(r, NQ_F_COMPLETED_AT, &to) &&
	       add_seconds(b, to.sec - from.sec);
}

static bool
age(const struct nq_row *r, struct nq_time now, struct nq_buf *b)
{
	struct nq_time to;

	return instant(r, NQ_F_COMPLETED_AT, &to) && add_seconds(b, now.sec - to.sec);
}

static bool
lag(const struct nq_row *r, struct nq_time now, struct nq_buf *b)
{
	struct nq_time cursor;

	return nq_row_cursor_type(r) == NQ_CURSOR_TIMESTAMP && instant(r, NQ_F_CURSOR, &cursor) &&
	       add_seconds(b, now.sec - cursor.sec);
}

static const struct {
	const char *name, *help;
	metric_fn value;
} metrics[] = {
    {"nq_stream_running", "1 while a run is on", running},
    {"nq_stream_last_run_success", "1 when the last run succeeded, 0 when it failed", success},
    {"nq_stream_last_run_records", "records of the last run", records},
    {"nq_stream_last_run_duration_seconds", "how long the last run took", duration},
    {"nq_stream_last_run_age_seconds", "how long ago the last run ended", age},
    {"nq_stream_lag_seconds", "how far the committed cursor is behind now", lag},
};

static void
add_label(struct nq_buf *b, const char *name, struct nq_str value)
{
	nq_buf_addf(b, "%s=\"", name);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\n')
			nq_buf_adds(b, "\\n");
		else if (value.p[i] == '"' || value.p[i] == '\\')
			nq_buf_add(b, (char[]){'\\', value.p[i]}, 2);
		else
			nq_buf_addc(b, value.p[i]);
	}
	nq_buf_addc(b, '"');
}

static void
add_sample(struct nq_buf *b, const char *name, const struct nq_row *r, const struct nq_buf *value)
{
	nq_buf_addf(b, "%s{", name);
	add_label(b, "connector", nq_row_get(r, NQ_F_CONNECTOR));
	nq_buf_addc(b, ',');
	add_label(b, "stream", nq_row_get(r, NQ_F_STREAM));
	nq_buf_addf(b, "} %s\n", value->data);
}

void
nq_metrics_format(const struct nq_row *rows, size_t n, struct nq_time now, struct nq_buf *b)
{
	struct nq_buf value = NQ_BUF_INIT;

	for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
		nq_buf_addf(b, "# HELP %s %s\n# TYPE %s gauge\n", metrics[m].name, metrics[m].help,
		    metrics[m].name);
		for (size_t i = 0; i < n; i++) {
			nq_buf_reset(&value);
			if (metrics[m].value(&rows[i], now, &value))
				add_sample(b, metrics[m].name, &rows[i], &value);
		}
	}
	nq_buf_free(&value);
}
