#ifndef NQ_FETCH_FORMAT_H
#define NQ_FETCH_FORMAT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* What a body is written in: by its content type, the name of a file, or the user's word. */
enum nq_format { NQ_FORMAT_JSON, NQ_FORMAT_LINES, NQ_FORMAT_CSV };

/* Reads --format; a text that is NULL leaves it as it is. */
int nq_format_parse(const char *text, enum nq_format *, struct nq_err *);

/* JSON unless the type says otherwise. type is in lower case and without parameters. */
enum nq_format nq_format_of_type(const char *type);

/* JSON unless the ending says otherwise; false when it says nothing. */
bool nq_format_of_name(const struct nq_buf *name, enum nq_format *);

#endif
