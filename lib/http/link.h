#ifndef NQ_HTTP_LINK_H
#define NQ_HTTP_LINK_H

#include <stdbool.h>

#include "http/headers.h"

/*
 * Web linking (RFC 8288, 3): the target of the first link that has the relation, over all Link
 * fields. Relations are compared without case, a rel may hold several, quoted or not; commas and
 * semicolons inside <…> and "…" belong there; of two rel the first counts; a link with an anchor
 * is about something else. The target is as it stands: a reference to be resolved.
 */
bool nq_link_find(const struct nq_headers *, const char *rel, struct nq_str *target);

#endif
