#ifndef NQ_FETCH_PAGE_H
#define NQ_FETCH_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/watermark.h"
#include "fetch/spool.h"
#include "fetch/scalar.h"
#include "json/path.h"
#include "json/utf8.h"

/*
 * One page while it comes in: any pieces of a body go in, the records come out as NDJSON lines in
 * a spool, each the slice of the body that it was (but of CSV, whose rows become objects), and
 * beside them the values that somebody asked for. One byte order mark at the start is passed over.
 * One pass of yajl, and inside a record only what is asked for is looked at. Nothing that a failed
 * attempt gave is seen by anyone: nq_page_begin() forgets it.
 */

/* The last watches are for what every pull looks at, all others for the pager. */
enum {
	NQ_PAGE_WATCHES = 12,
	NQ_PAGE_TOTAL = NQ_PAGE_WATCHES - 1, /* a total that was found */
	NQ_PAGE_FAIL = NQ_PAGE_WATCHES - 2,  /* what --fail-if looks at */
	NQ_PAGE_RETRY = NQ_PAGE_WATCHES - 3, /* what --retry-if looks at */
	NQ_PAGE_KEPT = 1 << NQ_PAGE_TOTAL | 1 << NQ_PAGE_FAIL | 1 << NQ_PAGE_RETRY,
};

struct nq_page_spec {
	struct nq_path records;		       /* where the list is; the whole body with no steps */
	bool lines;			       /* a record each, by itself: NDJSON, and CSV */
	bool csv;			       /* with a header row; lines is set as well */
	char delimiter;			       /* of CSV */
	bool allow_missing;		       /* no list there is an empty page */
	struct nq_path watch[NQ_PAGE_WATCHES]; /* scalars to note, for the pager */
	uint32_t watching;		       /* bit i: watch[i] is set */
	struct {
		uint32_t watching; /* of the watches, those for a list of links */
		const char *rel;   /* what the wanted one is */
	} links;
	bool has_watermark;
	struct nq_path watermark; /* in each record */
	enum nq_cursor_type cursor_type;
	bool watermark_ends;	/* those of the first and the last record are wanted too */
	bool watermark_null_ok; /* a record without it does not count, instead of failing */
	bool has_field;
	struct nq_path field; /* in each record: the pager goes on from the last one's */
	bool has_id;
	struct nq_path id; /* in each record: its digest is kept */
	size_t max_line;
};

struct nq_page {
	const struct nq_page_spec *spec;
	struct nq_spool lines;
	uint64_t records;
	uint64_t bytes;	 /* of the body */
	uint64_t digest; /* of the records */
	struct nq_scalar watched[NQ_PAGE_WATCHES];
	struct nq_buf watermark;   /* the highest of the page, as it stands there; may be empty */
	struct nq_buf first, last; /* those of these records, with watermark_ends */
	struct nq_scalar field;	   /* of the last record */
	uint32_t link_item;   /* in the list of links, from 1: has the wanted relation; 0: none */
	uint32_t target_item; /* has the target */
	struct nq_scalar target;
	struct nq_buf ids; /* uint64_t each: the digest of the id, 0 for a record without */
	struct nq_extract *parser;
	struct nq_csv *csv;
	size_t bom; /* bytes of a byte order mark at the start that were passed over */
};

void nq_page_init(struct nq_page *, const struct nq_page_spec *);
void nq_page_free(struct nq_page *);

int nq_page_begin(struct nq_page *, struct nq_err *);

/*
 * Errors are NQ_FAIL (not JSON, not records, not UTF-8) but for a body that ends too early,
 * which is NQ_TEMPFAIL: it may come whole the next time.
 */
int nq_page_data(struct nq_page *, const char *, size_t, struct nq_err *);
int nq_page_end(struct nq_page *, struct nq_err *);

/* Hands out the records that are complete so far and forgets their text. */
int nq_page_drain(struct nq_page *, nq_spool_fn, void *ctx, struct nq_err *);

#endif
