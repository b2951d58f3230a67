#include "plan/stages.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/time.h"
#include "plan/keys.h"

/* A moment in whole seconds; -1 for anything else, also for -7d. */
static int
moment(const char *text, struct nq_time *t)
{
	int naive;

	if (nq_time_parse(nq_str(text), t, &naive) == -1)
		return -1;
	t->atto = 0;
	return 0;
}

static char *
spell(struct nq_time t)
{
	struct nq_buf b = NQ_BUF_INIT;

	nq_time_format(t, &b);
	return nq_buf_take(&b);
}

/* The value of --since= or --initial= among the words, NULL when it is not there. */
static const char *
find_word(const struct nq_words *w, const char *option)
{
	for (size_t i = 0; i < w->n; i++)
		if (strncmp(w->v[i], option, strlen(option)) == 0)
			return w->v[i] + strlen(option);
	return NULL;
}

/* Windows go on from the cursor: where they start is for the first of them only. */
static void
start_initially(struct nq_plan *p, const char *from)
{
	struct nq_words kept = {NULL, 0};

	for (size_t i = 0; i < p->begin.n; i++)
		if (strncmp(p->begin.v[i], "--since=", 8) != 0 &&
		    strncmp(p->begin.v[i], "--initial=", 10) != 0)
			nq_words_add(&kept, p->begin.v[i]);
	nq_words_addf(&kept, "--initial=%s", from);
	nq_words_free(&p->begin);
	p->begin = kept;
}

static int
until_param(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	nq_node *n = nq_keys_get(&c->yaml, r->delta, NQ_IN_DELTA, "until_param");
	struct nq_buf name = NQ_BUF_INIT;
	int rc;

	if (strcmp(p->cursor_type, "timestamp_utc") != 0)
		return nq_config_fault(c, r->delta,
		    "--window and --until are for cursors of type timestamp_utc, not %s",
		    p->cursor_type);
	if (n == NULL)
		return nq_config_fault(c, r->delta,
		    "--window and --until need 'until_param': the parameter that asks for what "
		    "came before a time");
	rc = nq_config_text(c, n, &name);
	if (rc == 0) {
		nq_words_add(&p->until, "--query");
		nq_words_addf(&p->until, "%s=${var.until}", name.data);
	}
	nq_buf_free(&name);
	return rc;
}

/* From one moment to another: a row of its own, which the live cursor knows nothing of. */
static int
backfill(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	const char *text = find_word(&p->begin, "--since=");
	struct nq_time from, to, now = nq_time_now();
	struct nq_buf name = NQ_BUF_INIT;

	text = text != NULL ? text : find_word(&p->begin, "--initial=");
	if (moment(c->opt->until, &to) == -1)
		return nq_config_fault(c, r->delta,
		    "--until '%s' is not a time: write 2026-05-16 or 2026-05-16T10:00:00Z",
		    c->opt->until);
	if (text == NULL || moment(text, &from) == -1)
		return nq_config_fault(
		    c, r->delta, "--until needs a moment to start from: say --since 2024-01-01");
	if (to.sec > now.sec)
		return nq_config_fault(c, r->delta,
		    "--until '%s' lies ahead: leave it out to pull up to now", c->opt->until);
	if (from.sec >= to.sec)
		return nq_config_fault(
		    c, r->delta, "--since '%s' is not before --until '%s'", text, c->opt->until);
	free(p->lower);
	p->lower = spell(from);
	p->upper = spell(to);
	start_initially(p, p->lower);
	nq_buf_addf(&name, "%s@%s..%s", p->stream, p->lower, p->upper);
	p->live = p->stream;
	p->stream = nq_buf_take(&name);
	return 0;
}

static int
live(struct nq_plan *p)
{
	const char *since = find_word(&p->begin, "--since=");

	if (since == NULL)
		return 0;
	p->start = nq_strdup(since);
	start_initially(p, p->start);
	return 0;
}

/* For those who only look: the cursor, as far as it has come, is where windows go on. */
static void
go_on(struct nq_plan *p, const char *cursor)
{
	if (cursor == NULL || *cursor == '\0')
		return;
	free(p->lower);
	p->lower = nq_strdup(cursor);
}

/* Where the first window ends, for those who only look; the last one of a live pull is open. */
static void
first_end(struct nq_plan *p)
{
	struct nq_time from, to, limit = nq_time_now();

	if (p->lower == NULL || moment(p->lower, &from) == -1)
		return;
	if (p->upper != NULL && moment(p->upper, &limit) == -1)
		return;
	to = p->window_s > 0 ? nq_time_add_ms(from, p->window_s * 1000) : limit;
	if (nq_time_cmp(to, limit) < 0)
		p->window_end = spell(to);
	else if (p->upper != NULL)
		p->window_end = nq_strdup(p->upper);
}

int
nq_stage_window(struct nq_config *c, const struct nq_resource *r, struct nq_plan *p)
{
	const char *until = c->opt->until;
	int rc;

	if (until == NULL && c->opt->window_ms <= 0)
		return 0;
	if (r->delta == NULL && until == NULL && c->opt->npicked == 0)
		return 0; /* among others that can */
	if (r->delta == NULL)
		return nq_config_fault(c, r->self,
		    "--window and --until need 'incremental': '%s' is pulled whole", p->stream);
	if (r->in == NQ_IN_PROGRAM || p->watched)
		return nq_config_fault(
		    c, r->delta, "--window and --until are for a cursor of the API's own records");
	p->window_s = c->opt->window_ms > 0 ? c->opt->window_ms / 1000 : 0;
	rc = until_param(c, r, p);
	if (rc == 0)
		rc = until != NULL ? backfill(c, r, p) : live(p);
	if (rc == 0) {
		go_on(p, c->opt->cursor);
		first_end(p);
	}
	return rc;
}
