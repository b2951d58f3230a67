#ifndef NQ_FETCH_PAGER_H
#define NQ_FETCH_PAGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetch/page.h"
#include "fetch/url.h"
#include "http/headers.h"

/*
 * Where the next page is. To add a kind of pagination: write its file with the functions of
 * struct nq_pager_kind, declare the kind here, put it into the table of pager.c, describe it
 * in nq-fetch(1), and give it a family of tests.
 */
struct nq_pager;

/* What a pager learns the next place from. */
struct nq_answer {
	const struct nq_page *page;
	const struct nq_headers *headers;
	const char *url; /* that was asked, after redirects */
};

/* What the value of a key is. Paths are watched in every page. */
enum nq_pager_what {
	NQ_KEY_TEXT,  /* for the kind alone */
	NQ_KEY_PATH,  /* of a scalar in the page */
	NQ_KEY_FIELD, /* of one in the last record */
	NQ_KEY_LINKS, /* body:PATH, of a list of links in the page */
	NQ_KEY_IN,    /* where a request tells the place */
};

/* A key of --paginate KIND:key=value. */
struct nq_pager_key {
	const char *name;
	const char *preset; /* NULL: not set unless given */
	enum nq_pager_what what;
};

enum { NQ_PAGER_KEYS = NQ_PAGE_RETRY };

struct nq_pager_kind {
	const char *name;
	const struct nq_pager_key *keys; /* ends with a NULL name */
	int (*open)(struct nq_pager *, struct nq_err *);
	/* Puts the place of the page to ask for into the URL. */
	void (*ask)(const struct nq_pager *, struct nq_url *);
	/* After a page: 1 there is more, 0 done (reason says why), -1 it cannot be told. */
	int (*next)(struct nq_pager *, const struct nq_answer *, struct nq_err *);
	bool counts; /* the place is a number, not a token */
	/*
	 * The place of the page that comes k pages after the one to ask for now, if pages go on
	 * with so many rows each (0: unknown) and there are total rows in all (UINT64_MAX:
	 * unknown); false: there is none, or none to tell. NULL: only the page before tells a
	 * place.
	 */
	bool (*ahead)(
	    const struct nq_pager *, uint64_t k, uint64_t rows, uint64_t total, uint64_t *at);
};

/* Where a request tells the place. */
enum nq_pager_in { NQ_IN_QUERY, NQ_IN_BODY, NQ_IN_HEADER };

struct nq_pager {
	const struct nq_pager_kind *kind;
	char *key[NQ_PAGER_KEYS]; /* values by the index in kind->keys; NULL is not set */
	uint64_t at;		  /* number of the page, or of the row, to ask for */
	struct nq_buf token;	  /* or the token or URL; empty on the first page */
	uint64_t rows;		  /* received so far */
	uint64_t pages;		  /* received so far */
	uint64_t total;		  /* rows declared, with has_total */
	bool has_total;
	uint64_t end;	    /* the API says that there is no page from this number on; 0: nothing */
	const char *reason; /* why the walk ended */
	enum nq_pager_in in;
	struct nq_path in_body; /* with NQ_IN_BODY */
	const char *in_header;	/* with NQ_IN_HEADER: its name */
	bool place_is_number;	/* a JSON number, in a body */
	bool repeat;		/* a token may come again */
	uint64_t size;		/* rows asked for on a page, 0: not said */
	bool from_later;	/* the walk begins behind the first row */
	const char *doubt;	/* what is odd about how the walk ended, NULL for nothing */
};

extern const struct nq_pager_kind nq_pager_page, nq_pager_offset, nq_pager_cursor, nq_pager_header,
    nq_pager_next_url, nq_pager_link, nq_pager_keyset, nq_pager_none;

/* Reads KIND[:key=value,…]; "auto" gives a pager without kind. Usage errors name the key. */
int nq_pager_parse(struct nq_pager *, const char *spec, struct nq_err *);
void nq_pager_free(struct nq_pager *);

/* Has the paths of the pager watched, key i as watch i, and no others; before the first page. */
int nq_pager_watch(const struct nq_pager *, struct nq_page_spec *, struct nq_err *);

/* What the kind does, with what all kinds count. */
void nq_pager_ask(const struct nq_pager *, struct nq_url *);
void nq_pager_place(const struct nq_pager *, struct nq_buf *); /* as text; nothing at first */
int nq_pager_next(struct nq_pager *, const struct nq_answer *, struct nq_err *);

/*
 * Stop rules that kinds share. Each reads the watched key and returns 1 to go on, 0 when done
 * with reason set, or -1. A key that is not set decides nothing: 1.
 */
int nq_pager_by_more(struct nq_pager *, int key, const struct nq_answer *, struct nq_err *);
int nq_pager_by_total(
    struct nq_pager *, int key, uint64_t before, const struct nq_answer *, struct nq_err *);
int nq_pager_by_rows(struct nq_pager *, const struct nq_answer *);
int nq_pager_done(struct nq_pager *, const char *reason);				    /* 0 */
int nq_pager_unusable(const struct nq_pager *, int key, const char *want, struct nq_err *); /* -1 */

/* Takes a token for the next page: 1, or done when it is null, absent, false or empty. */
int nq_pager_by_token(struct nq_pager *, int key, const struct nq_scalar *, struct nq_err *);

#endif
