#include "fetch/extract.h"

#include <string.h>

#include "base/hash.h"
#include "fetch/lacks.h"
#include "fetch/links.h"
#include "json/mem.h"
#include "json/text.h"

enum { RECORDS = NQ_PAGE_WATCHES, WATERMARK, FIELD, ID, TARGETS };

_Static_assert((int)TARGETS <= NQ_FOLLOW_PATHS, "a bit for each");

#define NO_MARK "the watermark of this record is neither text nor number"

static size_t
here(const struct nq_extract *p)
{
	return yajl_get_bytes_consumed(p->yajl);
}

static int
stop(struct nq_extract *p)
{
	p->failed = true;
	return 0;
}

static int
fail(struct nq_extract *p, const char *why)
{
	nq_err_set(p->err, NQ_FAIL, "%s", why);
	if (!p->page->spec->csv)
		nq_err_at(p->err, "byte %llu: ", (unsigned long long)(p->before + here(p)));
	return stop(p);
}

static int
not_object(struct nq_extract *p)
{
	return fail(p, p->page->spec->lines
			   ? "a record must be an object"
			   : "the list of records holds something that is not an object");
}

/* The targets inside a record, whose paths start where it starts. */
static uint32_t
enter_record(struct nq_extract *p)
{
	const struct nq_page_spec *s = p->page->spec;

	for (int t = WATERMARK; t < TARGETS; t++)
		p->at.want[t].base = p->record_depth - 1;
	return (s->has_watermark ? 1u << WATERMARK : 0) | (s->has_field ? 1u << FIELD : 0) |
	       (s->has_id ? 1u << ID : 0);
}

/* The targets that the value about to come stands on. */
static uint32_t
arrive(struct nq_extract *p)
{
	const struct nq_page_spec *s = p->page->spec;

	p->values += p->at.depth == 0;
	return nq_follow_value(&p->at, s->lines ? 0 : s->watching | 1u << RECORDS);
}

static void
note_end(struct nq_page *page, const char *text, size_t n)
{
	nq_buf_reset(&page->last);
	nq_buf_add(&page->last, text, n);
	if (page->records == 0)
		nq_buf_add(&page->first, text, n);
}

static int
note_watermark(struct nq_extract *p, enum nq_type type, const char *text, size_t n)
{
	if (type == NQ_NULL)
		return 1;
	if (type != NQ_STRING && type != NQ_NUMBER)
		return fail(p, NO_MARK);
	if (p->page->spec->watermark_ends)
		note_end(p->page, text, n);
	if (nq_highest_take(&p->highest, (struct nq_str){text, n}, p->err) == -1) {
		nq_err_at(
		    p->err, "record %llu: watermark: ", (unsigned long long)p->page->records + 1);
		return stop(p);
	}
	p->has_watermark = true;
	return 1;
}

static int
on_scalar(struct nq_extract *p, enum nq_type type, const char *text, size_t n)
{
	uint32_t done;

	if (p->record_depth == 0)
		p->token_end = p->before + here(p);
	if (p->record_depth == 0 && p->at.depth > 0 && p->at.depth == p->list_depth)
		return not_object(p);
	done = nq_follow_ends(&p->at, arrive(p));
	if (p->at.depth == 0 && p->page->spec->lines)
		return not_object(p);
	for (int t = 0; done >> t != 0; t++) {
		if ((done & 1u << t) == 0)
			continue;
		if (t == RECORDS && type == NQ_NULL)
			p->list_seen = true;
		else if (t == RECORDS)
			return fail(p, "the records path leads to a single value, not to a list");
		else if (t == WATERMARK && note_watermark(p, type, text, n) == 0)
			return 0;
		else if (t == FIELD)
			nq_scalar_set(&p->page->field, type, text, n);
		else if (t == ID && type != NQ_NULL)
			p->id = nq_hash(type, text, n);
		else if (t < RECORDS && (p->page->spec->links.watching & 1u << t) != 0)
			nq_links_take(
			    p->page, t, nq_follow_item(&p->at), type, (struct nq_str){text, n});
		else if (t < RECORDS)
			nq_scalar_set(&p->page->watched[t], type, text, n);
	}
	return 1;
}

