#include "fetch/suspect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "fetch/follow.h"
#include "json/text.h"

void
nq_suspects_free(struct nq_suspects *s)
{
	nq_buf_free(&s->list);
	nq_seen_free(&s->ids);
}

void
nq_suspect(struct nq_suspects *s, const char *fmt, ...)
{
	char text[NQ_MAX_MESSAGE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	nq_log(NQ_LOG_WARN, "fetch", "suspicious: %s", text);
	nq_buf_adds(&s->list, s->n++ > 0 ? "," : "");
	nq_text_quote(&s->list, nq_str(text));
}

static void
note_total(struct nq_suspects *s, const struct nq_page *page, const struct nq_pager *p)
{
	uint64_t total;

	if (nq_scalar_uint(&page->watched[NQ_PAGE_TOTAL], &total) == -1) {
		if (!p->has_total)
			return;
		total = p->total;
	}
	if (s->has_total && total != s->total && !s->total_changed) {
		nq_suspect(s,
		    "the declared total changed from %" PRIu64 " to %" PRIu64 " on page %" PRIu64,
		    s->total, total, p->pages);
		s->total_changed = true;
	}
	s->total = total;
	s->has_total = true;
}

/* A small page is the last one, or the server gives less than was asked for. */
static void
note_size(struct nq_suspects *s, const struct nq_page *page, const struct nq_pager *p)
{
	if (p->size == 0 || page->records == 0)
		return;
	if (s->small_page > 0 && !s->clamped) {
		nq_suspect(s, "page %" PRIu64 " has %" PRIu64 " of %" PRIu64 " records asked for",
		    s->small_page, s->small_rows, p->size);
		s->clamped = true;
	}
	if (s->small_page == 0 && page->records < p->size) {
		s->small_page = p->pages;
		s->small_rows = page->records;
	}
}

void
nq_suspects_ids(struct nq_suspects *s, const struct nq_page *page, uint64_t number)
{
	uint64_t id, first;

	for (size_t at = 0; at < page->ids.len; at += sizeof(id)) {
		memcpy(&id, page->ids.data + at, sizeof(id));
		first = id != 0 ? nq_seen_before(&s->ids, id, number) : 0;
		if (id == 0 && s->without++ == 0) {
			s->without_page = number;
			s->without_record = at / sizeof(id) + 1;
			s->id = &page->spec->id;
		}
		if (first == 0)
			continue;
		if (s->twice++ > 0)
			continue;
		s->twice_page = number;
		s->twice_first = first;
	}
}

void
nq_suspects_page(
    struct nq_suspects *s, const struct nq_page *page, const struct nq_pager *p, uint64_t number)
{
	note_total(s, page, p);
	note_size(s, page, p);
	nq_suspects_ids(s, page, number);
}

static void
note_without(struct nq_suspects *s)
{
	struct nq_buf path = NQ_BUF_INIT;

	nq_follow_show(s->id, &path);
	nq_suspect(s,
	    "%" PRIu64 " record%s without an id at '%s', the first is record %" PRIu64
	    " of page %" PRIu64,
	    s->without, nq_plural(s->without), path.data, s->without_record, s->without_page);
	nq_buf_free(&path);
}

void
nq_suspects_end(struct nq_suspects *s, const struct nq_pager *p, uint64_t records, bool limited)
{
	if (s->twice > 0)
		nq_suspect(s,
		    "%" PRIu64 " record%s with an id that came before, the first on page %" PRIu64
		    " as on page %" PRIu64,
		    s->twice, nq_plural(s->twice), s->twice_page, s->twice_first);
	if (s->without > 0)
		note_without(s);
	if (limited)
		return;
	if (p->doubt != NULL)
		nq_suspect(s, "%s", p->doubt);
	if (s->has_total && !s->total_changed && !p->from_later && s->total != records)
		nq_suspect(s, "%" PRIu64 " record%s came of %" PRIu64 " declared", records,
		    nq_plural(records), s->total);
}
