#include "fetch/page.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/secret.h"
#include "json/mem.h"
#include "json/text.h"

enum { RECORDS = NQ_PAGE_WATCHES, WATERMARK, FIELD, ID, TARGETS };

enum { SHOWN = 48 }; /* bytes of a body that is not JSON, in the message */

/* Where we are: an open array or object, and which of the wanted paths lead through it. */
struct frame {
	bool is_array;
	uint32_t index; /* of the current item */
	uint32_t on;	/* bit t: the steps of target t match so far */
	uint32_t now;	/* bit t: the current member or item matches its next step */
};

struct nq_page_parser {
	struct nq_page *page;
	yajl_handle yajl;
	yajl_callbacks cb; /* ours to change: what nobody asks for is not called */
	struct nq_utf8 utf8;
	struct frame frame[NQ_MAX_DEPTH + 1];
	uint32_t depth;
	uint32_t list_depth;   /* depth inside the list of records, 0 while outside */
	uint32_t record_depth; /* depth inside a record, 0 while outside */
	bool list_seen, has_watermark, failed;
	const char *chunk;
	size_t chunk_len, record_from; /* where the part of the record in this chunk starts */
	size_t record_start;	       /* where the record starts in the spool's memory */
	uint64_t before;	       /* bytes of the body before this chunk */
	uint64_t token_end;	       /* offset behind the last token seen outside records */
	uint64_t values;	       /* at the top */
	uint64_t id;		       /* of the record, as a digest */
	char first[512];	       /* of the body, for messages */
	size_t nfirst;
	struct nq_err *err;
};

#define NO_MARK "the watermark of this record is neither text nor number"

static const struct nq_path *
target_path(const struct nq_page_spec *s, int t)
{
	switch (t) {
	case RECORDS:
		return &s->records;
	case WATERMARK:
		return &s->watermark;
	case FIELD:
		return &s->field;
	case ID:
		return &s->id;
	default:
		return &s->watch[t];
	}
}

static uint32_t
target_base(const struct nq_page_parser *p, int t)
{
	return t >= WATERMARK ? p->record_depth - 1 : 0;
}

static size_t
here(const struct nq_page_parser *p)
{
	return yajl_get_bytes_consumed(p->yajl);
}

static int
stop(struct nq_page_parser *p)
{
	p->failed = true;
	return 0;
}

static int
fail(struct nq_page_parser *p, const char *why)
{
	nq_err_set(
	    p->err, NQ_FAIL, "byte %llu: %s", (unsigned long long)(p->before + here(p)), why);
	return stop(p);
}

static int
not_object(struct nq_page_parser *p)
{
	return fail(p, p->page->spec->lines
			   ? "a record must be an object"
			   : "the list of records holds something that is not an object");
}

/* Which targets the current member (key) or item (its index) of the frame stands on. */
static uint32_t
advance(const struct nq_page_parser *p, const struct frame *f, struct nq_str key)
{
	const struct nq_path *path;
	const struct nq_step *step;
	uint32_t now = 0;
	size_t at;

	for (uint32_t left = f->on; left != 0; left &= left - 1) {
		int t = __builtin_ctz(left);

		path = target_path(p->page->spec, t);
		at = p->depth - 1 - target_base(p, t);
		if (at >= path->n)
			continue;
		step = &path->step[at];
		if (f->is_array ? step->key.p == NULL && step->index == (int64_t)f->index
				: step->key.p != NULL && nq_str_eq(step->key, key))
			now |= 1u << t;
	}
	return now;
}

/* Of those, which have no step left: the value that comes is theirs. */
static uint32_t
complete(const struct nq_page_parser *p, uint32_t now)
{
	uint32_t done = 0;

	for (int t = 0; now >> t != 0; t++)
		if ((now & 1u << t) != 0 &&
		    p->depth - target_base(p, t) == target_path(p->page->spec, t)->n)
			done |= 1u << t;
	return done;
}

static uint32_t
page_targets(const struct nq_page_spec *s)
{
	return s->watching | 1u << RECORDS;
}

