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

/* Adds what rows did; of those that a replace has seen before it stays with one: they are folded.
 */
void nq_table_count(const struct nq_sink *, const struct nq_counts *done);

/* Adds the names of all columns that exist, or of those of the key, quoted, with commas. */
void nq_table_names(struct nq_buf *, const struct nq_columns *);
void nq_table_key(struct nq_buf *, const struct nq_columns *);

/* -1: the table lacks a column of the key. */
int nq_table_has_key(const char *table, const struct nq_columns *, struct nq_err *);

/* The error of a table that has no unique index on the key. Returns -1. */
int nq_table_no_key(const char *table, const struct nq_columns *, struct nq_err *);

/*
 * Tells the columns of a table what the staged ones came to have, so that making the table fit
 * gives it the same columns and types. holds: what values a column of a kind has, as class bits.
 */
void nq_table_follow(
    struct nq_columns *own, const struct nq_columns *staged, uint32_t (*holds)(int kind));

#endif
