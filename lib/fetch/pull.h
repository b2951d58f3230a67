#ifndef NQ_FETCH_PULL_H
#define NQ_FETCH_PULL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/hash.h"
#include "base/time.h"
#include "fetch/arrival.h"
#include "fetch/doubt.h"
#include "fetch/format.h"
#include "fetch/page.h"
#include "fetch/pager.h"
#include "fetch/probe.h"
#include "fetch/suspect.h"
#include "fetch/verdict.h"
#include "fetch/window.h"
#include "http/client.h"
#include "json/mark.h"

/*
 * A pull: page after page is received whole, judged, and only then written, so that a failed
 * attempt writes nothing and a retry neither doubles nor skips a record. What is written to out
 * is flushed page by page. With stream a body is written as it comes, and from its first record on
 * not asked for again.
 */
struct nq_pull_options {
	const char *records; /* path, NULL to find out */
	const char *paginate;
	const char *watermark; /* PATH[:TYPE], NULL for none */
	const char *watermark_null;
	struct nq_str stop_before; /* a watermark that ends the walk, p NULL for none */
	struct nq_verdicts verdicts;
	const char *until;		 /* the URL asks for nothing after this moment, or NULL */
	const char *format;		 /* json, ndjson, csv, NULL by content type or name */
	const char *csv_delimiter;	 /* NULL for a comma */
	uint64_t max_pages, max_records; /* 0: no limit */
	uint64_t max_line;
	bool no_cap, allow_missing;
	bool raw;	    /* bodies go out as they came, instead of records */
	const char *method; /* NULL: GET, or POST with a body */
	struct nq_str body; /* JSON; empty for none */
	const char *id;	    /* path of what no two records share, NULL to not look */
	bool strict;	    /* suspicions end the pull with NQ_TEMPFAIL */
	struct nq_list allow_origins;
	bool stream;	   /* records are written while their body comes in */
	uint64_t parallel; /* so many pages may be on their way */
};

struct nq_pull {
	struct nq_pull_options opt;
	struct nq_page_spec spec;
	struct nq_window window;
	struct nq_arrival *now; /* of the window: the page at hand */
	struct nq_pager pager;
	bool find_records, find_pager; /* still to be found out, on the first page */
	enum nq_format format;	       /* where opt.format says one */
	uint64_t written;	       /* records of this page, under stream */
	bool committed;		       /* something was written, under stream */
	struct nq_probe probe;	       /* of the page at hand */
	bool probing;
	struct nq_doubt doubt;
	struct nq_seen asked, pages_seen;
	FILE *out;
	/* the result */
	uint64_t records, pages, bytes;
	struct nq_buf watermark;
	struct nq_time started, cap;
	bool has_cap, limited, capped;
	bool bounded; /* the walk ended by stop_before */
	struct nq_suspects suspects;
	int more;	   /* 1 until the walk is over */
	bool waits;	   /* for its turn: it has no share in the progress line */
	const char *place; /* in front of log messages, where it is one of many */
	const char *reason;
	char stopped[64]; /* the reason, when an option ended it */
	struct {
		bool any;
		uint64_t pages, records;
	} earlier; /* pulls before this one, where it is one of many: for the progress line */
};

/* Usage errors name the option. To be freed also then; zeroes may be freed, too. */
int nq_pull_open(struct nq_pull *, const struct nq_pull_options *, FILE *out, struct nq_err *);
void nq_pull_free(struct nq_pull *);

/* All pages from url on. */
int nq_pull_url(struct nq_pull *, struct nq_http *, const char *base, struct nq_err *);

/*
 * The same in steps: one page, whether or not there are more (then p->more is 1), and the end after
 * the last one.
 */
int nq_pull_page(struct nq_pull *, struct nq_http *, const char *base, struct nq_err *);
int nq_pull_end(struct nq_pull *, struct nq_err *);

/*
 * As far as that goes without waiting: pages that are there are taken, and the next one is asked
 * for.
 */
int nq_pull_ahead(struct nq_pull *, struct nq_http *, const char *base, struct nq_err *);

/* Adds the first request: its line and what the pager puts into the headers, and its body. */
int nq_pull_first(struct nq_pull *, const struct nq_http *, const char *base, struct nq_buf *head,
    struct nq_buf *body, struct nq_err *);

/* How it asks. */
const char *nq_pull_method(const struct nq_pull *);

/* All pages of a file, folder, archive or "-"; nq_pull_conclude() after the last one. */
int nq_pull_file(struct nq_pull *, const char *path, struct nq_err *);

/* Judges a pull that came to its end (nq_pull_url() does it itself); -1 with strict. */
int nq_pull_conclude(struct nq_pull *, struct nq_err *);

/*
 * Ends a complete pull: fills in the end mark. A pull that a limit of the user's ended is not
 * complete: 0 and no mark.
 */
bool nq_pull_mark(const struct nq_pull *, struct nq_mark *);

#endif
