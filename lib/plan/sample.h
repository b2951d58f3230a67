#ifndef NQ_PLAN_SAMPLE_H
#define NQ_PLAN_SAMPLE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * What some records of an API suggest for its connector file, for nq-sync init. Reads NDJSON from
 * the descriptor and adds lines of a word, a tab and a value:
 *
 *	records	20		how many were looked at
 *	id	.id		a member that no two share, the likeliest first; more may follow
 *	cursor	.updated_at	a time of the last change, the likeliest first
 *	map	  id: .id!,	one line for each member, for a mapping that passes all of them on
 *
 * Only names and types are told, never a value.
 */
int nq_sample_read(int fd, struct nq_buf *out, struct nq_err *);

#endif
