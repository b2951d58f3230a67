#ifndef NQ_FETCH_CSV_H
#define NQ_FETCH_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * CSV as in RFC 4180, with a header row: text goes in, in any pieces, and each row comes out as a
 * line of JSON, an object of strings with the names of the header. Rows end in CRLF or LF; an
 * empty line between them is no row, unless there is but one column. A quote stands at the start
 * of a field or nowhere. Memory holds the header and one row, which max_row bounds.
 */
struct nq_csv {
	char delimiter;
	size_t max_row;
	enum nq_csv_place {
		NQ_CSV_FIELD, /* a field starts */
		NQ_CSV_PLAIN,
		NQ_CSV_QUOTED,
		NQ_CSV_QUOTE, /* behind a quote in a quoted field: its end, or half of a quote */
		NQ_CSV_CR,    /* a line feed must follow */
	} place;
	bool stop[256];	   /* bytes that a run of plain ones ends at */
	uint64_t line;	   /* from 1 */
	uint64_t row_line; /* where the row starts */
	size_t field;	   /* which one of the row, from 0 */
	bool in_row;	   /* something of it was seen */
	struct nq_buf out; /* the row so far */
	struct nq_buf names;
	size_t *name_at; /* where each starts in names; one more than there are */
	size_t columns;	 /* 0 until the header was read */
};

typedef int (*nq_csv_fn)(void *ctx, const char *, size_t, struct nq_err *);

void nq_csv_init(struct nq_csv *);
void nq_csv_free(struct nq_csv *);

void nq_csv_begin(struct nq_csv *, char delimiter, size_t max_row);

/*
 * Rows go to fn, line feed included. Errors are NQ_FAIL and name the line, but for a text that
 * ends in the middle of a row, which is NQ_TEMPFAIL.
 */
int nq_csv_data(struct nq_csv *, const char *, size_t, nq_csv_fn, void *ctx, struct nq_err *);
int nq_csv_end(struct nq_csv *, nq_csv_fn, void *ctx, struct nq_err *);

/* Whether that may part fields, as a text of the user's. */
int nq_csv_delimiter(const char *text, char *delimiter, struct nq_err *);

#endif