static int
on_null(void *p)
{
	return on_scalar(p, NQ_NULL, "null", 4);
}

static int
on_boolean(void *p, int yes)
{
	return yes != 0 ? on_scalar(p, NQ_TRUE, "true", 4) : on_scalar(p, NQ_FALSE, "false", 5);
}

static int
on_number(void *p, const char *text, size_t n)
{
	return on_scalar(p, NQ_NUMBER, text, n);
}

static int
on_string(void *p, const unsigned char *text, size_t n)
{
	return on_scalar(p, NQ_STRING, (const char *)text, n);
}

static void
look_at_scalars(struct nq_extract *p, bool look)
{
	if (p->looks == look)
		return;
	p->looks = look;
	p->cb.yajl_null = look ? on_null : NULL;
	p->cb.yajl_boolean = look ? on_boolean : NULL;
	p->cb.yajl_number = look ? on_number : NULL;
	p->cb.yajl_string = look ? on_string : NULL;
}

static int
on_key(void *ctx, const unsigned char *text, size_t n)
{
	struct nq_extract *p = ctx;
	struct nq_str key = {(const char *)text, n};
	uint32_t now = nq_follow_key(&p->at, key);

	if (p->record_depth == 0)
		p->token_end = p->before + here(p);
	else
		look_at_scalars(p, now != 0);
	if (p->at.depth == p->record_depth && nq_str_is(key, "_nq"))
		return fail(p, "the member '_nq' is reserved for control lines");
	return 1;
}

/*
 * Inside a record, scalars and keys matter only where a wanted path leads; in an object the key
 * tells.
 */
static void
look_or_not(struct nq_extract *p)
{
	bool look = nq_follow_looks(&p->at);

	look_at_scalars(p, p->record_depth == 0 || (look && nq_follow_in_array(&p->at)));
	p->cb.yajl_map_key = look || p->at.depth == p->record_depth || p->record_depth == 0 ? on_key
											    : NULL;
}

/* What an opening bracket means for the records; 0 ends the parse. */
static int
enter(struct nq_extract *p, bool is_array, uint32_t done)
{
	const struct nq_page_spec *s = p->page->spec;
	bool in_list = p->at.depth > 0 && p->at.depth == p->list_depth;
	bool top = p->at.depth == 0 && (s->lines || (s->records.n == 0 && !is_array));

	if (p->record_depth > 0)
		return 1;
	if ((in_list || (top && s->lines)) && is_array)
		return not_object(p);
	if (top && p->values > 1)
		return fail(p, "more than one record on the line");
	if (in_list || top || ((done & 1u << RECORDS) != 0 && !is_array)) {
		p->list_seen = true;
		p->record_depth = p->at.depth + 1;
		p->record_from = here(p) - 1;
		p->record_start = p->page->lines.mem.len;
		p->has_watermark = false;
		if (s->watermark_ends)
			nq_buf_reset(&p->page->last);
		p->page->field.type = NQ_ABSENT;
		p->id = 0;
	} else if ((done & 1u << RECORDS) != 0) {
		p->list_seen = true;
		p->list_depth = p->at.depth + 1;
	}
	return 1;
}

/* What a wanted path leads to or through, or the record itself; 0 ends the parse. */
static int
open_wanted(struct nq_extract *p, bool is_array, uint32_t now)
{
	uint32_t done = nq_follow_ends(&p->at, now), through = now & ~done;

	if ((done & 1u << WATERMARK) != 0)
		return fail(p, NO_MARK);
	for (int t = 0; t < NQ_PAGE_WATCHES && done != 0; t++)
		if ((done & 1u << t) != 0)
			nq_scalar_set(&p->page->watched[t], is_array ? NQ_ARRAY : NQ_OBJECT, "", 0);
	if (enter(p, is_array, done) == 0)
		return 0;
	if (p->record_depth == p->at.depth + 1)
		through |= enter_record(p);
	nq_follow_open(&p->at, is_array, through);
	if (p->record_depth == 0)
		p->token_end = p->before + here(p);
	return 1;
}

