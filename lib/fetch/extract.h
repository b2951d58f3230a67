#ifndef NQ_FETCH_EXTRACT_H
#define NQ_FETCH_EXTRACT_H

#include <stdbool.h>
#include <stdint.h>
#include <yajl/yajl_parse.h>

#include "base/err.h"
#include "fetch/begins.h"
#include "fetch/follow.h"
#include "fetch/highest.h"
#include "fetch/page.h"
#include "json/utf8.h"

/*
 * The parser of a page: JSON goes in, in any pieces, and the records go to page->lines, with what
 * is asked of them beside. With spec->lines each line holds one value, and whoever feeds them says
 * where each ends.
 */
struct nq_extract {
	struct nq_page *page;
	yajl_handle yajl;
	yajl_callbacks cb; /* ours to change: what nobody asks for is not called */
	struct nq_utf8 utf8;
	struct nq_follow at;
	uint32_t list_depth;   /* depth inside the list of records, 0 while outside */
	uint32_t record_depth; /* depth inside a record, 0 while outside */
	bool list_seen, has_watermark, failed;
	bool looks; /* scalars are called back */
	const char *chunk;
	size_t chunk_len, record_from; /* where the part of the record in this chunk starts */
	size_t record_start;	       /* where the record starts in the spool's memory */
	uint64_t before;	       /* bytes of the body, or the line, before this chunk */
	uint64_t token_end;	       /* offset behind the last token seen outside records */
	uint64_t values;	       /* at the top of the body, or the line */
	uint64_t line;		       /* from 1 */
	struct nq_highest highest;
	uint64_t id; /* of the record, as a digest */
	struct nq_begins begins;
	struct nq_err *err;
};

void nq_extract_begin(struct nq_extract *, struct nq_page *); /* legal on zeroes, and again */
void nq_extract_free(struct nq_extract *);

/* Errors as those of the page, without the number of the line. */
int nq_extract_data(struct nq_extract *, const char *, size_t, struct nq_err *);
int nq_extract_line(struct nq_extract *, struct nq_err *); /* a line ended, its feed included */
int nq_extract_end(struct nq_extract *, struct nq_err *);

#endif
