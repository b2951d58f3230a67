#include "plan/stages.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/time.h"
#include "plan/keys.h"

#define LOOKBACK_DAYS "7" /* where the settings are Nuntiq's and say nothing else */

static bool
is_timestamp(const struct nq_plan *p)
{
	return p->cursor_type != NULL && strcmp(p->cursor_type, "timestamp_utc") == 0;
}

/* A date alone, or a time without zone, is UTC; what is complete, or -7d, stays as written. */
static int
normalised(const char *text, struct nq_buf *out)
{
	struct nq_time t;
	int64_t ms;
	int naive = 0;

	if (text[0] == '-' && nq_cli_duration(text + 1, &ms) == 0) {
		nq_buf_adds(out, text);
		return 0;
	}
	if (nq_time_parse(nq_str(text), &t, &naive) == -1)
		return -1;
	if (naive != 0)
		nq_time_format(t, out);
	else
		nq_buf_adds(out, text);
	return 0;
}

/* --since, then since_override. Returns 1 and the bound, 0 when there is none, or -1. */
static int
override(struct nq_config *c, const nq_node *at, const struct nq_plan *p, struct nq_buf *out)
{
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 1;

	if (c->opt->since != NULL)
		nq_buf_adds(&text, c->opt->since);
	else if (!nq_config_param(c, "since_override", &text))
		rc = 0;
	if (rc == 1 && !is_timestamp(p))
		nq_buf_adds(out, text.data);
	else if (rc == 1 && normalised(text.data, out) == -1)
		rc = nq_config_fault(c, at,
		    "the lower bound '%s' is not a time: write 2026-05-16, "
		    "2026-05-16T10:00:00Z or -7d",
		    text.data);
	nq_buf_free(&text);
	return rc;
}

/* Where the first pull starts: said here, or by days; 1, 0 or -1 as above. */
static int
initial(
    struct nq_config *c, const struct nq_resource *r, const struct nq_plan *p, struct nq_buf *out)
{
	nq_node *said = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "initial");
	nq_node *days = nq_keys_get(&c->yaml, r->source, NQ_IN_SOURCE, "lookback_days");
	struct nq_buf text = NQ_BUF_INIT;
	uint64_t n;
	int rc = 1;

	if (said != NULL)
		rc = nq_config_text(c, said, out) == 0 ? 1 : -1;
	else if (is_timestamp(p) && nq_config_param(c, "lookback_days", &text))
		rc = nq_cli_number(text.data, &n) == 0
			 ? 1
			 : nq_config_fault(
			       c, r->delta, "lookback_days is a whole number, not '%s'", text.data);
	else if (is_timestamp(p) && days != NULL)
		rc = nq_config_text(c, days, &text) == 0 ? 1 : -1;
	else if (is_timestamp(p) && nq_config_is_nuntiq(c))
		nq_buf_adds(&text, LOOKBACK_DAYS);
	else
		rc = 0;
	if (rc == 1 && text.len > 0)
		nq_buf_addf(out, "-%sd", text.data);
	nq_buf_free(&text);
	return rc;
}

/* How nq-cursor will read -7d, for those who only look. */
static char *
absolute(const char *text)
{
	struct nq_buf b = NQ_BUF_INIT;
	int64_t ms;

	if (text[0] != '-' || nq_cli_duration(text + 1, &ms) == -1)
		return nq_strdup(text);
	nq_time_format(nq_time_add_ms((struct nq_time){nq_time_now().sec, 0}, -ms), &b);
	return nq_buf_take(&b);
}

static char *
minus_lag(const char *cursor, int64_t lag_ms)
{
	struct nq_buf b = NQ_BUF_INIT;
	struct nq_time t;

	if (lag_ms == 0 || nq_time_parse(nq_str(cursor), &t, NULL) == -1)
		return nq_strdup(cursor);
	nq_time_format(nq_time_add_ms(t, -lag_ms), &b);
	return nq_buf_take(&b);
}

static int
add_lag(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p, int64_t *ms)
{
	nq_node *n = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "lag");
	struct nq_buf text = NQ_BUF_INIT;
	int rc = 0;

	*ms = 0;
	if (n == NULL)
		return 0;
	rc = nq_config_text(c, n, &text);
	if (rc == 0 && nq_cli_duration(text.data, ms) == 0 && *ms > 0) {
		if (!is_timestamp(p))
			rc = nq_config_fault(c, n, "a lag is for cursors of type timestamp_utc");
		nq_words_add(&p->begin, "--lag");
		nq_words_add(&p->begin, text.data);
	}
	nq_buf_free(&text);
	return rc;
}

static int
add_bounds(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p, int64_t lag_ms)
{
	struct nq_buf first = NQ_BUF_INIT, over = NQ_BUF_INIT;
	int has_first = initial(c, r, p, &first), has_over = override(c, r->delta, p, &over);

	if (has_first == 1)
		nq_words_addf(&p->begin, "--initial=%s", first.data);
	if (has_over == 1) {
		nq_words_addf(&p->begin, "--since=%s", over.data);
		p->lower = absolute(over.data);
	} else if (c->opt->cursor != NULL && *c->opt->cursor != '\0')
		p->lower = minus_lag(c->opt->cursor, lag_ms);
	else if (has_first == 1)
		p->lower = absolute(first.data);
	nq_buf_free(&first);
	nq_buf_free(&over);
	return has_first == -1 || has_over == -1 ? -1 : 0;
}

int
nq_stage_begin(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	int64_t lag_ms;

	if (r->delta == NULL) {
		if (c->opt->full)
			nq_words_add(&p->begin, "--full");
		if (c->opt->since != NULL && c->opt->npicked > 0)
			return nq_config_fault(c, r->self,
			    "--since needs 'incremental': '%s' is pulled whole", p->stream);
		return 0;
	}
	nq_words_add(&p->begin, "--cursor-type");
	nq_words_add(&p->begin, p->cursor_type);
	if (add_lag(c, r, p, &lag_ms) == -1)
		return -1;
	if (c->opt->full) {
		nq_words_add(&p->begin, "--full");
		return 0;
	}
	return add_bounds(c, r, p, lag_ms);
}
