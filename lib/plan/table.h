#ifndef NQ_PLAN_TABLE_H
#define NQ_PLAN_TABLE_H

#include "plan/keys.h"

/* The rows behind plan/keys.h, in the order in which options come out. */
extern const struct nq_keys_row nq_keys_table[];
extern const size_t nq_keys_count;

enum { NQ_KEYS_MAX = 400 }; /* more than there are, for arrays of names */

#endif
