#include "plan/print.h"

#include <string.h>

#include "json/text.h"

enum { COLUMNS = 96 };

static void
json_words(struct nq_buf *b, const char *name, const struct nq_words *w)
{
	nq_text_name(b, name);
	nq_buf_addc(b, '[');
	for (size_t i = 0; i < w->n; i++) {
		nq_buf_adds(b, i > 0 ? "," : "");
		nq_text_quote(b, nq_str(w->v[i]));
	}
	nq_buf_addc(b, ']');
}

/* What depends on the run, and in front of which word of argv it goes. */
static void
json_bounds(struct nq_buf *b, const struct nq_stage *s)
{
	if (s->since.n == 0 && s->whole.n == 0)
		return;
	nq_text_number(b, "at", s->at);
	json_words(b, "since", &s->since);
	if (s->whole.n > 0)
		json_words(b, "whole", &s->whole);
}

void
nq_print_json(const struct nq_plan *p, struct nq_buf *b)
{
	nq_buf_addc(b, '{');
	nq_text_member(b, "connector_name", p->connector);
	nq_text_member(b, "stream_name", p->stream);
	nq_text_member(b, "cursor_type", p->cursor_type);
	nq_text_member(b, "lower_bound", p->lower);
	json_words(b, "begin", &p->begin);
	if (p->until.n > 0) {
		json_words(b, "until", &p->until);
		nq_text_number(b, "window_seconds", (uint64_t)p->window_s);
		nq_text_member(b, "upper_bound", p->upper);
	}
	nq_text_name(b, "stages");
	nq_buf_addc(b, '[');
	for (size_t i = 0; i < p->nstages; i++) {
		nq_buf_adds(b, i > 0 ? ",{" : "{");
		nq_text_member(b, "name", p->stage[i].name);
		json_words(b, "argv", &p->stage[i].words);
		json_bounds(b, &p->stage[i]);
		nq_buf_addc(b, '}');
	}
	nq_buf_addc(b, ']');
	json_words(b, "probe", &p->probe);
	nq_buf_adds(b, "}\n");
}

static void
assign(struct nq_buf *b, const char *name, const char *value)
{
	nq_buf_addf(b, "%s=", name);
	nq_words_quote(b, value);
	nq_buf_addc(b, '\n');
}

static void
add_quoted(struct nq_buf *b, const struct nq_words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		nq_buf_adds(b, i > 0 ? " " : "");
		nq_words_quote(b, w->v[i]);
	}
}

static void
assign_words(struct nq_buf *b, const char *name, const struct nq_words *w)
{
	nq_buf_addf(b, "%s=(", name);
	add_quoted(b, w);
	nq_buf_adds(b, ")\n");
}

/* Names of stages as names of variables. */
static void
add_variable(struct nq_buf *b, const struct nq_plan *p, size_t i)
{
	if (i == p->main) {
		nq_buf_adds(b, "since");
		return;
	}
	nq_buf_adds(b, "since_");
	nq_buf_adds(b, p->stage[i].name);
}

static bool
is_bounded(const struct nq_plan *p, size_t i)
{
	return i == p->main || p->stage[i].since.n > 0;
}

static void
shell_stage(struct nq_buf *b, const struct nq_plan *p, size_t i)
{
	const struct nq_stage *s = &p->stage[i];

	nq_buf_addf(b, "%sstage %s", i > 0 ? " |\n\t    " : "\t", s->name);
	for (size_t k = 0; k < s->words.n; k++) {
		if (k == s->at && is_bounded(p, i)) {
			nq_buf_adds(b, " \"${");
			add_variable(b, p, i);
			nq_buf_adds(b, "[@]}\"");
		}
		nq_buf_addc(b, ' ');
		nq_words_quote(b, s->words.v[k]);
	}
}

static void
assign_bound(struct nq_buf *b, const struct nq_plan *p, size_t i, const struct nq_words *w)
{
	nq_buf_adds(b, "\t\t");
	add_variable(b, p, i);
	nq_buf_adds(b, "=(");
	add_quoted(b, w);
	nq_buf_adds(b, w == &p->stage[i].since && w->n > 0 ? " --var \"since=$1\")\n" : ")\n");
}

/* bounds [LOWER]: the words of each stage that depend on the run. */
static void
define_bounds(struct nq_buf *b, const struct nq_plan *p)
{
	nq_buf_adds(b, "bounds() {\n\tif [[ -n ${1:-} ]]; then\n");
	for (size_t i = 0; i < p->nstages; i++)
		if (is_bounded(p, i))
			assign_bound(b, p, i, &p->stage[i].since);
	nq_buf_adds(b, "\telse\n");
	for (size_t i = 0; i < p->nstages; i++)
		if (is_bounded(p, i))
			assign_bound(b, p, i, &p->stage[i].whole);
	nq_buf_adds(b, "\tfi\n}\n");
}

