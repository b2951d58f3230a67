#ifndef NQ_LOAD_TABLE_H
#define NQ_LOAD_TABLE_H

#include "load/sink.h"

/* What destinations that are tables have in common: the rules of nq-load for them, and its words.
 */

/* The columns of --meta, where they are asked for; time: the type of an instant, as --column has
 * it. */
void nq_table_meta(const struct nq_sink *, const char *time);

/* -1: the table is not there, and --schema-contract freeze lets none be made. */
int nq_table_may_lack(const struct nq_sink *, bool exists, struct nq_err *);

/* -1: a replace would leave nothing, and nobody allowed it. */
int nq_table_may_empty(const struct nq_sink *, struct nq_err *);

/* Adds the names of all columns that exist, quoted, with commas. */
void nq_table_names(struct nq_buf *, const struct nq_columns *);

#endif