static uint32_t
record_targets(const struct nq_page_spec *s)
{
	return (s->has_watermark ? 1u << WATERMARK : 0) | (s->has_field ? 1u << FIELD : 0) |
	       (s->has_id ? 1u << ID : 0);
}

/* The targets that the value about to come stands on. */
static uint32_t
arrive(struct nq_page_parser *p)
{
	struct frame *f;

	if (p->depth == 0) {
		p->values++;
		return p->page->spec->lines ? 0 : page_targets(p->page->spec);
	}
	f = &p->frame[p->depth - 1];
	if (!f->is_array)
		return f->now;
	f->now = f->on != 0 ? advance(p, f, (struct nq_str){NULL, 0}) : 0;
	f->index++;
	return f->now;
}

static int
note_watermark(struct nq_page_parser *p, enum nq_type type, const char *text, size_t n)
{
	const struct nq_page_spec *s = p->page->spec;

	if (type == NQ_NULL)
		return 1;
	if (type != NQ_STRING && type != NQ_NUMBER)
		return fail(p, NO_MARK);
	if (nq_watermark_check(s->cursor_type, (struct nq_str){text, n}, p->err) == -1) {
		nq_err_at(
		    p->err, "record %llu: watermark: ", (unsigned long long)p->page->records + 1);
		return stop(p);
	}
	nq_watermark_raise(s->cursor_type, &p->page->watermark, (struct nq_str){text, n});
	p->has_watermark = true;
	return 1;
}