static int
on_open(struct nq_extract *p, bool is_array)
{
	uint32_t now = arrive(p);

	if (p->at.depth == NQ_MAX_DEPTH)
		return fail(p, "nested too deeply");
	if (p->record_depth > 0 && now == 0)
		nq_follow_open(&p->at, is_array, 0);
	else if (open_wanted(p, is_array, now) == 0)
		return 0;
	look_or_not(p);
	return 1;
}

static int
on_open_map(void *p)
{
	return on_open(p, false);
}

static int
on_open_array(void *p)
{
	return on_open(p, true);
}

static int
too_large(struct nq_extract *p)
{
	nq_err_set(p->err, NQ_FAIL,
	    "record %llu is larger than %zu bytes (--max-line raises the limit)",
	    (unsigned long long)p->page->records + 1, p->page->spec->max_line);
	p->failed = true;
	return -1;
}

static int
take_record(struct nq_extract *p)
{
	struct nq_page *page = p->page;
	struct nq_buf *mem = &page->lines.mem;
	char *text;
	size_t n;

	nq_buf_add(mem, p->chunk + p->record_from, here(p) - p->record_from);
	text = mem->data + p->record_start;
	n = mem->len - p->record_start;
	if (n > page->spec->max_line && too_large(p) == -1)
		return 0;
	if (p->utf8.control && (memchr(text, '\n', n) != NULL || memchr(text, '\r', n) != NULL))
		nq_text_compact(mem, p->record_start);
	page->digest = nq_hash(
	    page->digest, mem->data + p->record_start, mem->len - p->record_start);
	nq_buf_addc(mem, '\n');
	if (page->spec->has_watermark && !p->has_watermark && !page->spec->watermark_null_ok) {
		nq_lacks_watermark(page, p->err);
		return stop(p);
	}
	if (page->spec->has_id)
		nq_buf_add(&page->ids, &p->id, sizeof(p->id));
	page->records++;
	p->record_depth = 0;
	return nq_spool_settle(&page->lines, p->err) == 0 ? 1 : stop(p);
}

static int
on_close(void *ctx)
{
	struct nq_extract *p = ctx;

	if (p->at.depth == p->record_depth && take_record(p) == 0)
		return 0;
	if (p->record_depth == 0)
		p->token_end = p->before + here(p);
	if (p->at.depth == p->list_depth)
		p->list_depth = 0;
	p->at.depth--;
	look_or_not(p);
	return 1;
}

static int
not_json(struct nq_extract *p)
{
	struct nq_buf why = NQ_BUF_INIT;
	uint64_t at = p->before + nq_json_why(p->yajl, &why);

	if (at <= NQ_BEGINS_SHOWN && p->values == 0 && p->line == 1)
		nq_begins_tell(&p->begins, p->err);
	else
		nq_err_set(
		    p->err, NQ_FAIL, "byte %llu: not JSON: %s", (unsigned long long)at, why.data);
	if (p->values == 1 && p->at.depth == 0 && !p->page->spec->lines)
		nq_err_add(p->err, " behind the end (--format ndjson reads lines of JSON)");
	nq_buf_free(&why);
	return -1;
}

/* The part of an unfinished record that is in this chunk, and the bound of what may come. */
static int
keep_rest(struct nq_extract *p)
{
	struct nq_buf *mem = &p->page->lines.mem;

	if (p->record_depth == 0) {
		if (p->before + p->chunk_len - p->token_end <= p->page->spec->max_line)
			return 0;
		return nq_err_set(p->err, NQ_FAIL, "a value of more than %zu bytes (--max-line)",
		    p->page->spec->max_line);
	}
	nq_buf_add(mem, p->chunk + p->record_from, p->chunk_len - p->record_from);
	p->record_from = 0;
	if (mem->len - p->record_start > p->page->spec->max_line)
		return too_large(p);
	return 0;
}