/* Where the mapping's rejects go: what is rejected there is counted by the wrapper. */
static const char *
rejects_of(const struct nq_plan *p)
{
	for (size_t i = 0; i < p->nstages; i++)
		for (size_t k = 0; k + 1 < p->stage[i].words.n; k++)
			if (strcmp(p->stage[i].name, "map") == 0 &&
			    strcmp(p->stage[i].words.v[k], "--rejects") == 0)
				return p->stage[i].words.v[k + 1];
	return "";
}

/* What proves the mapping before a run is begun; without one there is nothing to prove. */
static void
assign_check(struct nq_buf *b, const struct nq_plan *p)
{
	const struct nq_stage *map = NULL;

	for (size_t i = 0; i < p->nstages; i++)
		if (strcmp(p->stage[i].name, "map") == 0)
			map = &p->stage[i];
	nq_buf_adds(b, "check=(");
	if (map != NULL)
		add_quoted(b, &map->words);
	nq_buf_adds(b, map != NULL ? " --check)\n" : ":)\n");
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void
assign_window(struct nq_buf *b, const struct nq_plan *p)
{
	assign_words(b, "until", &p->until);
	nq_buf_addf(b, "window=%lld\n", (long long)p->window_s);
	assign(b, "upper", or_empty(p->upper));
	assign(b, "live", or_empty(p->live));
	assign(b, "start", or_empty(p->start));
	assign(b, "window_end", or_empty(p->window_end));
}

void
nq_print_shell(const struct nq_plan *p, struct nq_buf *b)
{
	assign(b, "connector", p->connector);
	assign(b, "stream", p->stream);
	assign(b, "slug", p->slug);
	assign(b, "lower", or_empty(p->lower));
	assign_window(b, p);
	assign(b, "rejects", rejects_of(p));
	assign_words(b, "begin", &p->begin);
	assign_words(b, "probe", &p->probe);
	assign_check(b, p);
	nq_buf_adds(b, "stages=(");
	for (size_t i = 0; i < p->nstages; i++)
		nq_buf_addf(b, "%s%s", i > 0 ? " " : "", p->stage[i].name);
	nq_buf_adds(b, ")\n");
	define_bounds(b, p);
	nq_buf_adds(b, "pipeline() {\n");
	for (size_t i = 0; i < p->nstages; i++)
		shell_stage(b, p, i);
	nq_buf_adds(b, "\n\tended=(\"${PIPESTATUS[@]}\")\n}\nnq_stream\n");
}

/* One word; an option that would not fit with its value starts a new line. */
static void
wrap_word(struct nq_buf *b, const struct nq_words *w, size_t i, size_t *column)
{
	struct nq_buf word = NQ_BUF_INIT;
	size_t next = 0;

	nq_words_quote(&word, w->v[i]);
	if (w->v[i][0] == '-' && i + 1 < w->n && w->v[i + 1][0] != '-')
		next = strlen(w->v[i + 1]) + 3;
	if (i > 0 && *column + word.len + next > COLUMNS) {
		nq_buf_adds(b, " \\\n   ");
		*column = 3;
	}
	nq_buf_adds(b, i > 0 ? " " : "");
	nq_buf_addstr(b, nq_buf_str(&word));
	*column += word.len + 1;
	nq_buf_free(&word);
}

static void
wrap(struct nq_buf *b, const struct nq_words *w)
{
	size_t column = 0;

	for (size_t i = 0; i < w->n; i++)
		wrap_word(b, w, i, &column);
}

static void
add_words(struct nq_words *to, const struct nq_words *from)
{
	for (size_t i = 0; i < from->n; i++)
		nq_words_add(to, from->v[i]);
}

/* The words that stand for what nq-sync learns when it begins a run. */
static void
add_bounds(const struct nq_plan *p, size_t i, struct nq_words *full)
{
	const struct nq_stage *s = &p->stage[i];

	if (i == p->main && p->window_end != NULL) {
		add_words(full, &p->until);
		nq_words_add(full, "--until");
		nq_words_add(full, p->window_end);
		nq_words_add(full, "--var");
		nq_words_addf(full, "until=%s", p->window_end);
	}
	add_words(full, p->lower != NULL ? &s->since : &s->whole);
	if (p->lower != NULL && s->since.n > 0) {
		nq_words_add(full, "--var");
		nq_words_addf(full, "since=%s", p->lower);
	}
}

static void
print_stage(struct nq_buf *b, const struct nq_plan *p, size_t i)
{
	const struct nq_stage *s = &p->stage[i];
	struct nq_words full = {NULL, 0};

	for (size_t k = 0; k < s->words.n; k++) {
		if (k == s->at && k > 0)
			add_bounds(p, i, &full);
		nq_words_add(&full, s->words.v[k]);
	}
	wrap(b, &full);
	nq_words_free(&full);
	nq_buf_adds(b, s->producer ? " </dev/null" : "");
}

void
nq_print_pipeline(const struct nq_plan *p, struct nq_buf *b)
{
	nq_buf_addf(b, "# %s/%s\n", p->connector, p->stream);
	for (size_t i = 0; i < p->nstages; i++) {
		nq_buf_adds(b, i > 0 ? " |\n" : "");
		print_stage(b, p, i);
	}
	nq_buf_addc(b, '\n');
}
