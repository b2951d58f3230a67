#ifndef NQ_JSON_MARK_H
#define NQ_JSON_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/watermark.h"
#include "json/doc.h"

/*
 * Control lines. A pipe cannot tell "done" from "died": a complete stream is closed by an end
 * mark that says how many records came before it, an orderly failure by a fail mark, so that
 * every later stage ends with the true status. The forms are in nq(7).
 */
enum nq_mark_kind { NQ_MARK_END, NQ_MARK_FAIL };

struct nq_mark {
	enum nq_mark_kind kind;
	uint64_t records; /* lines the last nq stage wrote before this mark */
	bool has_pages, has_counts;
	uint64_t pages;			  /* with has_pages */
	uint64_t read, skipped, rejected; /* with has_counts */
	enum nq_cursor_type cursor_type;  /* NONE when nobody tracked one */
	struct nq_buf watermark;	  /* empty when none was seen */
	struct nq_buf tool;		  /* of a fail mark */
	uint64_t status;		  /* of a fail mark */
};

void nq_mark_init(struct nq_mark *);
void nq_mark_free(struct nq_mark *);

/*
 * 1 when the record is a control line (mark is filled), 0 when it is a plain record, -1 when it
 * has a top-level member _nq and is not a control line we know: such a name is ours.
 */
int nq_mark_read(const struct nq_doc *, struct nq_mark *, struct nq_err *);

/* Adds the line with its line feed. */
void nq_mark_write(const struct nq_mark *, struct nq_buf *);

/*
 * What a stage has to keep in mind of the marks that pass: each closes its segment, the counts
 * must agree, the highest watermark stays.
 */
struct nq_tally {
	uint64_t open;	   /* records since the last mark */
	uint64_t segments; /* end marks so far */
	uint64_t pages;
	enum nq_cursor_type cursor_type;
	struct nq_buf watermark;
	uint64_t failed; /* the status that a fail mark told, or 0 */
	struct nq_buf failed_tool;
};

void nq_tally_init(struct nq_tally *);
void nq_tally_free(struct nq_tally *);

/* Takes the mark in; -1 when its count is not that of the records since the last one. */
int nq_tally_mark(struct nq_tally *, const struct nq_mark *, struct nq_err *);

/*
 * After the last line: 0 when the stream was closed properly, else -1 and why. require: a
 * stream without any mark is a failure too. A fail mark gives its own status.
 */
int nq_tally_finish(const struct nq_tally *, bool require, struct nq_err *);

#endif