void
nq_extract_free(struct nq_extract *p)
{
	if (p->yajl != NULL)
		yajl_free(p->yajl);
	p->yajl = NULL;
}

void
nq_extract_begin(struct nq_extract *p, struct nq_page *page)
{
	const struct nq_page_spec *s = page->spec;

	nq_extract_free(p);
	memset(p, 0, sizeof(*p));
	p->page = page;
	p->line = 1;
	p->highest.type = s->cursor_type;
	p->highest.text = &page->watermark;
	for (int t = 0; t < NQ_PAGE_WATCHES; t++)
		p->at.want[t].path = &s->watch[t];
	p->at.want[RECORDS].path = &s->records;
	p->at.want[WATERMARK].path = &s->watermark;
	p->at.want[FIELD].path = &s->field;
	p->at.want[ID].path = &s->id;
	p->cb = (yajl_callbacks){.yajl_start_map = on_open_map,
	    .yajl_end_map = on_close,
	    .yajl_start_array = on_open_array,
	    .yajl_end_array = on_close};
	look_or_not(p);
	p->yajl = yajl_alloc(&p->cb, &nq_json_mem, p);
	yajl_config(p->yajl, yajl_dont_validate_strings, 1);
	yajl_config(p->yajl, yajl_allow_multiple_values, s->lines ? 1 : 0);
}

static int
bad_utf8(struct nq_extract *p, size_t good)
{
	if (p->page->spec->csv)
		return nq_err_set(p->err, NQ_FAIL, "not valid UTF-8");
	return nq_err_set(p->err, NQ_FAIL, "byte %llu: not valid UTF-8",
	    (unsigned long long)(p->before + good + 1));
}

int
nq_extract_data(struct nq_extract *p, const char *chunk, size_t n, struct nq_err *err)
{
	size_t good = nq_utf8_feed(&p->utf8, chunk, n);

	p->err = err;
	if (p->line == 1)
		nq_begins_add(&p->begins, chunk, n);
	p->chunk = chunk;
	p->chunk_len = n;
	if (yajl_parse(p->yajl, (const unsigned char *)chunk, n) != yajl_status_ok)
		return p->failed ? -1 : not_json(p);
	if (good != n)
		return bad_utf8(p, good);
	if (keep_rest(p) == -1)
		return -1;
	p->before += n;
	return 0;
}

int
nq_extract_line(struct nq_extract *p, struct nq_err *err)
{
	if (p->at.depth > 0)
		return nq_err_set(err, NQ_FAIL, "the record goes on behind the end of its line");
	p->values = p->before = p->token_end = 0;
	p->line++;
	return 0;
}

static int
cut_short(struct nq_err *err)
{
	return nq_err_set(err, NQ_TEMPFAIL, "the body ends before its JSON is complete");
}

/* A last line may lack its line feed; what is left open by one was cut. */
static int
end_lines(struct nq_extract *p, struct nq_err *err)
{
	if (nq_extract_data(p, "\n", 1, err) == -1)
		return p->failed ? -1 : cut_short(err);
	return p->at.depth > 0 ? cut_short(err) : 0;
}

int
nq_extract_end(struct nq_extract *p, struct nq_err *err)
{
	const struct nq_page_spec *s = p->page->spec;

	p->err = err;
	if (s->lines)
		return end_lines(p, err);
	p->chunk = " ";
	p->chunk_len = 1;
	if (yajl_complete_parse(p->yajl) != yajl_status_ok)
		return p->failed ? -1 : cut_short(err);
	if (p->list_seen || s->allow_missing)
		return 0;
	return nq_lacks_list(s, err);
}
