#ifndef NQ_FETCH_LINKS_H
#define NQ_FETCH_LINKS_H

#include "fetch/page.h"

/*
 * A list of links in a page, each an object that says what it is to the page, by rel or relation,
 * and where it leads, by href, url or uri. Of those with the wanted relation the first counts.
 */

/* Has them watched, as the first watches, of which the pager then can have no others. */
int nq_links_watch(struct nq_page_spec *, struct nq_str path, const char *rel, struct nq_err *);

/* A value of a watch of theirs, in the item-th of the list, from 1. */
void nq_links_take(struct nq_page *, int watch, uint32_t item, enum nq_type, struct nq_str);

/* 1: *target is where it leads; 0: there is no such link, or it leads nowhere; -1: no URL. */
int nq_links_target(const struct nq_page *, struct nq_str *target);

#endif