static int
on_scalar(struct nq_page_parser *p, enum nq_type type, const char *text, size_t n)
{
	uint32_t done;

	p->token_end = p->before + here(p);
	if (p->record_depth == 0 && p->depth > 0 && p->depth == p->list_depth)
		return not_object(p);
	done = complete(p, arrive(p));
	if (p->depth == 0 && p->page->spec->lines)
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
			nq_value_set(&p->page->field, type, text, n);
		else if (t == ID && type != NQ_NULL)
			p->id = nq_hash(type, text, n);
		else if (t < RECORDS)
			nq_value_set(&p->page->watched[t], type, text, n);
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

static int
on_key(void *ctx, const unsigned char *text, size_t n)
{
	struct nq_page_parser *p = ctx;
	struct frame *f = &p->frame[p->depth - 1];
	struct nq_str key = {(const char *)text, n};

	p->token_end = p->before + here(p);
	if (p->depth == p->record_depth && nq_str_is(key, "_nq"))
		return fail(p, "the member '_nq' is reserved for control lines");
	f->now = f->on != 0 ? advance(p, f, key) : 0;
	return 1;
}

/* Inside a record, scalars and keys matter only where a wanted path leads. */
static void
look_or_not(struct nq_page_parser *p)
{
	bool look = p->record_depth == 0 || p->frame[p->depth - 1].on != 0;
	bool keys = look || p->depth == p->record_depth;

	p->cb.yajl_null = look ? on_null : NULL;
	p->cb.yajl_boolean = look ? on_boolean : NULL;
	p->cb.yajl_number = look ? on_number : NULL;
	p->cb.yajl_string = look ? on_string : NULL;
	p->cb.yajl_map_key = keys ? on_key : NULL;
}

/* What an opening bracket means for the records; 0 ends the parse. */
static int
enter(struct nq_page_parser *p, bool is_array, uint32_t done)
{
	const struct nq_page_spec *s = p->page->spec;
	bool in_list = p->depth > 0 && p->depth == p->list_depth;
	bool top = p->depth == 0 && (s->lines || (s->records.n == 0 && !is_array));

	if (p->record_depth > 0)
		return 1;
	if ((in_list || (top && s->lines)) && is_array)
		return not_object(p);
	if (in_list || top || ((done & 1u << RECORDS) != 0 && !is_array)) {
		p->list_seen = true;
		p->record_depth = p->depth + 1;
		p->record_from = here(p) - 1;
		p->record_start = p->page->lines.mem.len;
		p->has_watermark = false;
		p->page->field.type = NQ_ABSENT;
		p->id = 0;
	} else if ((done & 1u << RECORDS) != 0) {
		p->list_seen = true;
		p->list_depth = p->depth + 1;
	}
	return 1;
}

static int
on_open(struct nq_page_parser *p, bool is_array)
{
	uint32_t now = arrive(p), done = complete(p, now);
	struct frame *f;

	if (p->depth == NQ_MAX_DEPTH)
		return fail(p, "nested too deeply");
	if ((done & 1u << WATERMARK) != 0)
		return fail(p, NO_MARK);
	for (int t = 0; t < NQ_PAGE_WATCHES; t++)
		if ((done & 1u << t) != 0)
			nq_value_set(&p->page->watched[t], is_array ? NQ_ARRAY : NQ_OBJECT, "", 0);
	if (enter(p, is_array, done) == 0)
		return 0;
	f = &p->frame[p->depth++];
	*f = (struct frame){is_array, 0, now & ~done, 0};
	if (p->record_depth == p->depth)
		f->on |= record_targets(p->page->spec);
	p->token_end = p->before + here(p);
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
too_large(struct nq_page_parser *p)
{
	nq_err_set(p->err, NQ_FAIL,
	    "record %llu is larger than %zu bytes (--max-line raises the limit)",
	    (unsigned long long)p->page->records + 1, p->page->spec->max_line);
	p->failed = true;
	return -1;
}

static int
take_record(struct nq_page_parser *p)
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
	if (memchr(text, '\n', n) != NULL || memchr(text, '\r', n) != NULL)
		nq_text_compact(mem, p->record_start);
	page->digest = nq_hash(
	    page->digest, mem->data + p->record_start, mem->len - p->record_start);
	nq_buf_addc(mem, '\n');
	if (page->spec->has_watermark && !p->has_watermark && !page->spec->watermark_null_ok) {
		nq_err_set(p->err, NQ_FAIL,
		    "record %llu has no watermark (--watermark-null skip passes such records)",
		    (unsigned long long)page->records + 1);
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
	struct nq_page_parser *p = ctx;

	p->token_end = p->before + here(p);
	if (p->depth == p->record_depth && take_record(p) == 0)
		return 0;
	if (p->depth == p->list_depth)
		p->list_depth = 0;
	p->depth--;
	look_or_not(p);
	return 1;
}

int
nq_page_path(struct nq_path *p, struct nq_str text, struct nq_err *err)
{
	if (nq_path_parse(p, text, err) == -1)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		if (p->step[i].key.p != NULL || p->step[i].index >= 0)
			continue;
		nq_path_free(p);
		return nq_err_set(err, NQ_USAGE,
		    "'%.*s' counts from the end, which is not known while a page comes in",
		    (int)text.n, text.p);
	}
	return 0;
}

void
nq_page_init(struct nq_page *page, const struct nq_page_spec *spec)
{
	memset(page, 0, sizeof(*page));
	page->spec = spec;
	page->lines = (struct nq_spool)NQ_SPOOL_INIT;
	page->ids = page->watermark = page->field.text = (struct nq_buf)NQ_BUF_INIT;
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		page->watched[i].text = (struct nq_buf)NQ_BUF_INIT;
	page->parser = nq_calloc(1, sizeof(*page->parser));
	page->parser->page = page;
}

static void
drop_yajl(struct nq_page_parser *p)
{
	if (p->yajl != NULL)
		yajl_free(p->yajl);
	p->yajl = NULL;
}

void
nq_page_free(struct nq_page *page)
{
	drop_yajl(page->parser);
	free(page->parser);
	nq_spool_free(&page->lines);
	nq_buf_free(&page->watermark);
	nq_buf_free(&page->ids);
	nq_buf_free(&page->field.text);
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		nq_buf_free(&page->watched[i].text);
}

int
nq_page_begin(struct nq_page *page, struct nq_err *err)
{
	struct nq_page_parser *p = page->parser;

	nq_spool_reset(&page->lines);
	nq_buf_reset(&page->watermark);
	nq_buf_reset(&page->ids);
	page->records = page->bytes = page->digest = 0;
	page->field.type = NQ_ABSENT;
	for (int i = 0; i < NQ_PAGE_WATCHES; i++)
		nq_value_set(&page->watched[i], NQ_ABSENT, "", 0);
	drop_yajl(p);
	memset(p, 0, sizeof(*p));
	p->page = page;
	p->err = err;
	p->cb = (yajl_callbacks){.yajl_start_map = on_open_map,
	    .yajl_end_map = on_close,
	    .yajl_start_array = on_open_array,
	    .yajl_end_array = on_close};
	look_or_not(p);
	p->yajl = yajl_alloc(&p->cb, &nq_json_mem, p);
	yajl_config(p->yajl, yajl_dont_validate_strings, 1);
	yajl_config(p->yajl, yajl_allow_multiple_values, page->spec->lines ? 1 : 0);
	return 0;
}

static int
begins_otherwise(struct nq_page_parser *p)
{
	struct nq_buf first = NQ_BUF_INIT;
	bool mark = p->nfirst >= 3 && memcmp(p->first, "\xef\xbb\xbf", 3) == 0;
	bool gzip = p->nfirst >= 2 && memcmp(p->first, "\x1f\x8b", 2) == 0;

	nq_secret_excerpt((struct nq_str){p->first, p->nfirst}, SHOWN, &first);
	nq_err_set(p->err, NQ_FAIL, "the body is not JSON: it begins %s'%s'",
	    mark   ? "with a byte order mark: "
	    : gzip ? "like gzip, which no header says: "
		   : "",
	    first.data);
	nq_buf_free(&first);
	return -1;
}

static int
not_json(struct nq_page_parser *p)
{
	unsigned char *why = yajl_get_error(p->yajl, 0, NULL, 0);
	const char *text = (const char *)why, *colon = strstr(text, ": ");

	text = colon != NULL ? colon + 2 : text;
	if (p->before + here(p) <= SHOWN && p->values == 0)
		begins_otherwise(p);
	else
		nq_err_set(p->err, NQ_FAIL, "byte %llu: not JSON: %.*s",
		    (unsigned long long)(p->before + here(p) + 1), (int)strcspn(text, "\n"), text);
	yajl_free_error(p->yajl, why);
	return -1;
}

/* The part of an unfinished record that is in this chunk, and the bound of what may come. */
static int
keep_rest(struct nq_page_parser *p)
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

int
nq_page_data(struct nq_page *page, const char *chunk, size_t n, struct nq_err *err)
{
	struct nq_page_parser *p = page->parser;
	size_t good = nq_utf8_feed(&p->utf8, chunk, n);

	p->err = err;
	for (size_t i = 0; p->nfirst < sizeof(p->first) && i < n; i++)
		p->first[p->nfirst++] = chunk[i];
	p->chunk = chunk;
	p->chunk_len = n;
	page->bytes += n;
	if (yajl_parse(p->yajl, (const unsigned char *)chunk, n) != yajl_status_ok)
		return p->failed ? -1 : not_json(p);
	if (good != n)
		return nq_err_set(err, NQ_FAIL, "byte %llu: not valid UTF-8",
		    (unsigned long long)(p->before + good + 1));
	if (keep_rest(p) == -1)
		return -1;
	p->before += n;
	return 0;
}

int
nq_page_end(struct nq_page *page, struct nq_err *err)
{
	struct nq_page_parser *p = page->parser;

	p->err = err;
	if (page->bytes == 0)
		return 0;
	p->chunk = " ";
	p->chunk_len = 1;
	if (yajl_complete_parse(p->yajl) != yajl_status_ok) {
		if (p->failed)
			return -1;
		return nq_err_set(err, NQ_TEMPFAIL, "the body ends before its JSON is complete");
	}
	if (p->list_seen || page->spec->lines || page->spec->allow_missing)
		return 0;
	return nq_err_set(err, NQ_FAIL,
	    "the body has no list of records at the path given "
	    "(--records names another, --allow-missing-records takes this as an empty page)");
}
