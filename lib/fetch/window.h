#ifndef NQ_FETCH_WINDOW_H
#define NQ_FETCH_WINDOW_H

#include "fetch/arrival.h"

/*
 * The pages of a pull that are asked for before their turn (--parallel). The first is the page
 * that the pager asks for; those behind it are guesses, which count for nothing until the pager
 * gets there: what does not fit then is dropped. Nobody guesses before the first page has told
 * what it can, past a declared end, behind a page that is empty or failed, or, once pages turned
 * out not to be of the size asked for, at all.
 */
struct nq_window {
	struct nq_arrival *slot[NQ_MAX_PARALLEL]; /* NULL: not needed yet */
	size_t n;				  /* the first of them are in use */
	bool alone;				  /* no more guesses */
	uint64_t rows;				  /* on the page before */
};

/* A usage error that names --parallel; 1 where only one thing after the other is possible. */
int nq_window_check(uint64_t *parallel, bool stream, bool taped, struct nq_err *);

void nq_window_free(struct nq_window *);

/* An arrival at hand that nothing is asked for: a file comes there. */
void nq_window_first(struct nq_window *, struct nq_pull *);

/* Breaks off what is not wanted any more. */
void nq_window_drop(struct nq_window *);

/*
 * The arrival of the page to ask for now, with what to ask filled in; sent, if it was guessed
 * right. What came before it is given back.
 */
struct nq_arrival *
nq_window_next(struct nq_window *, struct nq_pull *, const char *base, struct nq_err *);

/* Sends guesses behind it. */
void nq_window_fill(struct nq_window *, struct nq_pull *, struct nq_http *, const char *base);

/* After a page was accepted, with more to come or not. */
void nq_window_note(struct nq_window *, const struct nq_pull *, bool more);

#endif
