#ifndef NQ_FETCH_SUSPECT_H
#define NQ_FETCH_SUSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "fetch/pager.h"

/*
 * What makes a complete pull look incomplete: a declared total that differs from the records that
 * came or changes on the way, pages smaller than asked for, ids that come twice. None of it stops
 * the pull; each is a warning when it is seen first, and an entry of the report.
 */
struct nq_suspects {
	struct nq_buf list; /* JSON strings with commas between them */
	uint64_t n;
	uint64_t total; /* the last declared, with has_total */
	bool has_total, total_changed;
	uint64_t small_page, small_rows; /* the first page below the size asked for, 0: none */
	bool clamped;
	struct nq_seen ids;
	uint64_t twice, without; /* records */
	uint64_t twice_page, twice_first;
	uint64_t without_page, without_record; /* the first */
	const struct nq_path *id;	       /* of the page that it is on */
};

#define NQ_SUSPECTS_INIT            \
	{                           \
		.list = NQ_BUF_INIT \
	}

void nq_suspects_free(struct nq_suspects *);

/* After each page that was accepted, the number-th; of files only the ids are looked at. */
void nq_suspects_page(
    struct nq_suspects *, const struct nq_page *, const struct nq_pager *, uint64_t number);
void nq_suspects_ids(struct nq_suspects *, const struct nq_page *, uint64_t number);

/* After the last one; records as they came, limited when an option ended the pull. */
void nq_suspects_end(struct nq_suspects *, const struct nq_pager *, uint64_t records, bool limited);

void nq_suspect(struct nq_suspects *, const char *, ...) __attribute__((format(printf, 2, 3)));

#endif
