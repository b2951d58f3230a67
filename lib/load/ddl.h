#ifndef NQ_LOAD_DDL_H
#define NQ_LOAD_DDL_H

#include "base/buf.h"
#include "base/str.h"

/*
 * What the SQL of all databases has in common. The text of a CREATE statement as the database keeps
 * it, changed in one place and else left as its author wrote it: constraints, defaults, comments.
 */

/* Adds the name as an identifier: in double quotes, those in it doubled. */
void nq_ddl_quote(struct nq_buf *, const char *name);

/* From the first opening bracket to the end: what makes the table, whatever its name. */
struct nq_str nq_ddl_body(const char *text);

/* Adds the body of a CREATE TABLE with another type for one column. -1: no such column in it. */
int nq_ddl_retype(struct nq_str body, const char *column, const char *type, struct nq_buf *);

#endif
