#ifndef NQ_JSON_EDIT_H
#define NQ_JSON_EDIT_H

#include "json/path.h"

/*
 * Adds the document with the value at the path replaced by raw (a JSON text), everything else as
 * it stands. Members that are missing on the way are made; an index must exist. -1: the path does
 * not fit the document.
 */
int nq_edit_set(const struct nq_doc *, const struct nq_path *, struct nq_str raw, struct nq_buf *,
    struct nq_err *);

#endif
